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

model::Audience audience_at(const sqlite::Statement& row) {
  model::Audience out{row.text(1), strings_of_text(row.text(2)), false, {}};
  out.everywhere = out.regions.empty();
  if (!row.is_null(3)) out.accounts.push_back(row.text(3));
  return out;
}

/// Looks at cases one by one until enough are counted.
Status add_seen(View& view, const model::Viewer& viewer, DeskCounts& out) {
  for (const std::string_view state : kOpenStates) {
    auto query = view.connection().prepare(
        viewer.own_only
            ? std::string_view("SELECT id, mode, regions, assignee FROM cases WHERE state = ?1 AND "
                               "assignee = ?2 LIMIT ?3")
            : std::string_view("SELECT id, mode, regions, assignee FROM cases WHERE state = ?1 AND "
                               "?2 = ?2 LIMIT ?3"));
    query.bind_all(state, viewer.account, kMostCounted);
    std::int64_t looked = 0;
    while (true) {
      CLARION_TRY(auto row, query.step());
      if (!row) break;
      ++looked;
      if (model::may_see(audience_at(query), viewer)) ++out.cases[std::string(state)];
    }
    if (looked == kMostCounted) out.at_least = true;
  }
  auto drafts = view.connection().prepare(
      "SELECT n.draft_state, n.mode, ifnull(json_extract(n.draft, '$.regions'), '[]'), c.assignee "
      "FROM notices n LEFT JOIN cases c ON c.id = n.case_id WHERE n.draft_state <> '' LIMIT ?");
  drafts.bind(kMostCounted);
  std::int64_t looked = 0;
  while (true) {
    CLARION_TRY(auto row, drafts.step());
    if (!row) break;
    ++looked;
    if (model::may_see(audience_at(drafts), viewer)) ++out.drafts[drafts.text(0)];
  }
  if (looked == kMostCounted) out.at_least = true;
  return ok();
}

/// Cases of an index, in its order, until one that the viewer may see or enough were looked at.
Status find_oldest(View& view, const model::Viewer& viewer, DeskCounts& out) {
  for (const std::string_view mode : {"Actual", "Exercise", "Test"}) {
    if (!sees_mode(viewer, mode)) continue;
    auto query = view.connection().prepare(
        "SELECT id, mode, regions, assignee, created_at FROM cases INDEXED BY cases_open_by_age "
        "WHERE mode = ?1 AND state = 'open' ORDER BY id LIMIT ?2");  // ids rise with time
    query.bind_all(mode, kMostCounted);
    while (true) {
      CLARION_TRY(auto row, query.step());
      if (!row) break;
      if (!model::may_see(audience_at(query), viewer)) continue;
      const model::Time since = time_of(query.integer(4));
      if (!out.oldest || since < out.oldest->since) out.oldest = {query.text(0), since};
      break;
    }
  }
  return ok();
}

Status count_overdue(View& view, const model::Viewer& viewer, model::Time now, DeskCounts& out) {
  auto query = view.connection().prepare(
      "SELECT id, mode, regions, assignee FROM cases INDEXED BY cases_by_due WHERE due_at IS NOT "
      "NULL AND state IN ('open', 'assigned', 'in_review') AND due_at < ? LIMIT ?");
  query.bind_all(ms(now), kMostCounted);
  std::int64_t looked = 0;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) break;
    ++looked;
    if (model::may_see(audience_at(query), viewer)) ++out.overdue;
  }
  if (looked == kMostCounted) out.at_least = true;
  return ok();
}

}  // namespace

Result<DeskCounts> count_desk(View& view, const model::Viewer& viewer, model::Time now) {
  DeskCounts out;
  for (const std::string_view state : kOpenStates) out.cases[std::string(state)] = 0;
  for (const char* state : {"draft", "submitted", "approved"}) out.drafts[state] = 0;
  if (!viewer.own_only && viewer.regions.empty()) {
    CLARION_TRY(add_kept(view, viewer, out));
  } else {
    CLARION_TRY(add_seen(view, viewer, out));
  }
  auto mine = view.connection().prepare(
      "SELECT id, mode, regions, assignee FROM cases WHERE assignee = ?1 AND state IN ('assigned', "
      "'in_review') LIMIT ?2");
  mine.bind_all(viewer.account, kMostCounted);
  while (true) {
    CLARION_TRY(auto row, mine.step());
    if (!row) break;
    if (model::may_see(audience_at(mine), viewer)) ++out.mine;
  }
  CLARION_TRY(find_oldest(view, viewer, out));
  CLARION_TRY(count_overdue(view, viewer, now, out));
  return out;
}

}  // namespace clarion::store
