#include "roster/changes.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "roster/duty.h"
#include "roster/expand.h"
#include "roster/records.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/experts.h"
#include "store/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace clarion::roster {
namespace {

using identity::Act;
using identity::Actor;
using identity::Grant;
using store::RosterRow;

/// Persons are told of changes of the next four weeks; what is later they will see in the calendar.
constexpr std::chrono::hours kToldAhead{24 * 28};

Error wrong(std::string_view pointer, std::string_view code,
            std::vector<std::pair<std::string, std::string>> params = {}) {
  return Error{Errc::invalid,
               fmt::format("{}: {}", pointer, code),
               "field_invalid",
               {},
               {{std::string(pointer), std::string(code), std::move(params)}}};
}

std::string_view prefix_of(std::string_view kind) {
  if (kind == "plan") return "rp_";
  if (kind == "schedule") return "rt_";
  if (kind == "shift") return "rh_";
  if (kind == "override") return "ro_";
  if (kind == "absence") return "ra_";
  if (kind == "drill") return "rd_";
  return "rw_";  // swap
}

/// Whether the account may stand in a slot of this duty.
Status check_person(store::View& view, std::string_view account, std::string_view duty,
                    std::string_view pointer) {
  CLARION_TRY(auto found, store::find_account(view, account));
  if (!found || found->disabled)
    return wrong(pointer, "account_unknown", {{"account", std::string(account)}});
  bool fits = duty.empty();
  if (duty == kDesk) fits = found->role == "operator" || found->role == "approver";
  if (duty == kApprover) fits = found->role == "approver";
  if (duty == kExpert) {
    CLARION_TRY(auto expert, store::find_expert_of(view, account));
    fits = expert.has_value();
  }
  if (fits) return ok();
  return wrong(pointer, "duty_role",
               {{"account", std::string(account)}, {"duty", std::string(duty)}});
}

Status check_people(store::View& view, const std::vector<std::string>& people,
                    std::string_view duty, std::string_view member) {
  for (std::size_t i = 0; i < people.size(); ++i) {
    CLARION_TRY(check_person(view, people[i], duty, fmt::format("/{}/{}", member, i)));
  }
  return ok();
}

/// The plan or shift with this id, as a post; `invalid` when there is none.
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
  return wrong("/slot", "slot_unknown");
}

/// Reads and checks a record of this kind; its span and duty go into the row.
Status fill(store::View& view, const ops::Zone& zone, RosterRow& row) {
  if (row.kind == "plan") {
    CLARION_TRY(auto plan, read_plan(row.record));
    CLARION_TRY(check_people(view, plan.people, plan.post.duty, "people"));
    CLARION_TRY(check_people(view, plan.holiday_people, plan.post.duty, "holiday_people"));
    if (!plan.schedule.empty()) {
      CLARION_TRY(auto schedule, store::find_roster(view, plan.schedule));
      if (!schedule || schedule->removed || schedule->kind != "schedule")
        return wrong("/schedule", "schedule_unknown");
    }
    row.duty = plan.post.duty;
    row.from = moment_of(zone, plan.starts, plan.at);
    row.until = plan.ends ? moment_of(zone, *plan.ends, plan.at) : store::kRosterOpen;
  } else if (row.kind == "schedule") {
    CLARION_TRY(auto schedule, read_schedule(row.record));
    for (std::size_t i = 0; i < schedule.replaces.size(); ++i) {
      CLARION_TRY(auto plan, store::find_roster(view, schedule.replaces[i]));
      if (!plan || plan->removed || plan->kind != "plan")
        return wrong(fmt::format("/replaces/{}", i), "slot_unknown");
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

/// The regions of the record that an account limited to regions must stay within.
std::vector<std::string> regions_of(const RosterRow& row) {
  const json::value* list = row.record.if_contains("regions");
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

Status check_right(const Change& change, const RosterRow& row, bool own) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, own));
  if (row.kind != "plan" && row.kind != "shift") return ok();
  return own ? ok() : identity::may_act_in(change.actor, regions_of(row));
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

/// Writes a row with all that belongs to a change. `touched`: the span in which it can change who
/// stands where.
Result<RosterRow> write(const Change& change, const RosterRow& row, std::string_view verb,
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

Result<RosterRow> existing(const Change& change, std::string_view kind, std::string_view id) {
  CLARION_TRY(auto row, store::find_roster(change.tx, id));
  if (!row || row->removed || row->kind != kind)
    return Error{Errc::not_found, "there is no such part of the roster", "not_found"};
  return std::move(*row);
}

bool is_own(const Change& change, const RosterRow& row) {
  if (row.kind == "absence") return string_or(row.record, "account") == change.actor.account;
  return false;
}

Error swap_gone() { return Error{Errc::conflict, "this offer is no longer open", "swap_gone"}; }

/// Who stands in a slot over the whole of a span; an empty text when it is nobody throughout, none
/// when it is not one and the same.
Result<std::optional<std::string>> holder(const Change& change, std::string_view slot,
                                          model::Time from, model::Time until) {
  CLARION_TRY(auto roster, load(change.tx, change.zone, from, until));
  std::optional<std::string> out;
  std::vector<std::pair<model::Time, model::Time>> held;
  for (const Stretch& one : expand(roster, change.zone, from, until)) {
    if (one.slot != slot) continue;
    if (!one.account.empty()) held.emplace_back(one.from, one.until);
    if (one.account.empty()) continue;
    if (out && *out != one.account) return std::optional<std::string>();
    out = one.account;
  }
  if (!out) return std::optional(std::string());
  return without(from, until, std::move(held)).empty() ? out : std::optional<std::string>();
}

}  // namespace

Result<RosterRow> add_part(const Change& change, std::string_view kind, const json::object& body) {
  const bool some_own = kind == "absence" || kind == "shift";
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, some_own));
  RosterRow row;
  row.kind = kind;
  row.record = body;
  // Set by the server alone.
  for (const std::string_view name : {"by", "swap"}) {
    if (row.record.contains(name)) return wrong(fmt::format("/{}", name), "field_unknown");
  }
  const std::string_view account = string_or(body, "account");
  const bool own =
      (kind == "absence" || kind == "shift") && account == change.actor.account && !account.empty();
  CLARION_TRY(fill(change.tx, change.zone, row));
  CLARION_TRY(check_right(change, row, own));
  if (kind == "override") row.record["by"] = change.actor.name();
  row.id = change.tx.ids().make(prefix_of(kind));
  return write(change, row, "add", row.from, row.until);
}

Result<RosterRow> patch_part(const Change& change, std::string_view kind, std::string_view id,
                             std::optional<std::int64_t> version, const json::object& patch) {
  CLARION_TRY(
      identity::allowed(Act::change_roster, change.actor, change.policy, kind == "absence"));
  CLARION_TRY(auto row, existing(change, kind, id));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  CLARION_TRY(identity::check_version(version, row.version));
  const model::Time from = row.from, until = row.until;
  for (const std::string_view name : {"by", "swap"}) {
    if (patch.contains(name)) return wrong(fmt::format("/{}", name), "field_unknown");
  }
  json::value record = std::move(row.record);
  merge_patch(record, patch);
  row.record = std::move(record.as_object());
  CLARION_TRY(fill(change.tx, change.zone, row));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  return write(change, row, "change", std::min(from, row.from), std::max(until, row.until));
}

Result<RosterRow> remove_part(const Change& change, std::string_view kind, std::string_view id,
                              std::optional<std::int64_t> version) {
  CLARION_TRY(
      identity::allowed(Act::change_roster, change.actor, change.policy, kind == "absence"));
  CLARION_TRY(auto row, existing(change, kind, id));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  CLARION_TRY(identity::check_version(version, row.version));
  row.removed = true;
  return write(change, row, "remove", row.from, row.until);
}

Result<RosterRow> find_settings(store::View& view) {
  CLARION_TRY(auto row, store::find_roster(view, kSettingsId));
  if (row) return std::move(*row);
  RosterRow fresh;
  fresh.id = kSettingsId;
  fresh.kind = "settings";
  fresh.from = model::Time{};
  fresh.until = store::kRosterOpen;
  return fresh;
}

Result<RosterRow> patch_settings(const Change& change, std::optional<std::int64_t> version,
                                 const json::object& patch) {
  CLARION_TRY(auto row, find_settings(change.tx));
  CLARION_TRY(check_right(change, row, false));
  CLARION_TRY(identity::check_version(version, row.version));
  CLARION_TRY(auto stored, store::find_roster(change.tx, kSettingsId));
  if (!stored) {
    CLARION_TRY(store::put_roster(change.tx, row));  // version 1, as it was shown
  }
  json::value record = std::move(row.record);
  merge_patch(record, patch);
  row.record = std::move(record.as_object());
  CLARION_TRY(read_settings(row.record));
  return write(change, row, "change", row.from, row.until);
}

Result<RosterRow> take_shift(const Change& change, const json::object& body) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  RosterRow row;
  row.kind = "override";
  row.record = body;
  for (const std::string_view name : {"account", "by", "swap"}) {
    if (row.record.contains(name)) return wrong(fmt::format("/{}", name), "field_unknown");
  }
  row.record["account"] = change.actor.account;
  CLARION_TRY(fill(change.tx, change.zone, row));
  CLARION_TRY(auto there, holder(change, string_or(body, "slot"), row.from, row.until));
  if (!there || !there->empty())
    return Error{Errc::conflict, "somebody stands there already", "slot_held"};
  row.record["by"] = change.actor.name();
  row.id = change.tx.ids().make(prefix_of("override"));
  return write(change, row, "take", row.from, row.until);
}

Result<RosterRow> offer_swap(const Change& change, const json::object& body) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  json::object stretch = body;
  const std::string to(string_or(stretch, "to"));
  if (const json::value* given = stretch.if_contains("to"); given != nullptr) {
    if (!given->is_string() && !given->is_null())
      return wrong("/to", "field_type", {{"type", "string"}});
    stretch.erase("to");
  }
  for (const std::string_view name : {"account", "by", "swap"}) {
    if (stretch.contains(name)) return wrong(fmt::format("/{}", name), "field_unknown");
  }
  CLARION_TRY(auto asked, read_override(stretch));
  CLARION_TRY(auto post, post_of(change.tx, asked.slot));
  CLARION_TRY(auto there, holder(change, asked.slot, asked.from, asked.until));
  if (!there || *there != change.actor.account)
    return Error{Errc::conflict, "you do not stand there for the whole of it", "swap_not_yours"};
  if (asked.until <= change.tx.now())
    return Error{Errc::conflict, "that time is over", "swap_gone"};
  if (!to.empty()) {
    CLARION_TRY(check_person(change.tx, to, post.duty, "/to"));
    if (to == change.actor.account) return wrong("/to", "field_invalid");
  }
  RosterRow row;
  row.kind = "swap";
  row.from = asked.from;
  row.until = asked.until;
  row.record = std::move(stretch);
  row.record["by"] = change.actor.account;
  row.record["to"] = to.empty() ? json::value(nullptr) : json::value(to);
  row.record["state"] = "offered";
  row.id = change.tx.ids().make(prefix_of("swap"));
  CLARION_TRY(auto written, write(change, row, "offer", row.from, row.until));
  // Who may take it is told: the one it is offered to, or all who can stand there.
  std::vector<std::string> people{to};
  if (to.empty()) {
    people.clear();
    CLARION_TRY(auto accounts, store::list_accounts(change.tx));
    for (const store::Account& account : accounts) {
      if (account.name != change.actor.account &&
          check_person(change.tx, account.name, post.duty, "/to"))
        people.push_back(account.name);
    }
  }
  for (const std::string& person : people) {
    CLARION_TRY(store::add_message(
        change.tx, person, "message_swap_offered",
        {{"by", change.actor.account},
         {"from", change.zone.to_text(row.from)},
         {"until", change.zone.to_text(row.until)},
         {"duty", post.duty},
         {"link", fmt::format("/roster?day={}", change.zone.to_text(row.from).substr(0, 10))}}));
  }
  return written;
}

Result<RosterRow> answer_swap(const Change& change, std::string_view id, std::string_view answer) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  CLARION_TRY(auto row, existing(change, "swap", id));
  if (string_or(row.record, "state") != "offered") return swap_gone();
  const std::string by(string_or(row.record, "by")), to(string_or(row.record, "to"));
  const std::string& me = change.actor.account;
  if (answer == "withdraw" ? by != me : by == me || (!to.empty() && to != me))
    return Error{Errc::denied, "this offer is for another person", "denied"};
  if (answer == "decline" && to.empty())
    return Error{Errc::conflict, "an offer to all needs no refusal", "swap_gone"};
  std::string_view state = answer == "take"      ? "taken"
                           : answer == "decline" ? "declined"
                                                 : "withdrawn";
  row.record["state"] = state;
  if (answer == "take") {
    if (row.until <= change.tx.now()) return swap_gone();
    row.record["taken_by"] = me;
    CLARION_TRY(auto there, holder(change, string_or(row.record, "slot"), row.from, row.until));
    if (!there || *there != by) return swap_gone();
    RosterRow stretch;
    stretch.kind = "override";
    stretch.record = {{"slot", string_or(row.record, "slot")},
                      {"account", me},
                      {"from", model::to_text(row.from)},
                      {"until", model::to_text(row.until)}};
    CLARION_TRY(fill(change.tx, change.zone, stretch));
    stretch.record["by"] = me;
    stretch.record["swap"] = row.id;
    stretch.id = change.tx.ids().make(prefix_of("override"));
    CLARION_TRY(write(change, stretch, "swap", stretch.from, stretch.until));
  }
  if (answer != "withdraw") {
    CLARION_TRY(store::add_message(
        change.tx, by, answer == "take" ? "message_swap_taken" : "message_swap_declined",
        {{"by", me},
         {"from", change.zone.to_text(row.from)},
         {"until", change.zone.to_text(row.until)},
         {"link", fmt::format("/roster?day={}", change.zone.to_text(row.from).substr(0, 10))}}));
  }
  return write(change, row, answer, row.from, row.until);
}

}  // namespace clarion::roster
