#include "ops/files.h"

#include "ops/process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace clarion::ops {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string pattern = (fs::temp_directory_path() / "clarion-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Files() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path(const char* name) const { return folder_ + "/" + name; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_))
      out.push_back(entry.path().filename());
    return out;
  }

 private:
  std::string folder_;
};

TEST_F(Files, AreWrittenWholeWithTheirModeAndReplaceWhatWasThere) {
  std::ofstream(path("a.new")) << "of a run that was killed, open to all";
  ASSERT_TRUE(write_file(path("a"), "one"));
  ASSERT_TRUE(write_file(path("a"), "two"));
  EXPECT_EQ(read_file(path("a")).value(), "two");
  EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(Files, SayWhichOneFailedAndWhy) {
  const Status written = write_file(path("no/such"), "x");
  EXPECT_EQ(written.error().text,
            path("no/such.new") + ": can't be made: No such file or directory");
  EXPECT_EQ(read_file(path("nothing")).error().errc, Errc::unavailable);
  ASSERT_TRUE(write_file(path("big"), std::string(100, 'x')));
  EXPECT_EQ(read_file(path("big"), 99).error().errc, Errc::too_large);
  EXPECT_EQ(read_file(path("big"), 100).value().size(), 100U);
}

TEST_F(Files, AreCopiedWholeAndNeverOverAnotherOne) {
  const std::string bytes(300'000, 'y');
  ASSERT_TRUE(write_file(path("from"), bytes));
  ASSERT_TRUE(copy_file(path("from"), path("to")));
  EXPECT_EQ(read_file(path("to")).value(), bytes);
  EXPECT_FALSE(copy_file(path("from"), path("to")));
  fs::create_symlink(path("elsewhere"), path("link"));
  EXPECT_FALSE(copy_file(path("from"), path("link"))) << "a link is no new file";
  EXPECT_FALSE(fs::exists(path("elsewhere")));
}

TEST_F(Files, MoveBetweenFolders) {
  fs::create_directory(path("sub"));
  ASSERT_TRUE(write_file(path("a"), "one"));
  ASSERT_TRUE(move_file(path("a"), path("sub/b")));
  EXPECT_EQ(read_file(path("sub/b")).value(), "one");
  EXPECT_FALSE(fs::exists(path("a")));
}

TEST(FolderOf, IsWhereANameStands) {
  EXPECT_EQ(folder_of("/a/b"), "/a");
  EXPECT_EQ(folder_of("b"), ".");
}

TEST(ProcessFigures, TellOfThisProcess) {
  const ProcessFigures before = process_figures();
  EXPECT_GT(before.start_time_seconds, 1.5e9);
  EXPECT_LE(before.start_time_seconds, static_cast<double>(::time(nullptr)) + 1);
  EXPECT_GT(before.resident_bytes, 1U << 20U);
  EXPECT_GT(before.most_files, before.open_files);
  const std::ifstream one("/dev/null");
  EXPECT_EQ(process_figures().open_files, before.open_files + 1);
  EXPECT_GE(process_figures().cpu_seconds, before.cpu_seconds);
}

TEST(DiskSpace, IsThatOfThePath) {
  const auto space = disk_space("/tmp");
  ASSERT_TRUE(space.has_value());
  EXPECT_GT(space->size_bytes, space->free_bytes);
  EXPECT_FALSE(disk_space("/no/such/place").has_value());
}

}  // namespace
}  // namespace clarion::ops
