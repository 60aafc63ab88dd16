#include "desk/action_parts.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace clarion::desk {
namespace {

using store::CaseEvent;
using store::CaseRow;

/// What does not stand against undoing: it says something and changes nothing of the case.
constexpr std::array<std::string_view, 6> kSayings = {"note",  "watch",  "unwatch",
                                                      "cited", "extend", "undo"};

/// Events that an `undo` among them took back.
std::set<std::int64_t> undone(const std::vector<CaseEvent>& events) {
  std::set<std::int64_t> out;
  for (const CaseEvent& event : events) {
    if (event.action != "undo") continue;
    const json::value* which = event.detail.if_contains("event");
    if (which != nullptr && which->is_int64()) out.insert(which->as_int64());
  }
  return out;
}

Error conflict(const CaseEvent& event) {
  return {Errc::conflict,
          fmt::format("'{}' did '{}' since", event.actor, event.action),
          "undo_conflict",
          {{"by", event.actor}, {"action", event.action}, {"at", model::to_text(event.at)}}};
}

Status undo_dismiss(const Work& work, const std::vector<CaseEvent>& events, const CaseEvent& event,
                    const json::object& data) {
  CLARION_TRY(nothing_newer(events, event.seq, {"reopen", "merge", "dismiss", "split"}));
  if (work.row.state != "dismissed") return wrong_state(work.row);
  put_back_holding(work.row, data.at("holding").as_object());
  return ok();
}

}  // namespace

Status nothing_newer(const std::vector<CaseEvent>& events, std::int64_t event,
                     std::initializer_list<std::string_view> actions) {
  const auto gone = undone(events);
  const bool any = *actions.begin() == "*";
  for (const CaseEvent& later : events) {
    if (later.seq <= event || gone.contains(later.seq)) continue;
    const bool counts =
        any ? later.actor != "system" &&
                  std::find(kSayings.begin(), kSayings.end(), later.action) == kSayings.end() &&
                  !later.action.ends_with("_undone") && later.action != "merged_in"
            : std::find(actions.begin(), actions.end(), later.action) != actions.end();
    if (counts) return conflict(later);
    // Merged in and not taken out again: the posts of a third case stand here.
    if (any && later.action == "merged_in") {
      const bool out = std::any_of(events.begin(), events.end(), [&later](const CaseEvent& each) {
        return each.seq > later.seq && each.action == "merge_undone" &&
               string_or(each.detail, "from") == string_or(later.detail, "from");
      });
      if (!out) return conflict(later);
    }
  }
  return ok();
}

json::object holding_of(const CaseRow& row) {
  json::object out{{"state", row.state}};
  if (row.assignee) out["assignee"] = *row.assignee;
  if (row.lease_until) out["lease_until"] = model::to_text(*row.lease_until);
  for (const char* name : {"assignment_reasons", "not_to", "refusals", "claimed_at"}) {
    if (const json::value* value = row.details.if_contains(name)) out[name] = *value;
  }
  return out;
}

void put_back_holding(CaseRow& row, const json::object& holding) {
  row.state = string_or(holding, "state");
  row.assignee.reset();
  row.lease_until.reset();
  if (const json::string* who = find_string(holding, "assignee")) row.assignee = std::string(*who);
  if (const json::string* until = find_string(holding, "lease_until")) {
    if (const auto time = model::parse_time(*until)) row.lease_until = time.value().time;
  }
  for (const char* name : {"assignment_reasons", "not_to", "refusals", "claimed_at"}) {
    row.details.erase(name);
    if (const json::value* value = holding.if_contains(name)) row.details[name] = *value;
  }
}

Result<Outcome> undo(const Work& work) {
  http::Fields fields(work.body);
  const auto number = fields.optional_integer("event", 1, 1'000'000'000);
  if (!number) fields.problem("event", "field_required");
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto events, store::case_events(work.action.tx, work.row.id));
  const auto event = std::find_if(events.begin(), events.end(),
                                  [&](const CaseEvent& each) { return each.seq == *number; });
  const json::value* data = event == events.end() ? nullptr : event->detail.if_contains(kUndo);
  if (data == nullptr || !data->is_object())
    return Error{Errc::conflict, "this cannot be taken back", "undo_impossible"};
  if (undone(events).contains(event->seq))
    return Error{Errc::conflict, "this was taken back already", "undone"};
  const bool regroups = event->action == "merge" || event->action == "split";
  if (regroups || event->action == "dismiss") {
    CLARION_TRY(identity::allowed(identity::Act::manage_cases, work.action.actor,
                                  work.action.policy, is_own(work.row, work.action.actor)));
  }
  const json::object& kept = data->get_object();
  if (event->action == "merge") {
    CLARION_TRY(undo_merge(work, *event, kept));
  } else if (event->action == "split") {
    CLARION_TRY(undo_split(work, *event, kept));
  } else if (event->action == "dismiss") {
    CLARION_TRY(undo_dismiss(work, events, *event, kept));
  } else if (event->action == "edit" || event->action == "head") {
    CLARION_TRY(nothing_newer(events, event->seq, {"edit", "head", "verdict", "merge"}));
    CLARION_TRY(undo_edit(work, kept));
  } else if (event->action == "candidate") {
    for (const CaseEvent& later : events) {
      if (later.seq > event->seq && later.action == "candidate" &&
          string_or(later.detail, "debunk") == string_or(event->detail, "debunk") &&
          !undone(events).contains(later.seq))
        return conflict(later);
    }
    CLARION_TRY(undo_candidate(work, kept));
  } else {
    return Error{Errc::conflict, "this cannot be taken back", "undo_impossible"};
  }
  return Outcome{{{"event", event->seq}, {"of", event->action}},
                 {{"event", event->seq}, {"of", event->action}}};
}

}  // namespace clarion::desk
