#include "roster/view.h"

#include "roster/experts.h"
#include "store/cases.h"
#include "store/experts.h"

#include <algorithm>
#include <map>

namespace clarion::roster {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;  // by account

/// What a person is called: an expert by the name of their record, others by their account.
Result<Names> names_of(store::View& view) {
  Names out;
  CLARION_TRY(auto experts, store::list_experts(view));
  for (const store::ExpertRow& expert : experts) {
    if (expert.account) out[*expert.account] = string_or(expert.record, "name", *expert.account);
  }
  return out;
}

json::value named(const Names& names, const std::string& account) {
  if (account.empty()) return nullptr;
  const auto found = names.find(account);
  return json::value(found == names.end() ? account : found->second);
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object duty_json(const OnDuty& one, const Names& names) {
  return {{"account", one.account},
          {"person", named(names, one.account)},
          {"shift", one.shift},
          {"duty", one.duty},
          {"line", one.line},
          {"topics", json_of(one.topics)},
          {"regions", json_of(one.regions)},
          {"from", model::to_text(one.from)},
          {"until", model::to_text(one.until)}};
}

void put_post(json::object& out, const Post& post) {
  out["duty"] = post.duty;
  out["line"] = post.line;
  out["topics"] = json_of(post.topics);
  out["regions"] = json_of(post.regions);
}

json::object slot_json(std::string_view kind, const std::string& id, const std::string& name,
                       std::int64_t version, const Post& post) {
  json::object out{{"id", id}, {"kind", kind}, {"name", name}, {"version", version}};
  put_post(out, post);
  return out;
}

/// A drill with what a later change of the roster did to it: a hand-over that is now too near.
Result<json::object> drill_json(store::View& view, const ops::Zone& zone,
                                const store::RosterRow& row, const identity::Actor& actor) {
  json::object out = part_json(row, actor);
  CLARION_TRY(auto near, handover_near(view, zone, row.from, row.until));
  out["blocked_by"] = near ? json::value(model::to_text(*near)) : json::value(nullptr);
  return out;
}

}  // namespace

json::object part_json(const store::RosterRow& row, const identity::Actor& actor) {
  json::object out{{"id", row.id}, {"kind", row.kind}, {"version", row.version}};
  for (const json::key_value_pair& member : row.record) out[member.key()] = member.value();
  const bool theirs = string_or(row.record, "account") == actor.account ||
                      string_or(row.record, "by") == actor.account ||
                      string_or(row.record, "to") == actor.account;
  if (actor.role == identity::Role::expert && !theirs) out.erase("note");
  if (row.removed) out["removed"] = true;
  out["changed_at"] = row.changed_at == model::Time{} ? json::value(nullptr)
                                                      : json::value(model::to_text(row.changed_at));
  return out;
}

json::object gap_json(const Gap& gap) {
  return {
      {"duty", gap.duty}, {"topic", or_null(gap.topic)},      {"need", gap.need},
      {"have", gap.have}, {"from", model::to_text(gap.from)}, {"until", model::to_text(gap.until)}};
}

Result<json::object> span_json(store::View& view, const ops::Zone& zone, model::Time from,
                               model::Time until, model::Time now, const identity::Actor& actor) {
  // A little more on both sides, so that the quiet time of a hand-over just outside shows too.
  const model::Time first = from - kQuietAround, last = until + kQuietAround;
  CLARION_TRY(auto roster, load(view, zone, first, last));
  CLARION_TRY(auto names, names_of(view));
  const auto stretches = expand(roster, zone, first, last);

  json::array shown, slots, gap_list, handovers, quiet, swaps, absences, schedules, drills;
  for (const Stretch& one : stretches) {
    if (one.from >= until || one.until <= from) continue;
    json::object item{{"slot", one.slot},
                      {"name", one.name},
                      {"account", or_null(one.account)},
                      {"person", named(names, one.account)},
                      {"planned", or_null(one.planned)},
                      {"why", one.why},
                      {"override", or_null(one.changed_by)},
                      {"from", model::to_text(one.from)},
                      {"until", model::to_text(one.until)}};
    put_post(item, one.post);
    shown.push_back(std::move(item));
  }
  for (const Plan& plan : roster.plans) {
    json::object slot = slot_json("plan", plan.id, plan.name, plan.version, plan.post);
    slot["people"] = json_of(plan.people);
    slot["schedule"] = or_null(plan.schedule);
    slots.push_back(std::move(slot));
  }
  for (const Shift& shift : roster.shifts) {
    if (shift.from < until && shift.until > from)
      slots.push_back(slot_json("shift", shift.id, shift.name, shift.version, shift.post));
  }
  for (const Gap& gap : find_gaps(roster, stretches, zone, from, until))
    gap_list.push_back(gap_json(gap));
  for (const model::Time at : find_handovers(stretches, first, last)) {
    if (at >= from && at < until) handovers.push_back(json::value(model::to_text(at)));
    quiet.push_back({{"from", model::to_text(at - kQuietAround)},
                     {"until", model::to_text(at + kQuietAround)}});
  }
  CLARION_TRY(auto rows, store::roster_in(view, from, until));
  for (const store::RosterRow& row : rows) {
    if (row.kind == "swap" && string_or(row.record, "state") == "offered" && row.until > now)
      swaps.push_back(part_json(row, actor));
    if (row.kind == "absence") absences.push_back(part_json(row, actor));
    if (row.kind == "schedule") schedules.push_back(part_json(row, actor));
    if (row.kind == "drill") {
      CLARION_TRY(auto item, drill_json(view, zone, row, actor));
      drills.push_back(std::move(item));
    }
  }
  json::object people;
  for (const auto& [account, name] : names) people[account] = name;
  return json::object{{"from", model::to_text(from)},      {"until", model::to_text(until)},
                      {"now", model::to_text(now)},        {"zone", zone.name()},
                      {"planned", !roster.empty()},        {"stretches", std::move(shown)},
                      {"slots", std::move(slots)},         {"gaps", std::move(gap_list)},
                      {"handovers", std::move(handovers)}, {"no_drills", std::move(quiet)},
                      {"swaps", std::move(swaps)},         {"absences", std::move(absences)},
                      {"schedules", std::move(schedules)}, {"drills", std::move(drills)},
                      {"people", std::move(people)}};
}

Result<json::object> now_json(store::View& view, const ops::Zone& zone, model::Time now,
                              const identity::Actor& actor) {
  CLARION_TRY(auto names, names_of(view));
  CLARION_TRY(auto current, on_duty(view, zone, now));
  CLARION_TRY(auto coming, next_on_duty(view, zone, now));
  CLARION_TRY(auto ringing, alarms(view, zone, now));
  CLARION_TRY(auto blocked, drills_blocked_until(view, zone, now));
  json::array on, next, alarm_list, drills;
  for (const OnDuty& one : current) {
    json::object item = duty_json(one, names);
    CLARION_TRY(auto load, store::load_of(view, one.account));
    item["load"] = load;
    CLARION_TRY(auto expert, store::find_expert_of(view, one.account));
    item["capacity"] = expert ? json::value(expert_of(*expert).capacity) : json::value(nullptr);
    on.push_back(std::move(item));
  }
  for (const OnDuty& one : coming) next.push_back(duty_json(one, names));
  for (const Alarm& alarm : ringing) {
    json::object item = gap_json(alarm.gap);
    item["now"] = alarm.now;
    item["nobody"] = alarm.nobody;
    alarm_list.push_back(std::move(item));
  }
  CLARION_TRY(auto rows, store::roster_in(view, now, now + std::chrono::days(7)));
  for (const store::RosterRow& row : rows) {
    if (row.kind != "drill") continue;
    CLARION_TRY(auto item, drill_json(view, zone, row, actor));
    drills.push_back(std::move(item));
  }
  json::object planned;
  for (const std::string_view duty : {kDesk, kExpert, kApprover}) {
    CLARION_TRY(auto is, is_planned(view, duty));
    planned[duty] = is;
  }
  return json::object{{"at", model::to_text(now)},
                      {"zone", zone.name()},
                      {"planned", std::move(planned)},
                      {"on", std::move(on)},
                      {"next", std::move(next)},
                      {"alarms", std::move(alarm_list)},
                      {"drills", std::move(drills)},
                      {"drills_blocked_until",
                       blocked ? json::value(model::to_text(*blocked)) : json::value(nullptr)}};
}

}  // namespace clarion::roster
