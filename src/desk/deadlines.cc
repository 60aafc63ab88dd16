#include "desk/deadlines.h"

#include "desk/refusals.h"
#include "desk/tell.h"
#include "desk/votes.h"
#include "desk/waiting.h"
#include "identity/rights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::desk {
namespace {

constexpr std::array<std::string_view, 5> kStages = {"running", "reminded", "line2", "operators",
                                                     "everyone"};
constexpr std::int64_t kMostAlarms = 100;
constexpr std::size_t kMostTold = 50;
constexpr std::chrono::minutes kLeastLeft{5};

bool runs(const store::CaseRow& row) {
  return row.state == "open" || row.state == "assigned" || row.state == "in_review";
}

json::object& deadline_of(store::CaseRow& row) {
  json::value& value = row.details["deadline"];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

Stage stage_of(const store::CaseRow& row) {
  const json::value* value = row.details.if_contains("deadline");
  if (value == nullptr || !value->is_object()) return Stage::running;
  const auto found =
      std::find(kStages.begin(), kStages.end(), string_or(value->get_object(), "stage"));
  return found == kStages.end() ? Stage::running : static_cast<Stage>(found - kStages.begin());
}

model::Time time_or(const json::object& object, std::string_view name, model::Time fallback) {
  const auto read = model::parse_time(string_or(object, name));
  return read ? read.value().time : fallback;
}

/// When the next stage is reached.
std::optional<model::Time> next_stage_at(const store::CaseRow& row) {
  if (!row.due_at) return std::nullopt;
  const json::value* value = row.details.if_contains("deadline");
  if (value == nullptr || !value->is_object()) return std::nullopt;
  const json::object& deadline = value->get_object();
  const json::value* minutes = deadline.if_contains("step_minutes");
  const std::chrono::minutes step(minutes != nullptr && minutes->is_int64() ? minutes->get_int64()
                                                                            : 10);
  switch (stage_of(row)) {
    case Stage::running:
      return *row.due_at - (*row.due_at - time_or(deadline, "from", row.created_at)) / 4;
    case Stage::reminded:
      return row.due_at;
    case Stage::line2:
      return *row.due_at + step;
    case Stage::operators:
      return *row.due_at + 2 * step;
    case Stage::everyone:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Whom a step tells: accounts, without the holder, at most 50.
std::vector<std::string> people_of(Stage stage, const store::CaseRow& row, const RoutingNeed& need,
                                   const Team& team) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& account) {
    if (account != row.assignee && out.size() < kMostTold &&
        std::find(out.begin(), out.end(), account) == out.end())
      out.push_back(account);
  };
  const auto sees = [&row](const Person& person) {
    identity::Actor actor;
    actor.regions = person.regions;
    return identity::may_see_in(actor, row.regions);
  };
  if (stage == Stage::line2) {
    for (const Candidate& candidate : team.candidates) {
      // Without a roster there is no second line: the others who know the topic are it.
      if ((candidate.duty == Duty::line2 || candidate.duty == Duty::unknown) && !candidate.absent &&
          !candidate.quiet && knows_kind(need, candidate))
        add(candidate.expert.account);
    }
    return out;
  }
  const bool by_roster = std::any_of(team.people.begin(), team.people.end(), [](const auto& each) {
    return each.duty == Duty::line1 || each.duty == Duty::line2;
  });
  for (const Person& person : team.people) {
    const bool on = person.duty == Duty::line1 || person.duty == Duty::line2;
    const bool in_step = stage == Stage::operators ? person.role == "operator"
                                                   : on || (!by_roster && person.role != "expert");
    if (in_step && sees(person)) add(person.account);
  }
  return out;
}

/// One step of the chain: history, message, and a case that nobody began goes to somebody else.
Result<bool> escalate(store::Tx& tx, store::CaseRow& row, Stage stage, Team& team) {
  CLARION_TRY(auto need, need_of(tx, row, tx.now()));
  const auto to = people_of(stage, row, need, team);
  const std::string was = row.assignee.value_or("");
  json::object step{{"step", name_of(stage)},
                    {"at", model::to_text(tx.now())},
                    {"to", json_of(to)},
                    {"reasons",
                     {{{"code", to.empty() ? "escalate_nobody" : "escalate_late"},
                       {"params", {{"step", name_of(stage)}, {"count", std::to_string(to.size())}}},
                       {"points", 0}}}}};
  CLARION_TRY(store::add_case_event(tx, row.id, "system", "escalate", step));
  row.details["escalation"] = std::move(step);
  CLARION_TRY(tell(tx, to, fmt::format("message_case_escalated_{}", name_of(stage)), row, {}));
  if (stage == Stage::line2 && row.state == "assigned") {
    for (Candidate& candidate : team.candidates) {
      if (candidate.expert.account == was && candidate.load > 0) --candidate.load;
    }
    remember_refusal(row, was, "no_answer", tx.now());
    row.state = "open";
    row.assignee.reset();
    row.details.erase("assignment_reasons");
    CLARION_TRY(store::add_case_event(tx, row.id, "system", "no_answer", {{"holder", was}}));
    need.not_to = refused_now(row, tx.now());
    CLARION_TRY(give_out(tx, row, need, team));
  }
  return !to.empty();
}

Status remind(store::Tx& tx, const store::CaseRow& row) {
  if (row.assignee) {
    CLARION_TRY(tell(tx, {*row.assignee}, "message_case_due", row, {}));
  }
  return store::add_case_event(
      tx, row.id, "system", "remind",
      {{"holder", row.assignee.value_or("")}, {"due_at", model::to_text(*row.due_at)}});
}

Status pass_stages(store::Tx& tx, store::CaseRow& row, Team& team, Alarms& done) {
  bool nobody = false;  // in the last step: the next does not wait
  while (stage_of(row) != Stage::everyone) {
    const auto at = next_stage_at(row);
    if (!at || (*at > tx.now() && !nobody)) return ok();
    const auto next = static_cast<Stage>(static_cast<int>(stage_of(row)) + 1);
    deadline_of(row)["stage"] = name_of(next);
    if (next == Stage::reminded) {
      ++done.reminders;
      CLARION_TRY(remind(tx, row));
      continue;
    }
    ++(next == Stage::line2       ? done.line2
       : next == Stage::operators ? done.operators
                                  : done.everyone);
    CLARION_TRY(const bool told, escalate(tx, row, next, team));
    nobody = !told;
  }
  return ok();
}

}  // namespace

std::string_view name_of(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

void begin_deadline(store::CaseRow& row, const DeskOptions& options, model::Time from) {
  row.due_at = from + options.deadline[static_cast<std::size_t>(row.severity)];
  row.details.erase("escalation");
  row.details["deadline"] = {{"from", model::to_text(from)},
                             {"stage", name_of(Stage::running)},
                             {"step_minutes", options.escalation.count()}};
}

void move_deadline(store::CaseRow& row, const DeskOptions& options, model::Time now) {
  if (!runs(row)) return;
  const model::Time from = time_or(deadline_of(row), "from", row.created_at);
  const model::Time due = from + options.deadline[static_cast<std::size_t>(row.severity)];
  row.due_at = row.due_at && due < *row.due_at
                   ? std::min(*row.due_at, std::max(due, now + kLeastLeft))
                   : due;
}

void end_deadline(store::CaseRow& row) {
  row.due_at.reset();
  row.details.erase("deadline");
}

void set_alarm(store::CaseRow& row, model::Time now) {
  row.alarm_at.reset();
  if (!runs(row)) return;
  row.alarm_at = next_stage_at(row);
  const auto sooner = [&row](const std::optional<model::Time>& at) {
    if (at && (!row.alarm_at || *at < *row.alarm_at)) row.alarm_at = at;
  };
  if (row.state == "open") sooner(next_refusal_end(row, now));
  sooner(panel_end(row));
}

Result<Alarms> ring_alarms(store::Tx& tx, const DeskOptions& options) {
  Alarms done;
  CLARION_TRY(auto rows, store::due_alarms(tx, tx.now(), kMostAlarms));
  if (rows.empty()) return done;
  std::unique_ptr<Team> own;
  CLARION_TRY(Team * team, team_of(tx, options, own));
  for (store::CaseRow& row : rows) {
    if (runs(row)) {
      if (!row.due_at) begin_deadline(row, options, tx.now());  // of before there were deadlines
      CLARION_TRY(pass_stages(tx, row, *team, done));
      const auto panel = panel_end(row);
      if (panel && *panel <= tx.now()) {
        ++done.panels;
        CLARION_TRY(tend_panel(tx, options, row, *team));
      }
      if (row.state == "open") {
        CLARION_TRY(auto need, need_of(tx, row, tx.now()));
        CLARION_TRY(give_out(tx, row, need, *team));
      }
    }
    set_alarm(row, tx.now());
    ++row.version;
    CLARION_TRY(store::update_case(tx, row));
    ++done.cases;
  }
  done.more = done.cases == static_cast<std::size_t>(kMostAlarms);
  return done;
}

}  // namespace clarion::desk
