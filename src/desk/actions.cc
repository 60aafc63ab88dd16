#include "desk/actions.h"

#include "desk/action_parts.h"
#include "desk/deadlines.h"
#include "desk/evidence.h"
#include "desk/files.h"
#include "desk/refusals.h"
#include "desk/votes.h"
#include "desk/waiting.h"
#include "desk/watch.h"
#include "identity/requests.h"
#include "library/matcher.h"
#include "store/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::desk {
namespace {

using identity::Act;
using store::CaseRow;

Result<Outcome> with_reason(const Work& work, std::initializer_list<std::string_view> from,
                            std::string_view to) {
  CaseRow& row = work.row;
  if (!state_is(row, from)) return wrong_state(row);
  http::Fields fields(work.body);
  const std::string reason = fields.required_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  const std::string before = row.assignee.value_or("");
  row.state = to;
  return Outcome{.event = {{"reason", reason}}, .freed = before};
}

Result<Outcome> close(const Work& work) { return with_reason(work, {"judged"}, "closed"); }

Result<Outcome> dismiss(const Work& work) {
  json::object before = holding_of(work.row);
  CLARION_TRY(auto outcome, with_reason(work, {"open", "assigned", "in_review"}, "dismissed"));
  outcome.event[kUndo] = json::object{{"holding", std::move(before)}};
  let_go(work.row);
  outcome.load_fell = !outcome.freed.empty();
  return outcome;
}

Result<Outcome> reopen(const Work& work) {
  CLARION_TRY(auto outcome, with_reason(work, {"closed", "dismissed"}, "open"));
  CaseRow& row = work.row;
  let_go(row);
  forget_refusals(row);
  row.details.erase("judged_by");
  row.details.erase("panel");
  begin_deadline(row, work.action.options, work.action.tx.now());
  outcome.route_anew = true;
  return outcome;
}

constexpr std::array kActions = std::to_array<Action>({
    {"note", Act::work_case, note},
    {"dismiss", Act::manage_cases, dismiss},
    {"reopen", Act::manage_cases, reopen},
    {"close", Act::close_case, close},
    {"merge", Act::manage_cases, merge},
    {"split", Act::manage_cases, split},
    {"edit", Act::work_case, edit},
    {"head", Act::work_case, choose_head},
    {"candidate", Act::work_case, judge_candidate},
    {"undo", Act::work_case, undo},
});

std::array<std::span<const Action>, 4> all_actions() {
  return {std::span<const Action>(kActions), hold_actions(), judge_actions(), order_actions()};
}

const Action* find_action(std::string_view name) {
  for (const auto actions : all_actions()) {
    for (const Action& each : actions) {
      if (each.name == name) return &each;
    }
  }
  return nullptr;
}

/// What follows from a change whoever made it: a case that is open again looks for its next holder,
/// votes that nobody needs end, the clock is set anew.
Status settle(const CaseAction& action, CaseRow& row, const Outcome& outcome) {
  if (row.state != "in_review") {
    CLARION_TRY(drop_panel(action.tx, row));
  }
  if (!state_is(row, {"open", "assigned", "in_review"})) {
    end_deadline(row);
    row.details.erase("waiting_reasons");
  } else if (!row.due_at) {
    begin_deadline(row, action.options, action.tx.now());
  }
  if (outcome.route_anew && row.state == "open") {
    CLARION_TRY(give_out(action.tx, action.options, row));
  }
  set_alarm(row, action.tx.now());
  return ok();
}

}  // namespace

Error wrong_state(const CaseRow& row) {
  return {Errc::conflict,
          fmt::format("the case is '{}', this does not go from there", row.state),
          "case_state",
          {{"state", row.state}}};
}

Error held(const CaseRow& row) {
  return {Errc::conflict,
          fmt::format("the case is held by '{}'", row.assignee.value_or("")),
          "held",
          {{"holder", row.assignee.value_or("")}}};
}

bool state_is(const CaseRow& row, std::initializer_list<std::string_view> states) {
  return std::find(states.begin(), states.end(), row.state) != states.end();
}

void let_go(CaseRow& row) {
  row.assignee.reset();
  row.lease_until.reset();
  row.details.erase("assignment_reasons");
}

json::array actions_for(const CaseRow& row, const identity::Actor& actor,
                        const identity::RightsPolicy& policy) {
  json::array out;
  if (!identity::may_act_in(actor, row.regions)) return out;
  for (const auto actions : all_actions()) {
    for (const Action& each : actions) {
      const bool own = each.whose == Whose::asked ? is_asked(row, actor) : is_own(row, actor);
      if (identity::allowed(each.right, actor, policy, own)) out.emplace_back(each.name);
    }
  }
  return out;
}

json::object limits_json() {
  return {{"reason_least", 1},
          {"reason_most", kReasonCharacters},
          {"evidence_least", 1},
          {"evidence_most", kMostEvidence},
          {"claim_most", kClaimCharacters},
          {"file_most_bytes", kMostFileBytes},
          {"suggest_score", library::kSuggest},
          {"known_score", library::kKnown}};
}

bool is_own(const CaseRow& row, const identity::Actor& actor) {
  return !actor.account.empty() && row.assignee == actor.account;
}

bool is_asked(const CaseRow& row, const identity::Actor& actor) {
  const auto asked = asked_of(row);
  return !actor.account.empty() &&
         std::find(asked.begin(), asked.end(), actor.account) != asked.end();
}

bool may_see(const CaseRow& row, const identity::Actor& actor,
             const identity::RightsPolicy& policy) {
  return identity::allowed(Act::see_cases, actor, policy,
                           is_own(row, actor) || is_asked(row, actor)) &&
         identity::may_see_in(actor, row.regions) && identity::sees_mode(actor, row.mode);
}

Result<CaseRow> act_on_case(const CaseAction& action, std::string_view name,
                            const json::object& body) {
  const Action* found = find_action(name);
  if (found == nullptr) return Error{Errc::not_found, "there is no such action", "not_found"};
  CLARION_TRY(auto row, store::find_case(action.tx, action.case_id));
  if (!row) return Error{Errc::not_found, "there is no such case", "not_found"};
  if (!identity::may_see_in(action.actor, row->regions) ||
      !identity::sees_mode(action.actor, row->mode))
    return Error{Errc::not_found, "there is no such case", "not_found"};
  // The right comes before visibility by ownership: who may not judge learns that an expert is
  // needed.
  CLARION_TRY(identity::allowed(
      found->right, action.actor, action.policy,
      found->whose == Whose::asked ? is_asked(*row, action.actor) : is_own(*row, action.actor)));
  CLARION_TRY(identity::may_act_in(action.actor, row->regions));
  CLARION_TRY(identity::check_version(action.if_match, row->version));
  CLARION_TRY(auto outcome, found->run({action, *row, body}));
  if (outcome.unchanged) return std::move(*row);
  if (!action.bulk.empty()) outcome.event["bulk"] = action.bulk;
  ++row->version;
  CLARION_TRY(store::add_case_event(action.tx, row->id, action.actor.account, name, outcome.event));
  CLARION_TRY(settle(action, *row, outcome));
  CLARION_TRY(store::update_case(action.tx, *row));
  outcome.audit["version"] = row->version;
  CLARION_TRY(store::append_audit(action.tx, action.actor.name(), fmt::format("case.{}", name),
                                  row->id, outcome.audit));
  CLARION_TRY(tell_watchers(action.tx, *row, action.policy, action.actor.account, name));
  if (outcome.load_fell && action.bulk.empty()) {
    CLARION_TRY(route_waiting(action.tx, action.options, outcome.freed));
  }
  return std::move(*row);
}

}  // namespace clarion::desk
