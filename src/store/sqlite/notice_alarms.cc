#include "store/notice_alarms.h"

#include "store/sqlite/values.h"

#include <algorithm>

namespace clarion::store {
namespace {

constexpr std::int64_t kMostLooked = 2000;

Holding holding_at(const sqlite::Statement& row) {
  Holding out;
  out.notice_id = row.text(0);
  out.revision = row.integer(1);
  out.mode = row.text(2);
  out.published_at = time_of(row.integer(3));
  out.expires_at = time_of(row.integer(4));
  out.title = row.text(5);
  out.owner = row.text(6);
  out.regions = strings_of_text(row.text(7));
  out.told_soon = row.integer(8) != 0;
  out.told_ended = row.integer(9) != 0;
  return out;
}

/// Columns from `at` on: mode, regions, holder of its case.
model::Audience audience_at(const sqlite::Statement& row, int at) {
  model::Audience out{row.text(at), strings_of_text(row.text(at + 1)), false, {}};
  out.everywhere = out.regions.empty();
  if (!row.is_null(at + 2)) out.accounts.push_back(row.text(at + 2));
  return out;
}

}  // namespace

model::Time Holding::soon_from() const {
  return expires_at - std::min<model::Time::duration>(kSoonAtMost, (expires_at - published_at) / 4);
}

Result<std::vector<Holding>> holdings_ending(View& view, model::Time after, model::Time until) {
  auto query = view.connection().prepare(
      "SELECT r.notice_id, r.revision, r.mode, r.published_at, r.expires_at, "
      "ifnull(json_extract(r.form, '$.content.zh.title'), ''), "
      "ifnull(json_extract(n.draft_details, '$.owner'), ''), "
      "ifnull(json_extract(r.form, '$.regions'), '[]'), "
      "h.told_soon, h.told_ended FROM holdings h INDEXED BY holdings_by_end JOIN revisions r ON "
      "r.notice_id = h.notice_id AND r.revision = h.revision JOIN notices n ON n.id = h.notice_id "
      "AND n.revision = h.revision WHERE h.ends_at > ? AND h.ends_at <= ? ORDER BY h.ends_at LIMIT "
      "?");
  query.bind_all(ms(after), ms(until), kMostLooked);
  return collect(query, holding_at);
}

Status note_told(Tx& tx, const Holding& holding, std::string_view stage) {
  auto update = tx.connection().prepare(
      "UPDATE holdings SET told_soon = told_soon OR ?3 = 'soon', told_ended = told_ended OR ?3 = "
      "'ended' WHERE notice_id = ?1 AND revision = ?2");
  return update.bind_all(holding.notice_id, holding.revision, stage).run();
}

Result<NoticeAlarms> count_notice_alarms(View& view, const model::Viewer& viewer, model::Time now) {
  NoticeAlarms out;
  CLARION_TRY(auto holdings, holdings_ending(view, now - kEndedAlarm, now + kSoonAtMost));
  for (const Holding& each : holdings) {
    model::Audience audience{each.mode, each.regions, each.regions.empty(), {}};
    if (!each.owner.empty()) audience.accounts.push_back(each.owner);
    if (!model::may_see(audience, viewer)) continue;
    if (each.expires_at <= now) {
      ++out.holding_ended;
    } else if (each.soon_from() <= now) {
      ++out.holding_soon;
    }
  }
  auto held = view.connection().prepare(
      "SELECT n.mode, ifnull(json_extract(n.draft, '$.regions'), '[]'), c.assignee FROM notices n "
      "LEFT JOIN cases c ON c.id = n.case_id WHERE n.draft_state = 'approved' AND "
      "json_extract(n.draft_details, '$.publish_held') IS NOT NULL LIMIT ?");
  held.bind(kMostLooked);
  while (true) {
    CLARION_TRY(auto row, held.step());
    if (!row) break;
    if (model::may_see(audience_at(held, 0), viewer)) ++out.held;
  }
  // A failure of a revision that a newer one replaced needs nobody any more.
  auto troubled = view.connection().prepare(
      "SELECT d.notice_id, d.state, n.mode, ifnull(json_extract(r.form, '$.regions'), '[]'), "
      "c.assignee FROM deliveries d INDEXED BY deliveries_in_trouble JOIN notices n ON n.id = "
      "d.notice_id AND n.revision = d.revision JOIN revisions r ON r.notice_id = d.notice_id AND "
      "r.revision = d.revision LEFT JOIN cases c ON c.id = n.case_id WHERE d.state IN ('failed', "
      "'unknown') ORDER BY d.changed_at DESC LIMIT ?");
  troubled.bind(kMostLooked);
  while (true) {
    CLARION_TRY(auto row, troubled.step());
    if (!row) break;
    if (!model::may_see(audience_at(troubled, 2), viewer)) continue;
    if (!out.failed_notice) out.failed_notice = troubled.text(0);
    ++(troubled.text(1) == "failed" ? out.failed : out.unknown);
  }
  return out;
}

}  // namespace clarion::store
