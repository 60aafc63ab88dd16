#include "desk/actions.h"

#include "desk/action_parts.h"
#include "desk/evidence.h"
#include "desk/files.h"
#include "desk/watch.h"
#include "library/matcher.h"
#include "identity/requests.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/experts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::desk {
namespace {

using identity::Act;
using store::CaseRow;

constexpr std::size_t kMostEvidence = 20;

Result<Outcome> claim(const Work& work) {
  CaseRow& row = work.row;
  const std::string& me = work.action.actor.account;
  if (state_is(row, {"assigned", "in_review"}) && row.assignee != me) return held(row);
  if (!state_is(row, {"open", "assigned", "in_review"})) return wrong_state(row);
  CLARION_TRY(http::Fields(work.body).finish());
  row.state = "in_review";
  row.assignee = me;
  row.lease_until = work.action.tx.now() + work.action.options.lease;
  return Outcome{{{"lease_until", model::to_text(*row.lease_until)}}, {}, false};
}

Result<Outcome> extend(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"in_review"})) return wrong_state(row);
  if (row.assignee != work.action.actor.account) return held(row);
  CLARION_TRY(http::Fields(work.body).finish());
  row.lease_until = work.action.tx.now() + work.action.options.lease;
  return Outcome{{{"lease_until", model::to_text(*row.lease_until)}}, {}, false};
}

Result<Outcome> release(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"assigned", "in_review"})) return wrong_state(row);
  if (row.assignee != work.action.actor.account) return held(row);
  http::Fields fields(work.body);
  const auto note = fields.optional_text("note", kReasonCharacters);
  CLARION_TRY(fields.finish());
  json::array not_to = json_of(row.details.contains("not_to") ? strings_of(row.details["not_to"])
                                                              : std::vector<std::string>{});
  not_to.emplace_back(*row.assignee);
  row.details["not_to"] = not_to;
  row.state = "open";
  let_go(row);
  return Outcome{{{"note", note.value_or("")}}, {}, true};
}

Result<Outcome> assign(const Work& work) {
  CaseRow& row = work.row;
  if (state_is(row, {"in_review"})) return held(row);
  if (!state_is(row, {"open", "assigned"})) return wrong_state(row);
  http::Fields fields(work.body);
  const auto user = fields.optional_text("user", 64);
  const auto expert = fields.optional_text("expert", 64);
  const auto note = fields.optional_text("note", kReasonCharacters);
  std::string to = user.value_or("");
  if (user.has_value() == expert.has_value()) fields.problem("user", "assign_one_of");
  if (expert) {
    CLARION_TRY(auto found, store::find_expert(work.action.tx, *expert));
    if (!found || !found->account) {
      fields.problem("expert", "expert_unknown");
    } else {
      to = *found->account;
    }
  }
  if (!to.empty()) {
    CLARION_TRY(auto account, store::find_account(work.action.tx, to));
    const auto role = account ? identity::parse_role(account->role) : std::nullopt;
    if (!account || account->disabled || role == identity::Role::admin ||
        role == identity::Role::auditor) {
      fields.problem(user ? "user" : "expert", "account_cannot_work");
    }
  }
  CLARION_TRY(fields.finish());
  const bool fell = row.assignee && row.assignee != to;
  row.state = "assigned";
  row.assignee = to;
  row.details["assignment_reasons"] = json::array{
      {{"code", "route_by_hand"}, {"params", {{"by", work.action.actor.account}}}, {"points", 0}}};
  return Outcome{{{"to", to}, {"note", note.value_or("")}}, {{"to", to}}, fell};
}

/// Reads evidence[]: title, and an http or https url or a file of ours or both; publisher if any.
/// Of a file also the hash of its bytes, so that the audit chain covers them.
Result<json::array> read_evidence(const Work& work, http::Fields& fields) {
  json::array out;
  const json::value* value = fields.take("evidence");
  const json::array* items = value != nullptr ? value->if_array() : nullptr;
  if (items == nullptr || items->empty()) {
    fields.problem("evidence", "evidence_required");
    return out;
  }
  if (items->size() > kMostEvidence) {
    fields.problem("evidence", "field_too_many", {{"max", std::to_string(kMostEvidence)}});
    return out;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string place = fmt::format("evidence/{}", i);
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      fields.problem(place, "field_type", {{"type", "object"}});
      continue;
    }
    http::Fields item(*object, "/" + place);
    json::object entry;
    entry["title"] = item.required_text("title", 200);
    const std::string url = item.optional_text("url", 2048).value_or("");
    const std::string file = item.optional_text("file", 64).value_or("");
    if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://"))
      item.problem("url", "field_url");
    if (url.empty() && file.empty()) item.problem("url", "field_required");
    if (!url.empty()) entry["url"] = url;
    if (!file.empty()) {
      const CaseAction& action = work.action;
      CLARION_TRY(auto row, store::find_file(action.tx, file));
      CLARION_TRY(auto seen, row ? may_see_file(action.tx, *row, action.actor, action.policy)
                                 : Result<bool>(false));
      if (!seen) {
        item.problem("file", "file_unknown");
      } else {
        entry["file"] = file;
        entry["sha256"] = row->hash;
        CLARION_TRY(store::use_file(action.tx, file, work.row.id));
      }
    }
    if (const auto publisher = item.optional_text("publisher", 200))
      entry["publisher"] = *publisher;
    static_cast<void>(item.finish());
    fields.join(item);
    out.push_back(std::move(entry));
  }
  return out;
}

Result<Outcome> verdict(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"in_review"})) return wrong_state(row);
  if (row.assignee != work.action.actor.account) return held(row);
  http::Fields fields(work.body);
  json::object record;
  record["verdict"] = fields.required_text("verdict", 64);
  record["reason"] = fields.required_text("reason", kReasonCharacters);
  if (const auto uncertain = fields.optional_text("uncertain", kReasonCharacters);
      uncertain && !uncertain->empty())
    record["uncertain"] = *uncertain;
  CLARION_TRY(auto evidence, read_evidence(work, fields));
  record["evidence"] = std::move(evidence);
  CLARION_TRY(fields.finish());
  store::VerdictRow verdict;
  verdict.id = work.action.tx.ids().make("v_");
  verdict.case_id = row.id;
  verdict.actor = work.action.actor.account;
  verdict.at = work.action.tx.now();
  CLARION_TRY(verdict.record, canonical_json(record));
  CLARION_TRY(store::add_verdict(work.action.tx, verdict));
  row.state = "judged";
  row.lease_until.reset();
  return Outcome{{{"verdict", record["verdict"]}, {"id", verdict.id}},
                 {{"verdict_id", verdict.id}, {"hash", store::verdict_hash(verdict)}},
                 true};
}

Result<Outcome> with_reason(const Work& work, std::initializer_list<std::string_view> from,
                            std::string_view to, bool load_fell) {
  CaseRow& row = work.row;
  if (!state_is(row, from)) return wrong_state(row);
  http::Fields fields(work.body);
  const std::string reason = fields.required_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  row.state = to;
  return Outcome{{{"reason", reason}}, {}, load_fell};
}

Result<Outcome> close(const Work& work) { return with_reason(work, {"judged"}, "closed", false); }

Result<Outcome> dismiss(const Work& work) {
  json::object before = holding_of(work.row);
  CLARION_TRY(auto outcome,
              with_reason(work, {"open", "assigned", "in_review"}, "dismissed", true));
  outcome.event[kUndo] = json::object{{"holding", std::move(before)}};
  let_go(work.row);
  return outcome;
}

Result<Outcome> reopen(const Work& work) {
  CLARION_TRY(auto outcome, with_reason(work, {"closed", "dismissed"}, "open", true));
  let_go(work.row);
  work.row.details.erase("not_to");
  return outcome;
}

constexpr std::array kActions = std::to_array<Action>({
    {"claim", Act::work_case, claim},
    {"extend", Act::work_case, extend},
    {"release", Act::work_case, release},
    {"note", Act::work_case, note},
    {"assign", Act::manage_cases, assign},
    {"dismiss", Act::manage_cases, dismiss},
    {"reopen", Act::manage_cases, reopen},
    {"verdict", Act::judge, verdict},
    {"close", Act::close_case, close},
    {"merge", Act::manage_cases, merge},
    {"split", Act::manage_cases, split},
    {"edit", Act::work_case, edit},
    {"head", Act::work_case, choose_head},
    {"candidate", Act::work_case, judge_candidate},
    {"undo", Act::work_case, undo},
});

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
  for (const Action& each : kActions) {
    if (identity::allowed(each.right, actor, policy, is_own(row, actor)))
      out.emplace_back(each.name);
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

bool may_see(const CaseRow& row, const identity::Actor& actor,
             const identity::RightsPolicy& policy) {
  return identity::allowed(Act::see_cases, actor, policy, is_own(row, actor)) &&
         identity::may_see_in(actor, row.regions) && identity::sees_mode(actor, row.mode);
}

Result<CaseRow> act_on_case(const CaseAction& action, std::string_view name,
                            const json::object& body) {
  const auto* found = std::find_if(kActions.begin(), kActions.end(),
                                   [name](const Action& each) { return each.name == name; });
  if (found == kActions.end())
    return Error{Errc::not_found, "there is no such action", "not_found"};
  CLARION_TRY(auto row, store::find_case(action.tx, action.case_id));
  if (!row) return Error{Errc::not_found, "there is no such case", "not_found"};
  if (!identity::may_see_in(action.actor, row->regions) ||
      !identity::sees_mode(action.actor, row->mode))
    return Error{Errc::not_found, "there is no such case", "not_found"};
  // The right comes before visibility by ownership: who may not judge learns that an expert is
  // needed.
  CLARION_TRY(
      identity::allowed(found->right, action.actor, action.policy, is_own(*row, action.actor)));
  CLARION_TRY(identity::may_act_in(action.actor, row->regions));
  CLARION_TRY(identity::check_version(action.if_match, row->version));
  CLARION_TRY(auto outcome, found->run({action, *row, body}));
  if (outcome.unchanged || action.dry_run) return std::move(*row);
  if (!action.bulk.empty()) outcome.event["bulk"] = action.bulk;
  ++row->version;
  CLARION_TRY(store::update_case(action.tx, *row));
  CLARION_TRY(store::add_case_event(action.tx, row->id, action.actor.account, name, outcome.event));
  outcome.audit["version"] = row->version;
  CLARION_TRY(store::append_audit(action.tx, action.actor.name(), fmt::format("case.{}", name),
                                  row->id, outcome.audit));
  CLARION_TRY(tell_watchers(action.tx, *row, action.policy, action.actor.account, name));
  if (outcome.load_fell && action.bulk.empty()) {
    CLARION_TRY(route_waiting(action.tx));
    CLARION_TRY(row, store::find_case(
                         action.tx,
                         action.case_id));  // a case just given back may have found its next expert
  }
  return std::move(*row);
}

}  // namespace clarion::desk
