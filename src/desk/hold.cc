// Who holds a case: claim, extend, release, handover, assign.
#include "desk/action_parts.h"
#include "desk/deadlines.h"
#include "desk/refusals.h"
#include "desk/tell.h"
#include "desk/votes.h"
#include "store/accounts.h"
#include "store/experts.h"

#include <array>

namespace clarion::desk {
namespace {

using identity::Act;
using store::CaseRow;

Error votes_run() {
  return {Errc::conflict, "the case waits for the votes of its panel", "panel_voting"};
}

Status take_lease(const Work& work) {
  CLARION_TRY(http::Fields(work.body).finish());
  work.row.lease_until = work.action.tx.now() + work.action.options.lease;
  return ok();
}

Result<Outcome> claim(const Work& work) {
  CaseRow& row = work.row;
  const std::string& me = work.action.actor.account;
  if (state_is(row, {"assigned", "in_review"}) && row.assignee != me) return held(row);
  if (!state_is(row, {"open", "assigned", "in_review"})) return wrong_state(row);
  if (panel_votes(row)) return votes_run();
  CLARION_TRY(take_lease(work));
  if (row.state != "in_review") row.details["claimed_at"] = model::to_text(work.action.tx.now());
  row.state = "in_review";
  row.assignee = me;
  row.details.erase("waiting_reasons");
  return Outcome{.event = {{"lease_until", model::to_text(*row.lease_until)}}};
}

Result<Outcome> extend(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"in_review"})) return wrong_state(row);
  if (row.assignee != work.action.actor.account) return held(row);
  if (panel_votes(row)) return votes_run();
  CLARION_TRY(take_lease(work));
  return Outcome{.event = {{"lease_until", model::to_text(*row.lease_until)}}};
}

Result<Outcome> release(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"assigned", "in_review"})) return wrong_state(row);
  if (row.assignee != work.action.actor.account) return held(row);
  http::Fields fields(work.body);
  const auto note = fields.optional_text("note", kReasonCharacters);
  const auto reason = fields.optional_text("reason", 64);
  if (reason &&
      std::find(kRefusalReasons.begin(), kRefusalReasons.end(), *reason) == kRefusalReasons.end())
    fields.problem("reason", "field_not_one_of");
  CLARION_TRY(fields.finish());
  const std::string me = *row.assignee, code = reason.value_or("other");
  remember_refusal(row, me, code, work.action.tx.now());
  row.state = "open";
  let_go(row);
  return Outcome{
      .event = {{"note", note.value_or("")},
                {"reason", code},
                {"reasons",
                 {{{"code", "refused_" + code}, {"params", {{"by", me}}}, {"points", 0}}}}},
      .audit = {{"reason", code}},
      .load_fell = true,
      .freed = me,
      .route_anew = true};
}

/// The case goes to somebody by hand.
void give_to(CaseRow& row, const std::string& account, std::string_view code,
             const std::string& by) {
  let_go(row);
  row.state = "assigned";
  row.assignee = account;
  row.details["assignment_reasons"] =
      json::array{{{"code", code}, {"params", {{"by", by}}}, {"points", 0}}};
  row.details.erase("waiting_reasons");
}

Result<Outcome> assign(const Work& work) {
  CaseRow& row = work.row;
  if (state_is(row, {"in_review"})) return held(row);
  if (!state_is(row, {"open", "assigned"})) return wrong_state(row);
  http::Fields fields(work.body);
  const auto note = fields.optional_text("note", kReasonCharacters);
  CLARION_TRY(const auto to, read_person(fields, work.action.tx));
  CLARION_TRY(fields.finish());
  const std::string before = row.assignee.value_or("");
  const std::string& by = work.action.actor.account;
  give_to(row, to.account, "route_by_hand", by);
  if (to.account != by) {
    CLARION_TRY(tell(work.action.tx, {to.account}, "message_case_assigned", row, {{"by", by}}));
  }
  return Outcome{.event = {{"to", to.account}, {"note", note.value_or("")}},
                 .audit = {{"to", to.account}},
                 .load_fell = !before.empty() && before != to.account,
                 .freed = before};
}

Result<Outcome> handover(const Work& work) {
  CaseRow& row = work.row;
  const std::string& me = work.action.actor.account;
  if (!state_is(row, {"assigned", "in_review"})) return wrong_state(row);
  if (row.assignee != me) return held(row);
  if (panel_votes(row)) return votes_run();
  http::Fields fields(work.body);
  const std::string note = fields.required_text("note", kReasonCharacters);
  CLARION_TRY(const auto to, read_person(fields, work.action.tx));
  if (to.account == me) fields.problem(to.expert ? "expert" : "user", "handover_self");
  CLARION_TRY(fields.finish());
  give_to(row, to.account, "route_handover", me);
  CLARION_TRY(tell(work.action.tx, {to.account}, "message_case_handover", row, {{"by", me}}));
  return Outcome{.event = {{"to", to.account}, {"note", note}},
                 .audit = {{"to", to.account}},
                 .load_fell = true,
                 .freed = me};
}

constexpr std::array kActions = std::to_array<Action>({
    {"claim", Act::work_case, claim},
    {"extend", Act::work_case, extend},
    {"release", Act::work_case, release},
    {"handover", Act::work_case, handover},
    {"assign", Act::manage_cases, assign},
});

}  // namespace

std::span<const Action> hold_actions() { return kActions; }

Result<Chosen> read_person(http::Fields& fields, store::View& view) {
  const auto user = fields.optional_text("user", 64);
  const auto expert = fields.optional_text("expert", 64);
  Chosen out{user.value_or(""), std::nullopt};
  if (user.has_value() == expert.has_value()) {
    fields.problem("user", "assign_one_of");
    return out;
  }
  if (expert) {
    CLARION_TRY(auto found, store::find_expert(view, *expert));
    if (!found || !found->account) {
      fields.problem("expert", "expert_unknown");
      return out;
    }
    out = {*found->account, *expert};
  }
  CLARION_TRY(auto account, store::find_account(view, out.account));
  const auto role = account ? identity::parse_role(account->role) : std::nullopt;
  if (!account || account->disabled || role == identity::Role::admin ||
      role == identity::Role::auditor)
    fields.problem(user ? "user" : "expert", "account_cannot_work");
  return out;
}

}  // namespace clarion::desk
