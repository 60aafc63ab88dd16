#include "ops/config.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace clarion::ops {
namespace {

constexpr std::array<std::string_view, 24> kPieces = {"[",
                                                      "]",
                                                      "{",
                                                      "}",
                                                      "=",
                                                      "\"",
                                                      "'''",
                                                      "\"\"\"",
                                                      "#",
                                                      "\n",
                                                      "\r",
                                                      "\t",
                                                      "1e9",
                                                      "nan",
                                                      "true",
                                                      "0x1",
                                                      "[[a]]",
                                                      "a.b.",
                                                      "\xff",
                                                      "\xc3",
                                                      "\\u0",
                                                      "1979-05-27",
                                                      "99999999999999999999",
                                                      "-"};

std::string mutated(std::string text, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(12));
        break;
      case 2:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(60)));
    }
  }
  return text;
}

/// A file in memory, written anew for each mutation: on a disk the writing would cost most.
class ConfigMutations : public ::testing::Test {
 protected:
  ~ConfigMutations() override { ::close(file_); }

  [[nodiscard]] Result<Config> load(std::string_view text) const {
    EXPECT_EQ(::ftruncate(file_, 0), 0);
    EXPECT_EQ(::pwrite(file_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return load_config({.file = path_});
  }
  /// Each line of the error begins with the file, and with a line of it unless the file as a whole
  /// is meant.
  [[nodiscard]] bool names_its_place(std::string_view error) const {
    while (!error.empty()) {
      std::string_view line = error.substr(0, error.find('\n'));
      error.remove_prefix(std::min(error.size(), line.size() + 1));
      if (!line.starts_with(path_ + ":")) return false;
      line.remove_prefix(path_.size() + 1);
      unsigned number = 0;
      const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), number);
      if (failed != std::errc{} || number == 0 || end == line.data() + line.size() || *end != ':')
        return false;
    }
    return true;
  }

  int file_ = ::memfd_create("clarion-config", MFD_CLOEXEC);
  std::string path_ = "/proc/self/fd/" + std::to_string(file_);
};

TEST_F(ConfigMutations, OfTheShippedFileNeverCrashAndErrorsNameTheirPlace) {
  std::ifstream in(std::string(CLARION_TEST_DATA) + "/../../deploy/clarion.toml");
  const std::string shipped((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_FALSE(shipped.empty());
  std::mt19937_64 random(9);  // NOLINT: fixed on purpose
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = mutated(shipped, random);
    const auto config = load(text);
    if (config) continue;
    ++refused;
    ASSERT_TRUE(names_its_place(config.error().text)) << config.error().text << "\n--- of\n"
                                                      << text;
  }
  EXPECT_GT(refused, 500U);
}

TEST_F(ConfigMutations, OfDepthAndLengthAreRefusedAsWell) {
  for (const std::string& text :
       {"a = " + std::string(100'000, '['), std::string(100'000, '['),
        "a = " + std::string(50'000, '{'), std::string(200'000, '.') + " = 1",
        [] {
          std::string deep;
          for (int i = 0; i < 20'000; ++i) deep += "a.";
          return deep + "a = 1\n";
        }(),
        "[desk]\nname = \"" + std::string(900'000, 'x'), std::string((1U << 20U) + 1, '\n')}) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text.substr(0, 40);
    EXPECT_EQ(config.error().text.substr(0, path_.size()), path_);
    EXPECT_LT(config.error().text.size(), 300'000U);
  }
}

}  // namespace
}  // namespace clarion::ops
