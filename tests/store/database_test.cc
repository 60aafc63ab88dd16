#include "store/database.h"

#include "store/meta.h"
#include "store/sqlite/connection.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace clarion::store {
namespace {

std::optional<std::string> meta(Database& database, std::string_view key) {
  return database.read([key](View& view) { return find_meta(view, key); }).value();
}

TEST(Database, KeepsWhatWasWrittenOverAReopening) {
  TempStore store;
  ASSERT_TRUE(store->write([](Tx& tx) { return set_meta(tx, "a", "1"); }));
  store.reopen();
  EXPECT_EQ(meta(*store, "a"), "1");
}

TEST(Database, KeepsAStatementWhoseTextIsGone) {
  TempStore store;
  for (const char* value : {"1", "22", "1", "22"}) {
    const auto read = store->read([value](View& view) -> Result<std::string> {
      auto query = view.connection().prepare(
          "SELECT 'a text that is longer than a short string', '" + std::string(value) + "'");
      CLARION_TRY(query.step());
      return query.text(1);
    });
    EXPECT_EQ(read.value(), value);
  }
}

TEST(Database, UndoesAWriteThatFailsAndKeepsItsNeighbours) {
  TempStore store;
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&store, i] {
      const Status done = store->write([i](Tx& tx) -> Status {
        CLARION_TRY(set_meta(tx, "k" + std::to_string(i), "x"));
        if (i % 4 == 0) return Error{Errc::conflict, "refused on purpose"};
        return ok();
      });
      EXPECT_EQ(done.has_value(), i % 4 != 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(meta(*store, "k" + std::to_string(i)).has_value(), i % 4 != 0) << i;
}

TEST(Database, RunsHooksAfterTheCommitInOrderAndNoneOfAFailedWrite) {
  TempStore store;
  std::string order;
  const auto write = [&](char name, bool fail) {
    return store->write([&, name, fail](Tx& tx) -> Status {
      tx.after_commit([&order, name] { order += name; });
      tx.on_rollback([&order] { order += '-'; });
      if (fail) return Error{Errc::invalid, "refused on purpose"};
      return ok();
    });
  };
  EXPECT_TRUE(write('a', false));
  EXPECT_FALSE(write('b', true));
  EXPECT_TRUE(write('c', false));
  EXPECT_EQ(order, "a-c");
}

TEST(Database, ShowsReadersOneStateThroughout) {
  TempStore store;
  ASSERT_TRUE(store->write([](Tx& tx) { return set_meta(tx, "a", "before"); }));
  const auto seen = store->read([&store](View& view) -> Result<std::string> {
    CLARION_TRY(auto first, find_meta(view, "a"));
    CLARION_TRY(store->write([](Tx& tx) { return set_meta(tx, "a", "after"); }));
    CLARION_TRY(auto second, find_meta(view, "a"));
    return *first + " " + *second;
  });
  EXPECT_EQ(seen.value(), "before before");
  EXPECT_EQ(meta(*store, "a"), "after");
}

TEST(Database, SeesWhatAnotherProcessWrote) {
  TempStore store;
  const std::int64_t before = store->data_version().value();
  const auto other = Database::open({.folder = store.folder()}, store.clock, *store.random).value();
  ASSERT_TRUE(other->write([](Tx& tx) { return set_meta(tx, "other", "1"); }));
  EXPECT_EQ(meta(*store, "other"), "1");
  EXPECT_NE(store->data_version().value(), before);
}

TEST(Database, RefusesWritesBeyondItsQueueInsteadOfGrowing) {
  TempStore store;
  store.reopen(1);
  std::promise<void> entered, leave;
  std::thread holder([&] {
    static_cast<void>(store->write([&](Tx&) -> Status {
      entered.set_value();
      leave.get_future().wait();
      return ok();
    }));
  });
  entered.get_future().wait();  // the writer is busy; one more may wait
  std::thread waiter(
      [&] { EXPECT_TRUE(store->write([](Tx& tx) { return set_meta(tx, "waited", "1"); })); });
  while (store->queued() < 1) std::this_thread::yield();
  const Status refused = store->write([](Tx& tx) { return set_meta(tx, "refused", "1"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errc, Errc::overloaded);
  leave.set_value();
  holder.join();
  waiter.join();
  EXPECT_EQ(meta(*store, "waited"), "1");
  EXPECT_EQ(meta(*store, "refused"), std::nullopt);
}

TEST(Database, MakesItsFolderForItsOwnerAlone) {
  TempStore store;
  const std::string inner = store.folder() + "/fresh";
  const auto made = Database::open({.folder = inner}, store.clock, *store.random);
  ASSERT_TRUE(made);
  EXPECT_EQ(std::filesystem::status(inner).permissions(), std::filesystem::perms::owner_all);
}

TEST(Database, RefusesAFileThatIsNone) {
  TempStore store;
  const std::string inner = store.folder() + "/broken";
  std::filesystem::create_directories(inner);
  std::FILE* file = std::fopen((inner + "/clarion.db").c_str(), "w");
  std::fputs(std::string(4096, 'x').c_str(), file);
  std::fclose(file);
  EXPECT_FALSE(Database::open({.folder = inner}, store.clock, *store.random));
}

}  // namespace
}  // namespace clarion::store
