#pragma once

#include "base/json.h"
#include "notice/lifecycle.h"

namespace clarion::notice {

/// The ways out and their limits, from src/notice/data/outlets.json: `outlets[]{id, connected,
/// queue, name{zh,en}}`, `limits[]{id, outlet, unit, most, blocks, name}`. Never changes; any
/// thread.
[[nodiscard]] const json::object& outlet_data();

/// `GET /v1/outlets`: each with state (on, paused, not_connected), what follows it now and what
/// failed. Figures that nobody knows are left out, never 0.
[[nodiscard]] Result<json::object> outlets_view(store::View& view, const NoticeOptions& options,
                                                model::Time now);

/// `GET /v1/notices/{id}/deliveries`: per outlet and recipient, which revision it has. Of the
/// stream, from what subscribers acknowledged (`behind`: how many revisions they lack); of pages
/// and feeds, since when they are served; of outlets with workers, from store/deliveries.h. `state`
/// (delivered, sent, queued, paused, failed, unknown, behind, serving, locked for a drill) with
/// words in both languages; `retry` says whether `…/deliveries/{id}/retry` makes sense.
[[nodiscard]] Result<json::object> deliveries_view(store::View& view, const store::NoticeRow& row,
                                                   const NoticeOptions& options, model::Time now);

/// Stops an outlet by hand, or lets it go on; what is queued for it stays queued meanwhile
/// (store::due_deliveries). `body`: `{reason}` to pause. The outlet as outlets_view() shows it.
/// Errors: `not_found`, `denied` (drill_session), `conflict` (outlet_no_queue, outlet_not_paused),
/// `invalid`.
Result<json::object> set_paused(store::Tx& tx, const identity::Actor& actor,
                                std::string_view outlet, bool paused, const json::object& body);

/// Puts a delivery that failed, or of which nobody knows whether it arrived, into the queue again.
/// Of an unknown one the caller says that they looked (`checked`), since it may come twice. Errors:
/// `not_found`, `conflict` (code "delivery_state"), `invalid`.
Result<json::object> retry_delivery(const NoticeAction& action, const store::NoticeRow& row,
                                    std::string_view delivery, const json::object& body);

}  // namespace clarion::notice
