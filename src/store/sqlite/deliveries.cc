#include "store/deliveries.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_DELIVERY_COLUMNS                                                              \
  "id, outlet, recipient, notice_id, revision, state, attempts, error, next_at, created_at, " \
  "changed_at"

DeliveryRow delivery_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.integer(4),
          row.text(5),
          row.integer(6),
          row.text(7),
          time_at(row, 8),
          time_of(row.integer(9)),
          time_of(row.integer(10))};
}

OutletPause pause_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), time_of(row.integer(3))};
}

FailedDeliveries failed_at(const sqlite::Statement& row) {
  return {row.text(0), row.integer(1),          row.integer(2),
          row.text(3), time_of(row.integer(5)), time_of(row.integer(4))};
}

ReceiptRow receipt_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), static_cast<std::uint64_t>(row.integer(3)),
          time_of(row.integer(4))};
}

}  // namespace

Status add_delivery(Tx& tx, const DeliveryRow& row) {
  auto insert = tx.connection().prepare("INSERT INTO deliveries(" CLARION_DELIVERY_COLUMNS
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(notice_id, "
                                        "revision, outlet, recipient) DO NOTHING");
  CLARION_TRY(insert
                  .bind_all(row.id, row.outlet, row.recipient, row.notice_id, row.revision,
                            row.state, row.attempts, row.error, ms(row.next_at), ms(tx.now()),
                            ms(tx.now()))
                  .run());
  if (tx.connection().changes() == 1) return ok();
  return Error{Errc::conflict, "this revision is on its way to that recipient already",
               "delivery_exists"};
}

Status update_delivery(Tx& tx, const DeliveryRow& row) {
  auto update = tx.connection().prepare(
      "UPDATE deliveries SET state=?, attempts=?, error=?, next_at=?, changed_at=? WHERE id=?");
  return update.bind_all(row.state, row.attempts, row.error, ms(row.next_at), ms(tx.now()), row.id)
      .run();
}

Result<std::optional<DeliveryRow>> find_delivery(View& view, std::string_view id) {
  auto query =
      view.connection().prepare("SELECT " CLARION_DELIVERY_COLUMNS " FROM deliveries WHERE id = ?");
  query.bind(id);
  return first(query, delivery_at);
}

Result<std::vector<DeliveryRow>> deliveries_of(View& view, std::string_view notice_id) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_DELIVERY_COLUMNS
      " FROM deliveries WHERE notice_id = ? ORDER BY revision DESC, outlet, recipient");
  query.bind(notice_id);
  return collect(query, delivery_at);
}

Result<std::vector<DeliveryRow>> due_deliveries(View& view, model::Time now, std::int64_t most) {
  auto query = view.connection().prepare("SELECT " CLARION_DELIVERY_COLUMNS
                                         " FROM deliveries WHERE state = 'queued' AND "
                                         "coalesce(next_at, 0) <= ? AND outlet NOT IN (SELECT "
                                         "outlet FROM outlet_pauses) ORDER BY next_at, id LIMIT ?");
  query.bind_all(ms(now), most);
  return collect(query, delivery_at);
}

Result<std::int64_t> count_deliveries(View& view, std::string_view outlet, std::string_view state) {
  auto query =
      view.connection().prepare("SELECT count(*) FROM deliveries WHERE outlet = ? AND state = ?");
  query.bind_all(outlet, state);
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Status pause_outlet(Tx& tx, const OutletPause& pause) {
  auto insert = tx.connection().prepare(
      "INSERT INTO outlet_pauses(outlet, account, reason, at) VALUES(?,?,?,?) ON CONFLICT(outlet) "
      "DO UPDATE SET account = excluded.account, reason = excluded.reason, at = excluded.at");
  return insert.bind_all(pause.outlet, pause.account, pause.reason, ms(tx.now())).run();
}

Result<bool> resume_outlet(Tx& tx, std::string_view outlet) {
  auto remove = tx.connection().prepare("DELETE FROM outlet_pauses WHERE outlet = ?");
  remove.bind(outlet);
  CLARION_TRY(remove.run());
  return tx.connection().changes() == 1;
}

Result<std::vector<OutletPause>> outlet_pauses(View& view) {
  auto query = view.connection().prepare(
      "SELECT outlet, account, reason, at FROM outlet_pauses ORDER BY outlet");
  return collect(query, pause_at);
}

Result<std::optional<std::vector<FailedDeliveries>>> failed_deliveries(View& view,
                                                                       std::string_view mode) {
  auto any = view.connection().prepare(
      "SELECT 1 FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.mode = ? LIMIT 1");
  any.bind(mode);
  CLARION_TRY(const bool known, any.step());
  if (!known) return std::optional<std::vector<FailedDeliveries>>();
  // The second condition lets SQLite use the index of what did not arrive. `d.error` goes with the
  // row of max(changed_at), as SQLite promises for a lone max().
  auto query = view.connection().prepare(
      "SELECT d.outlet, count(*), count(DISTINCT d.recipient), d.error, max(d.changed_at), "
      "(SELECT f.changed_at FROM deliveries f JOIN notices m ON m.id = f.notice_id WHERE f.outlet "
      "= "
      "d.outlet AND f.state = 'failed' AND f.state <> 'delivered' AND m.mode = n.mode ORDER BY "
      "f.changed_at LIMIT 1) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.state "
      "= "
      "'failed' AND d.state <> 'delivered' AND n.mode = ? GROUP BY d.outlet ORDER BY d.outlet");
  query.bind(mode);
  CLARION_TRY(auto rows, collect(query, failed_at));
  return std::optional(std::move(rows));
}

Result<std::vector<ReceiptRow>> receipts_of(View& view, std::string_view channel) {
  auto query = view.connection().prepare(
      "SELECT account, channel, epoch, log_offset, at FROM receipts WHERE channel = ? ORDER BY "
      "account");
  query.bind(channel);
  return collect(query, receipt_at);
}

}  // namespace clarion::store
