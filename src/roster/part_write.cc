#include "roster/part_write.h"

#include "base/bytes.h"
#include "roster/duty.h"
#include "roster/expand.h"
#include "roster/records.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/experts.h"
#include "store/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace clarion::roster {
namespace {

using store::RosterRow;

/// Persons are told of changes of the next four weeks; what is later they will see in the calendar.
constexpr std::chrono::hours kToldAhead{24 * 28};

Status check_people(store::View& view, const std::vector<std::string>& people,
                    std::string_view duty, std::string_view member) {
  for (std::size_t i = 0; i < people.size(); ++i) {
    CLARION_TRY(check_person(view, people[i], duty, fmt::format("/{}/{}", member, i)));
  }
  return ok();
}

using Key = std::tuple<std::string, model::Time, model::Time>;  // name, from, until
using ByPerson = std::map<std::string, std::set<Key>>;

ByPerson by_person(const std::vector<Stretch>& list, model::Time from, model::Time until) {
  ByPerson out;
  for (const Stretch& one : list) {
    const model::Time begin = std::max(one.from, from), end = std::min(one.until, until);
    if (!one.account.empty() && begin < end)
      out[one.account].emplace(one.name.empty() ? one.post.duty : one.name, begin, end);
  }
  return out;
}

Status tell(const Change& change, const ByPerson& before, const ByPerson& after) {
  std::set<std::string> people;
  for (const auto& [person, set] : before) people.insert(person);
  for (const auto& [person, set] : after) people.insert(person);
  static const std::set<Key> kNone;
  for (const std::string& person : people) {
    if (person == change.actor.account) continue;
    const auto old = before.find(person), fresh = after.find(person);
    const std::set<Key>& had = old == before.end() ? kNone : old->second;
    const std::set<Key>& has = fresh == after.end() ? kNone : fresh->second;
    std::vector<Key> gone, added;
    std::set_difference(had.begin(), had.end(), has.begin(), has.end(), std::back_inserter(gone));
    std::set_difference(has.begin(), has.end(), had.begin(), had.end(), std::back_inserter(added));
    if (gone.empty() && added.empty()) continue;
    const Key& first = added.empty() ? gone.front() : added.front();
    const std::string_view code = gone.empty()    ? "message_shift_added"
                                  : added.empty() ? "message_shift_removed"
                                                  : "message_shift_changed";
    CLARION_TRY(store::add_message(
        change.tx, person, code,
        {{"name", std::get<0>(first)},
         {"from", change.zone.to_text(std::get<1>(first))},
         {"until", change.zone.to_text(std::get<2>(first))},
         {"count", std::to_string(std::max(gone.size(), added.size()))},
         {"by", change.actor.name()},
         {"link",
          fmt::format("/roster?day={}", change.zone.to_text(std::get<1>(first)).substr(0, 10))}}));
  }
  return ok();
}

/// Nobody is put where they can't stand, nor away from where they stand already.
Status check_stands(const std::vector<Stretch>& after, const RosterRow& row) {
  const std::string_view account = string_or(row.record, "account");
  for (const Stretch& one : after) {
    const bool theirs = one.slot == row.id || one.changed_by == row.id;
    const bool twice = one.why == "double" && one.planned == account && one.from < row.until &&
                       row.from < one.until;
    if (!twice && !(theirs && one.why == "absent")) continue;
    return Error{Errc::conflict,
                 fmt::format("{} can't stand there from {}: {}", one.planned,
                             model::to_text(one.from), one.why),
                 twice ? "double_booked" : "person_absent",
                 {{"account", one.planned},
                  {"from", model::to_text(one.from)},
                  {"until", model::to_text(one.until)}}};
  }
  return ok();
}

}  // namespace

Error wrong_member(std::string_view pointer, std::string_view code,
                   std::vector<std::pair<std::string, std::string>> params) {
  return Error{Errc::invalid,
               fmt::format("{}: {}", pointer, code),
               "field_invalid",
               {},
               {{std::string(pointer), std::string(code), std::move(params)}}};
}

std::string_view part_prefix(std::string_view kind) {
  if (kind == "plan") return "rp_";
  if (kind == "schedule") return "rt_";
  if (kind == "shift") return "rh_";
  if (kind == "override") return "ro_";
  if (kind == "absence") return "ra_";
  if (kind == "drill") return "rd_";
  return "rw_";  // swap
}

Status check_person(store::View& view, std::string_view account, std::string_view duty,
                    std::string_view pointer) {
  CLARION_TRY(auto found, store::find_account(view, account));
  if (!found || found->disabled)
    return wrong_member(pointer, "account_unknown", {{"account", std::string(account)}});
  bool fits = duty.empty();
  if (duty == kDesk) fits = found->role == "operator" || found->role == "approver";
  if (duty == kApprover) fits = found->role == "approver";
  if (duty == kExpert) {
    CLARION_TRY(auto expert, store::find_expert_of(view, account));
    fits = expert.has_value();
  }
  if (fits) return ok();
  return wrong_member(pointer, "duty_role",
                      {{"account", std::string(account)}, {"duty", std::string(duty)}});
}

Result<Post> post_of(store::View& view, std::string_view slot) {
  CLARION_TRY(auto row, store::find_roster(view, slot));
  if (row && !row->removed) {
    if (row->kind == "plan") {
      CLARION_TRY(auto plan, read_plan(row->record));
      return plan.post;
    }
    if (row->kind == "shift") {
      CLARION_TRY(auto shift, read_shift(row->record));
      return shift.post;
    }
  }
  return wrong_member("/slot", "slot_unknown");
}

Status fill_part(store::View& view, const ops::Zone& zone, RosterRow& row) {
  if (row.kind == "plan") {
    CLARION_TRY(auto plan, read_plan(row.record));
    CLARION_TRY(check_people(view, plan.people, plan.post.duty, "people"));
    CLARION_TRY(check_people(view, plan.holiday_people, plan.post.duty, "holiday_people"));
    if (!plan.schedule.empty()) {
      CLARION_TRY(auto schedule, store::find_roster(view, plan.schedule));
      if (!schedule || schedule->removed || schedule->kind != "schedule")
        return wrong_member("/schedule", "schedule_unknown");
    }
    row.duty = plan.post.duty;
    row.from = moment_of(zone, plan.starts, plan.at);
    row.until = plan.ends ? moment_of(zone, *plan.ends, plan.at) : store::kRosterOpen;
  } else if (row.kind == "schedule") {
    CLARION_TRY(auto schedule, read_schedule(row.record));
    for (std::size_t i = 0; i < schedule.replaces.size(); ++i) {
      CLARION_TRY(auto plan, store::find_roster(view, schedule.replaces[i]));
      if (!plan || plan->removed || plan->kind != "plan")
        return wrong_member(fmt::format("/replaces/{}", i), "slot_unknown");
    }
    row.from = schedule.from;
    row.until = schedule.until;
  } else if (row.kind == "shift") {
    CLARION_TRY(auto shift, read_shift(row.record));
    CLARION_TRY(check_person(view, shift.account, shift.post.duty, "/account"));
    row.duty = shift.post.duty;
    row.from = shift.from;
    row.until = shift.until;
  } else if (row.kind == "override") {
    CLARION_TRY(auto one, read_override(row.record));
    CLARION_TRY(auto post, post_of(view, one.slot));
    if (!one.account.empty()) {
      CLARION_TRY(check_person(view, one.account, post.duty, "/account"));
    }
    row.from = one.from;
    row.until = one.until;
  } else if (row.kind == "drill") {
    CLARION_TRY(auto drill, read_drill(row.record));
    if (!drill.lead.empty()) {
      CLARION_TRY(check_person(view, drill.lead, "", "/lead"));
    }
    CLARION_TRY(check_drill(view, zone, drill.from, drill.until));
    row.from = drill.from;
    row.until = drill.until;
  } else {
    CLARION_TRY(auto one, read_absence(row.record));
    CLARION_TRY(check_person(view, one.account, "", "/account"));
    row.from = one.from;
    row.until = one.until;
  }
  return ok();
}

Result<RosterRow> write_part(const Change& change, const RosterRow& row, std::string_view verb,
                             model::Time touched_from, model::Time touched_until) {
  const model::Time now = change.tx.now();
  const model::Time from = std::max(now, touched_from);
  const model::Time until = std::min(now + kToldAhead, touched_until);
  const bool matters = from < until && row.kind != "swap" && row.kind != "drill";
  std::vector<Stretch> before;
  if (matters) {
    CLARION_TRY(auto roster, load(change.tx, change.zone, from, until));
    before = expand(roster, change.zone, from, until);
  }
  CLARION_TRY(store::put_roster(change.tx, row));
  CLARION_TRY(auto written, store::find_roster(change.tx, row.id));
  const bool checked = !row.removed && (row.kind == "shift" || row.kind == "override");
  if (checked) {
    CLARION_TRY(auto roster, load(change.tx, change.zone, row.from, row.until));
    CLARION_TRY(check_stands(expand(roster, change.zone, row.from, row.until), row));
  }
  // Of a swap both know: one offered it, the other took it.
  if (matters && verb != "swap") {
    CLARION_TRY(auto roster, load(change.tx, change.zone, from, until));
    CLARION_TRY(tell(change, by_person(before, from, until),
                     by_person(expand(roster, change.zone, from, until), from, until)));
  }
  CLARION_TRY(store::append_audit(
      change.tx, change.actor.name(), fmt::format("roster.{}.{}", row.kind, verb), row.id,
      {{"version", written->version}, {"hash", sha256_hex(json::serialize(row.record))}}));
  return std::move(*written);
}

Result<RosterRow> existing_part(const Change& change, std::string_view kind, std::string_view id) {
  CLARION_TRY(auto row, store::find_roster(change.tx, id));
  if (!row || row->removed || row->kind != kind)
    return Error{Errc::not_found, "there is no such part of the roster", "not_found"};
  return std::move(*row);
}

}  // namespace clarion::roster
