#pragma once

#include "store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// One revision on its way to one recipient of an outlet that keeps proof (an outbox worker makes
/// and moves these; the stream, the pages and the feeds need none, see Receipt).
struct DeliveryRow {
  std::string id, outlet, recipient, notice_id;
  std::int64_t revision = 0;
  std::string state;  ///< queued, sent, delivered, failed, unknown (it may have arrived)
  std::int64_t attempts = 0;
  std::string error;                   ///< code of the last failure, or empty
  std::optional<model::Time> next_at;  ///< of a queued one: not before
  model::Time created_at, changed_at;
};
/// Errors: `conflict` when this revision is on its way to that recipient already.
Status add_delivery(Tx& tx, const DeliveryRow& row);
/// Writes state, attempts, error and next_at.
Status update_delivery(Tx& tx, const DeliveryRow& row);
[[nodiscard]] Result<std::optional<DeliveryRow>> find_delivery(View& view, std::string_view id);
/// Of one notice: newest revision first, then by outlet and recipient.
[[nodiscard]] Result<std::vector<DeliveryRow>> deliveries_of(View& view,
                                                             std::string_view notice_id);
/// Queued ones that are due, oldest first; none of an outlet that is paused.
[[nodiscard]] Result<std::vector<DeliveryRow>> due_deliveries(View& view, model::Time now,
                                                              std::int64_t most);
/// How many of an outlet are in a state.
[[nodiscard]] Result<std::int64_t> count_deliveries(View& view, std::string_view outlet,
                                                    std::string_view state);

/// An outlet that a person stopped by hand: what is due for it stays queued.
struct OutletPause {
  std::string outlet, account, reason;
  model::Time at;
};
/// Writes or replaces; the time is this transaction's.
Status pause_outlet(Tx& tx, const OutletPause& pause);
/// True when it was paused.
Result<bool> resume_outlet(Tx& tx, std::string_view outlet);
[[nodiscard]] Result<std::vector<OutletPause>> outlet_pauses(View& view);

/// What an outlet could not deliver, of one mode.
struct FailedDeliveries {
  std::string outlet;
  std::int64_t count = 0, recipients = 0;  ///< deliveries, and how many different recipients
  std::string error;                       ///< code of the newest failure
  model::Time since, last_at;              ///< the oldest failure that stands, and the newest
};
/// By outlet; absent while no outlet ever kept proof of a delivery of this mode: then nothing is
/// known, which is not the same as nothing failed.
[[nodiscard]] Result<std::optional<std::vector<FailedDeliveries>>> failed_deliveries(
    View& view, std::string_view mode);

/// How far a subscriber said it has come (`ack` of the stream).
struct ReceiptRow {
  std::string account, channel, epoch;
  std::uint64_t offset = 0;
  model::Time at;
};
[[nodiscard]] Result<std::vector<ReceiptRow>> receipts_of(View& view, std::string_view channel);

}  // namespace clarion::store
