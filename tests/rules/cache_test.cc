#include "rules/support.h"

#include <filesystem>
#include <fstream>

namespace clarion::rules::testing {
namespace {

namespace fs = std::filesystem;

class Cache : public ::testing::Test {
 protected:
  Cache() { fs::remove_all(folder_.parent_path()); }
  ~Cache() override { fs::remove_all(folder_.parent_path()); }

  std::shared_ptr<const RuleSet> make() {
    return compile({one_rule("{any: [封城, {regex: '死[0-9]+人'}, {view: pinyin, any: [停水]}]}")},
                   {.cache_dir = folder_});
  }
  [[nodiscard]] fs::path file() const {
    for (const auto& entry : fs::directory_iterator(folder_)) return entry.path();
    return {};
  }
  static std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  static void expect_works(const std::shared_ptr<const RuleSet>& set) {
    EXPECT_EQ(hit_texts(set, "说要封城，死12人，亭水"), "封城|死12人|亭水");
  }

  fs::path folder_ =
      fs::path(::testing::TempDir()) / fmt::format("clarion-cache-{}", ::getpid()) / "rules";
};

TEST_F(Cache, SecondRunReadsWhatTheFirstCompiled) {
  const auto first = make();
  EXPECT_FALSE(first->statistics().from_cache);
  EXPECT_EQ(first->statistics().cache_note, "");
  const auto second = make();
  EXPECT_TRUE(second->statistics().from_cache);
  expect_works(second);
}

TEST_F(Cache, DamagedFileIsCompiledAnewAndReplaced) {
  make();
  const fs::path path = file();
  const std::string good = read(path);
  std::vector<std::string> damaged = {"", "clarion", good.substr(0, good.size() / 2), good + "x",
                                      std::string(good.size(), '\0')};
  for (const std::size_t at : {0UL, 20UL, 100UL, 160UL, good.size() / 2, good.size() - 1}) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    damaged.push_back(std::move(flipped));
  }
  for (const std::string& bytes : damaged) {
    write(path, bytes);
    const auto set = make();
    EXPECT_FALSE(set->statistics().from_cache);
    expect_works(set);
    EXPECT_TRUE(make()->statistics().from_cache) << "the good file is back";
  }
}

TEST_F(Cache, OtherRulesNeverTakeTheFile) {
  make();
  const auto other = compile({one_rule("[停电]")}, {.cache_dir = folder_});
  EXPECT_FALSE(other->statistics().from_cache);
  EXPECT_EQ(hit_texts(other, "封城停电"), "停电");
}

TEST_F(Cache, OldFilesAreRemoved) {
  for (int i = 0; i < 12; ++i)
    compile({one_rule(fmt::format("[停电{}]", i))}, {.cache_dir = folder_});
  const auto count = std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  EXPECT_LE(count, 8);
}

TEST_F(Cache, FolderThatCannotBeWrittenIsOnlyNoted) {
  fs::create_directories(folder_.parent_path());
  write(folder_, "a file where the folder should be");
  const auto set = make();
  ASSERT_NE(set, nullptr);
  EXPECT_NE(set->statistics().cache_note.find("cannot write"), std::string::npos);
  expect_works(set);
}

}  // namespace
}  // namespace clarion::rules::testing
