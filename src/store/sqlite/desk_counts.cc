#include "store/desk_counts.h"

#include "store/sqlite/values.h"

#include <algorithm>
#include <array>

namespace clarion::store {
namespace {

constexpr std::array<std::string_view, 4> kOpenStates = {"open", "assigned", "in_review", "judged"};

bool sees_mode(const model::Viewer& viewer, std::string_view mode) {
  return viewer.modes.empty() ||
         std::find(viewer.modes.begin(), viewer.modes.end(), mode) != viewer.modes.end();
}

Status add_kept(View& view, const model::Viewer& viewer, DeskCounts& out) {
  auto query = view.connection().prepare("SELECT kind, mode, state, count FROM desk_counts");
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return ok();
    if (!sees_mode(viewer, query.text(1))) continue;
    const std::string state = query.text(2);
    if (query.text(0) == "draft") {
      out.drafts[state] += query.integer(3);
    } else if (std::find(kOpenStates.begin(), kOpenStates.end(), state) != kOpenStates.end()) {
      out.cases[state] += query.integer(3);
    }
  }
}

#define CLARION_SIGHT                    \
  "id, mode, regions, assignee, EXISTS " \
  "(SELECT 1 FROM case_asks a WHERE a.account = ?1 AND a.case_id = cases.id)"

/// Of a row that begins with CLARION_SIGHT, ?1 bound to the viewer's account: who else was asked
/// about the case makes no difference to this viewer.
model::Audience audience_at(const sqlite::Statement& row, const model::Viewer& viewer) {
  model::Audience out{row.text(1), strings_of_text(row.text(2)), false, {}};
  out.everywhere = out.regions.empty();
  if (!row.is_null(3)) out.accounts.push_back(row.text(3));
  if (row.integer(4) != 0) out.accounts.push_back(viewer.account);
  return out;
}

/// Looks at cases one by one until enough are counted: of who is limited to regions.
Status add_seen(View& view, const model::Viewer& viewer, DeskCounts& out) {
  for (const std::string_view state : kOpenStates) {
    auto query =
        view.connection().prepare("SELECT " CLARION_SIGHT " FROM cases WHERE state = ?2 LIMIT ?3");
    query.bind_all(viewer.account, state, kMostCounted);
    std::int64_t looked = 0;
    while (true) {
      CLARION_TRY(auto row, query.step());
      if (!row) break;
      ++looked;
      if (model::may_see(audience_at(query, viewer), viewer)) ++out.cases[std::string(state)];
    }
    if (looked == kMostCounted) out.at_least = true;
  }
  return ok();
}

/// Everything about the cases of who sees only their own: those held and those asked about.
Status add_own(View& view, const model::Viewer& viewer, model::Time now, DeskCounts& out) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_SIGHT
      ", state, created_at, due_at FROM cases WHERE id IN (SELECT case_id FROM case_asks WHERE "
      "account = ?1 UNION SELECT id FROM cases WHERE assignee = ?1) AND state IN ('open', "
      "'assigned', 'in_review', 'judged') LIMIT ?2");
  query.bind_all(viewer.account, kMostCounted);
  std::int64_t looked = 0;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) break;
    ++looked;
    if (!model::may_see(audience_at(query, viewer), viewer)) continue;
    const std::string state = query.text(5);
    ++out.cases[state];
    const model::Time since = time_of(query.integer(6));
    if (state == "open" && (!out.oldest || since < out.oldest->since))
      out.oldest = {query.text(0), since};
    const auto due = time_at(query, 7);
    if (state != "judged" && due && *due < now) ++out.overdue;
  }
  if (looked == kMostCounted) out.at_least = true;
  return ok();
}

Status add_seen_drafts(View& view, const model::Viewer& viewer, DeskCounts& out) {
  auto drafts = view.connection().prepare(
      "SELECT n.draft_state, n.mode, ifnull(json_extract(n.draft, '$.regions'), '[]'), c.assignee, "
      "EXISTS (SELECT 1 FROM case_asks a WHERE a.account = ?1 AND a.case_id = n.case_id) FROM "
      "notices n LEFT JOIN cases c ON c.id = n.case_id WHERE n.draft_state <> '' LIMIT ?2");
  drafts.bind_all(viewer.account, kMostCounted);
  std::int64_t looked = 0;
  while (true) {
    CLARION_TRY(auto row, drafts.step());
    if (!row) break;
    ++looked;
    if (model::may_see(audience_at(drafts, viewer), viewer)) ++out.drafts[drafts.text(0)];
  }
  if (looked == kMostCounted) out.at_least = true;
  return ok();
}

/// Cases of an index, in its order, until one that the viewer may see or enough were looked at.
Status find_oldest(View& view, const model::Viewer& viewer, DeskCounts& out) {
  for (const std::string_view mode : {"Actual", "Exercise", "Test"}) {
    if (!sees_mode(viewer, mode)) continue;
    auto query = view.connection().prepare(
        "SELECT " CLARION_SIGHT
        ", created_at FROM cases INDEXED BY cases_open_by_age WHERE mode = ?2 AND state = 'open' "
        "ORDER BY id LIMIT ?3");  // ids rise with time
    query.bind_all(viewer.account, mode, kMostCounted);
    while (true) {
      CLARION_TRY(auto row, query.step());
      if (!row) break;
      if (!model::may_see(audience_at(query, viewer), viewer)) continue;
      const model::Time since = time_of(query.integer(5));
      if (!out.oldest || since < out.oldest->since) out.oldest = {query.text(0), since};
      break;
    }
  }
  return ok();
}

Status count_overdue(View& view, const model::Viewer& viewer, model::Time now, DeskCounts& out) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_SIGHT
      " FROM cases INDEXED BY cases_by_due WHERE due_at IS NOT NULL AND state IN ('open', "
      "'assigned', 'in_review') AND due_at < ?2 LIMIT ?3");
  query.bind_all(viewer.account, ms(now), kMostCounted);
  std::int64_t looked = 0;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) break;
    ++looked;
    if (model::may_see(audience_at(query, viewer), viewer)) ++out.overdue;
  }
  if (looked == kMostCounted) out.at_least = true;
  return ok();
}

}  // namespace

Result<DeskCounts> count_desk(View& view, const model::Viewer& viewer, model::Time now) {
  DeskCounts out;
  for (const std::string_view state : kOpenStates) out.cases[std::string(state)] = 0;
  for (const char* state : {"draft", "submitted", "approved"}) out.drafts[state] = 0;
  auto mine = view.connection().prepare(
      "SELECT " CLARION_SIGHT
      " FROM cases WHERE assignee = ?1 AND state IN ('assigned', 'in_review') LIMIT ?2");
  mine.bind_all(viewer.account, kMostCounted);
  while (true) {
    CLARION_TRY(auto row, mine.step());
    if (!row) break;
    if (model::may_see(audience_at(mine, viewer), viewer)) ++out.mine;
  }
  if (!viewer.own_only && viewer.regions.empty()) {
    CLARION_TRY(add_kept(view, viewer, out));
  } else {
    CLARION_TRY(add_seen_drafts(view, viewer, out));
  }
  if (viewer.own_only) {
    CLARION_TRY(add_own(view, viewer, now, out));
    return out;
  }
  if (!viewer.regions.empty()) {
    CLARION_TRY(add_seen(view, viewer, out));
  }
  CLARION_TRY(find_oldest(view, viewer, out));
  CLARION_TRY(count_overdue(view, viewer, now, out));
  return out;
}

}  // namespace clarion::store
