#include "store/backup.h"

#include "store/meta.h"
#include "store/posts.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace clarion::store {
namespace {

std::string file_in(const TempStore& store) {
  const std::string path = store.folder() + "/copy";
  std::ofstream(path).flush();
  return path;
}

TEST(Backup, HoldsTheStoreAsItWasAtOneMomentWhileOthersWrite) {
  TempStore store;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      // Always both in one write: a copy that has one without the other is no snapshot.
      const Status done = store->write([i](Tx& tx) -> Status {
        CLARION_TRY(set_meta(tx, "left", std::to_string(i)));
        return set_meta(tx, "right", std::to_string(i));
      });
      ASSERT_TRUE(done);
    }
  });
  for (int round = 0; round < 5; ++round) {
    auto backup = Backup::write(*store, file_in(store));
    ASSERT_TRUE(backup) << backup.error().text;
    auto view = backup.value().view();
    EXPECT_EQ(find_meta(view, "left").value(), find_meta(view, "right").value());
    EXPECT_TRUE(backup.value().check());
  }
  stop = true;
  writer.join();
}

TEST(Backup, GivesBackItsFilesAndInfoAndLosesThemWhenItIsToLive) {
  TempStore store;
  const std::string path = file_in(store);
  {
    auto backup = Backup::write(*store, path).value();
    ASSERT_TRUE(backup.add({"keys/k.key", std::string("a\0b", 3)}));
    ASSERT_TRUE(backup.set_info("made_at", "now"));
  }
  {
    auto backup = Backup::open(path).value();
    const auto entries = backup.entries().value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].bytes, std::string("a\0b", 3));
    EXPECT_EQ(backup.info("made_at").value(), "now");
    EXPECT_EQ(backup.info("nothing").value(), "");
    EXPECT_EQ(backup.schema().value(), newest_schema());
    EXPECT_FALSE(backup.set_info("more", "x")) << "opened to look, it is not touched";
  }
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  std::filesystem::create_directory(store.folder() + "/living");
  std::filesystem::rename(path, store.folder() + "/living/clarion.db");
  {
    const auto living =
        Database::open({.folder = store.folder() + "/living"}, store.clock, *store.random).value();
    ASSERT_TRUE(living->write([](Tx& tx) { return drop_backup_tables(tx); }));
    ASSERT_TRUE(living->truncate_log().value());
  }
  EXPECT_FALSE(Backup::open(store.folder() + "/living/clarion.db"));
}

TEST(Backup, IsNotWhatOnlyLooksLikeOne) {
  TempStore store;
  EXPECT_EQ(Backup::open(store.folder() + "/clarion.db").error().errc, Errc::invalid);
  std::ofstream(store.folder() + "/text") << "words";
  EXPECT_EQ(Backup::open(store.folder() + "/text").error().errc, Errc::invalid);
  EXPECT_EQ(Backup::open(store.folder()).error().errc, Errc::invalid);
}

TEST(TruncateLog, EmptiesItUnlessAReaderIsInTheWay) {
  TempStore store;
  const std::string log = store.folder() + "/clarion.db-wal";
  ASSERT_TRUE(store->write([](Tx& tx) { return set_meta(tx, "a", "1"); }));
  const Status looked = store->read([&](View& view) -> Status {
    CLARION_TRY(find_meta(view, "a"));
    CLARION_TRY(store->write([](Tx& tx) { return set_meta(tx, "a", "2"); }));
    EXPECT_FALSE(store->truncate_log().value()) << "this snapshot needs it";
    return ok();
  });
  ASSERT_TRUE(looked);
  EXPECT_GT(std::filesystem::file_size(log), 0U);
  EXPECT_TRUE(store->truncate_log().value());
  EXPECT_EQ(std::filesystem::file_size(log), 0U);
}

}  // namespace
}  // namespace clarion::store
