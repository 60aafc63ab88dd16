#include "store/audit.h"

#include "store/sqlite/connection.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

Result<AuditHead> append(TempStore& store, std::string_view action) {
  return store->write(
      [action](Tx& tx) { return append_audit(tx, "anna", action, "c_1", {{"n", 1}}); });
}

TEST(Audit, ChainsEachRecordToTheOneBefore) {
  TempStore store;
  const AuditHead first = append(store, "one").value();
  const AuditHead second = append(store, "two").value();
  std::vector<AuditRecord> records;
  ASSERT_TRUE(store->read([&](View& view) {
    return each_audit(view, 0, 10, [&](const AuditRecord& record) {
      records.push_back(record);
      return true;
    });
  }));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].previous, std::string(64, '0'));
  EXPECT_EQ(records[1].previous, first.hash);
  EXPECT_EQ(records[1].hash, second.hash);
  for (const AuditRecord& record : records) EXPECT_EQ(record.hash, audit_hash(record));
}

TEST(Audit, GivesNoRecordToAWriteThatFails) {
  TempStore store;
  EXPECT_FALSE(store->write([](Tx& tx) -> Status {
    CLARION_TRY(append_audit(tx, "anna", "undone", "c_1", {}));
    return Error{Errc::conflict, "refused on purpose"};
  }));
  EXPECT_EQ(append(store, "one").value().seq, 1);
}

TEST(Audit, HashDependsOnEveryMember) {
  const AuditRecord record{3, model::Time(std::chrono::milliseconds(5)), "a", "b", "c", "{}", "p",
                           ""};
  std::set<std::string> hashes{audit_hash(record)};
  const auto changed = [&](auto change) {
    AuditRecord other = record;
    change(other);
    EXPECT_TRUE(hashes.insert(audit_hash(other)).second);
  };
  changed([](AuditRecord& r) { r.seq = 4; });
  changed([](AuditRecord& r) { r.at += std::chrono::milliseconds(1); });
  changed([](AuditRecord& r) { r.actor = "x"; });
  changed([](AuditRecord& r) { r.action = "x"; });
  changed([](AuditRecord& r) { r.subject = "x"; });
  changed([](AuditRecord& r) { r.detail = "[]"; });
  changed([](AuditRecord& r) { r.previous = "x"; });
}

TEST(Audit, RefusesToBeChangedByAStatement) {
  TempStore store;
  ASSERT_TRUE(append(store, "one"));
  EXPECT_FALSE(store->write(
      [](Tx& tx) { return tx.connection().execute("UPDATE audit SET actor = 'eve'"); }));
  EXPECT_FALSE(store->write([](Tx& tx) { return tx.connection().execute("DELETE FROM audit"); }));
}

}  // namespace
}  // namespace clarion::store
