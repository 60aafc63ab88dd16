#include "demo/duty.h"

#include "base/json.h"
#include "demo/package.h"
#include "demo/people.h"
#include "roster/changes.h"
#include "roster/duty.h"
#include "roster/handover_notes.h"
#include "roster/records.h"
#include "store/accounts.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::demo {
namespace {

using std::chrono::hours;

/// Whoever is on duty took over this long ago, so that no hand-over is near at the start.
constexpr hours kBegun{2};

class Maker {
 public:
  Maker(store::Tx& tx, const ops::Zone& zone)
      : tx_(tx), zone_(zone), hour_(std::chrono::floor<hours>(tx.now())) {}

  Status make(const json::object& data) {
    CLARION_TRY(each(data, "plans", [&](json::object& plan) { return add_plan(plan); }));
    CLARION_TRY(each(data, "absences", [&](json::object& one) { return add("absence", one); }));
    CLARION_TRY(each(data, "drills", [&](json::object& one) { return add("drill", one); }));
    CLARION_TRY(each(data, "swaps", [&](json::object& one) { return offer(one); }));
    return each(data, "handovers", [&](json::object& one) -> Status {
      CLARION_TRY(auto who, taken(one, "by"));
      return done(roster::add_handover_note(change(who), one));
    });
  }

 private:
  template <class Act>
  Status each(const json::object& data, std::string_view name, const Act& act) {
    const json::value* list = data.if_contains(name);
    if (list == nullptr || !list->is_array()) return wrong(name);
    for (const json::value& item : list->get_array()) {
      if (!item.is_object()) return wrong(name);
      json::object record = item.get_object();
      CLARION_TRY(set_times(record));
      if (const Status made = act(record); !made)
        return within(fmt::format("roster.json: {}", name), made.error());
    }
    return ok();
  }
  static Error wrong(std::string_view name) {
    return Error{Errc::invalid, fmt::format("roster.json: {} is no list of objects", name)};
  }
  static Status done(const Result<store::RosterRow>& made) {
    if (!made) return made.error();
    return ok();
  }
  /// "from_hour": hours from the present full hour.
  Status set_times(json::object& record) {
    for (const std::string_view name : {"from", "until"}) {
      const std::string key = fmt::format("{}_hour", name);
      const json::value* value = record.if_contains(key);
      if (value == nullptr) continue;
      if (!value->is_int64()) return wrong(key);
      record[name] = model::to_text(hour_ + hours(value->get_int64()));
      record.erase(key);
    }
    return ok();
  }
  Result<identity::Actor> taken(json::object& record, std::string_view name) {
    identity::Actor actor;
    actor.account = string_or(record, name);
    record.erase(name);
    CLARION_TRY(auto account, store::find_account(tx_, actor.account));
    if (!account) return Error{Errc::not_found, "no account " + actor.account, "not_found"};
    actor.role = identity::parse_role(account->role).value_or(identity::Role::none);
    actor.scope = identity::Scope::desk;
    return actor;
  }
  [[nodiscard]] roster::Change change(const identity::Actor& actor) const {
    return {tx_, actor, policy_, zone_};
  }
  Status add(std::string_view kind, const json::object& record) {
    json::object by{{"by", kAdmin}};
    CLARION_TRY(auto admin, taken(by, "by"));
    return done(roster::add_part(change(admin), kind, record));
  }
  Status add_plan(json::object& record) {
    const ops::Civil begin = zone_.civil(hour_ - kBegun);
    record["starts"] = roster::day_text(roster::day_of(begin));
    record["at"] = roster::minute_text(begin.hour * 60 + begin.minute);
    json::object by{{"by", kAdmin}};
    CLARION_TRY(auto admin, taken(by, "by"));
    CLARION_TRY(auto row, roster::add_part(change(admin), "plan", record));
    plans_.push_back(row.id);
    return ok();
  }
  Status offer(json::object& record) {
    const json::value* plan = record.if_contains("plan");
    if (plan == nullptr || !plan->is_int64() ||
        static_cast<std::size_t>(plan->get_int64()) >= plans_.size())
      return wrong("plan");
    record["slot"] = plans_[static_cast<std::size_t>(plan->get_int64())];
    record.erase("plan");
    CLARION_TRY(auto who, taken(record, "by"));
    return done(roster::offer_swap(change(who), record));
  }

  store::Tx& tx_;
  const ops::Zone& zone_;
  const identity::RightsPolicy policy_{};
  const model::Time hour_;
  std::vector<std::string> plans_;
};

}  // namespace

Status make_roster(store::Tx& tx, const ops::Zone& zone) {
  CLARION_TRY(const bool there, roster::is_planned(tx, roster::kDesk));
  if (there) return ok();
  CLARION_TRY(auto data, parse_json(roster_json()));
  if (!data.is_object()) return Error{Errc::invalid, "roster.json is no object"};
  return Maker(tx, zone).make(data.get_object());
}

}  // namespace clarion::demo
