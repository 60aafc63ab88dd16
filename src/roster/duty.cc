#include "roster/duty.h"

#include "store/accounts.h"
#include "store/messages.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace clarion::roster {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

OnDuty on_duty_of(const Stretch& one) {
  return {one.account,     one.slot,         one.post.duty, one.post.line,
          one.post.topics, one.post.regions, one.from,      one.until};
}

}  // namespace

Result<std::vector<OnDuty>> on_duty(store::View& view, const ops::Zone& zone, model::Time at) {
  CLARION_TRY(auto roster, load(view, zone, at, at + milliseconds(1)));
  std::vector<OnDuty> out;
  for (const Stretch& one : expand(roster, zone, at, at + milliseconds(1))) {
    if (!one.account.empty()) out.push_back(on_duty_of(one));
  }
  std::sort(out.begin(), out.end(), [](const OnDuty& a, const OnDuty& b) {
    return std::tie(a.duty, a.line, a.account, a.shift) <
           std::tie(b.duty, b.line, b.account, b.shift);
  });
  return out;
}

Result<std::vector<OnDuty>> next_on_duty(store::View& view, const ops::Zone& zone, model::Time at,
                                         hours ahead) {
  CLARION_TRY(auto roster, load(view, zone, at, at + ahead));
  std::vector<OnDuty> out;
  std::set<std::string> slots;
  for (const Stretch& one : expand(roster, zone, at, at + ahead)) {
    if (one.from > at && !one.account.empty() && slots.insert(one.slot).second)
      out.push_back(on_duty_of(one));
  }
  return out;
}

Result<bool> is_planned(store::View& view, std::string_view duty) {
  CLARION_TRY(auto first, store::first_of_duty(view, duty));
  return first.has_value();
}

Result<std::vector<Gap>> gaps(store::View& view, const ops::Zone& zone, model::Time from,
                              model::Time until) {
  CLARION_TRY(auto roster, load(view, zone, from, until));
  if (roster.empty()) return std::vector<Gap>{};
  return find_gaps(roster, expand(roster, zone, from, until), zone, from, until);
}

Result<std::optional<model::Time>> drills_blocked_until(store::View& view, const ops::Zone& zone,
                                                        model::Time at) {
  const model::Time from = at - kQuietAround, until = at + 2 * kQuietAround;
  CLARION_TRY(auto roster, load(view, zone, from, until));
  std::optional<model::Time> out;
  const milliseconds edge(1);
  for (const model::Time handover :
       find_handovers(expand(roster, zone, from - edge, until), from - edge, until)) {
    // Hand-overs may follow one another closely: the quiet time then goes on.
    if (handover <= out.value_or(at) + kQuietAround) out = handover + kQuietAround;
  }
  if (out && *out <= at) out.reset();
  return out;
}

Result<std::optional<model::Time>> handover_near(store::View& view, const ops::Zone& zone,
                                                 model::Time from, model::Time until) {
  const model::Time first = from - kQuietAround, last = until + kQuietAround;
  CLARION_TRY(auto roster, load(view, zone, first, last));
  const auto found = find_handovers(expand(roster, zone, first, last), first, last);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Status check_drill(store::View& view, const ops::Zone& zone, model::Time from, model::Time until) {
  CLARION_TRY(auto at, handover_near(view, zone, from, until));
  if (!at) return ok();
  return Error{Errc::conflict,
               "a drill stays 30 minutes away from a hand-over",
               "drill_block",
               {{"at", zone.to_text(*at)}}};
}

Result<std::vector<Alarm>> alarms(store::View& view, const ops::Zone& zone, model::Time at) {
  // A week back too, so that a gap that has begun is given with its true beginning.
  const hours far(168);
  CLARION_TRY(auto roster, load(view, zone, at - far, at + far));
  std::vector<Alarm> out;
  if (roster.empty()) return out;
  const model::Time ahead = at + hours(roster.alarm_hours);
  const auto stretches = expand(roster, zone, at - far, at + far);
  for (Gap& gap : find_gaps(roster, stretches, zone, at - far, at + far)) {
    if (gap.from >= ahead) break;
    if (gap.until <= at) continue;
    const bool now = gap.from <= at, nobody = gap.have == 0;
    out.push_back({std::move(gap), now, nobody});
  }
  return out;
}

Status tell_alarms(store::Tx& tx, const ops::Zone& zone) {
  CLARION_TRY(auto ringing, alarms(tx, zone, tx.now()));
  if (ringing.empty()) return ok();
  CLARION_TRY(auto accounts, store::list_accounts(tx));
  for (const Alarm& alarm : ringing) {
    const Gap& gap = alarm.gap;
    const std::string_view code = !gap.topic.empty() ? "message_gap_topic"
                                  : alarm.nobody     ? "message_gap_duty"
                                                     : "message_gap_short";
    const json::object params{{"duty", gap.duty},
                              {"topic", gap.topic},
                              {"from", zone.to_text(gap.from)},
                              {"until", zone.to_text(gap.until)},
                              {"have", std::to_string(gap.have)},
                              {"need", std::to_string(gap.need)},
                              {"link", "/roster?day=" + zone.to_text(gap.from).substr(0, 10)}};
    for (const store::Account& account : accounts) {
      if (account.disabled || account.role == "expert" || account.role == "auditor") continue;
      CLARION_TRY(store::add_message_once(tx, account.name, code, params));
    }
  }
  return ok();
}

}  // namespace clarion::roster
