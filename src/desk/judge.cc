// How a case comes to its verdict: the holder's, a panel's, and what others are asked.
#include "base/bytes.h"
#include "desk/action_parts.h"
#include "desk/deadlines.h"
#include "desk/tell.h"
#include "desk/votes.h"
#include "desk/watch.h"
#include "store/audit.h"
#include "store/workload.h"
#include "store/workspace.h"

#include <fmt/format.h>

#include <array>

namespace clarion::desk {
namespace {

using identity::Act;
using store::CaseRow;

constexpr std::size_t kMostAsks = 50;
constexpr std::int64_t kMostSeats = 15;

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

/// Reads verdict, reason, what stays uncertain, and evidence[].
Result<json::object> read_verdict(const Work& work, http::Fields& fields) {
  json::object record;
  record["verdict"] = fields.required_text("verdict", 64);
  record["reason"] = fields.required_text("reason", kReasonCharacters);
  if (const auto uncertain = fields.optional_text("uncertain", kReasonCharacters);
      uncertain && !uncertain->empty())
    record["uncertain"] = *uncertain;
  CLARION_TRY(auto evidence, read_evidence(work, fields));
  record["evidence"] = std::move(evidence);
  return record;
}

Result<store::VerdictRow> add_verdict(const Work& work, const json::object& record) {
  store::VerdictRow verdict;
  verdict.id = work.action.tx.ids().make("v_");
  verdict.case_id = work.row.id;
  verdict.actor = work.action.actor.account;
  verdict.at = work.action.tx.now();
  CLARION_TRY(verdict.record, canonical_json(record));
  CLARION_TRY(store::add_verdict(work.action.tx, verdict));
  return verdict;
}

/// The smoothed time from claim to verdict: a new one counts a fifth.
Status keep_pace(store::Tx& tx, const CaseRow& row, const std::string& account) {
  constexpr double kShare = 0.2;
  const auto since = model::parse_time(string_or(row.details, "claimed_at"));
  if (!since) return ok();
  const double seconds =
      std::max(0.0, std::chrono::duration<double>(tx.now() - since.value().time).count());
  CLARION_TRY(auto load, store::workload_of(tx, account));
  load.pace_seconds =
      load.judged == 0 ? seconds : load.pace_seconds + kShare * (seconds - load.pace_seconds);
  ++load.judged;
  return store::set_pace(tx, load);
}

Result<Outcome> verdict(const Work& work) {
  CaseRow& row = work.row;
  const CaseAction& action = work.action;
  if (!state_is(row, {"in_review"})) return wrong_state(row);
  if (row.assignee != action.actor.account) return held(row);
  if (panel_votes(row))
    return Error{Errc::conflict, "the case waits for the votes of its panel", "panel_voting"};
  http::Fields fields(work.body);
  CLARION_TRY(const auto record, read_verdict(work, fields));
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto given, add_verdict(work, record));
  CLARION_TRY(keep_pace(action.tx, row, given.actor));
  json::object audit{{"verdict_id", given.id}, {"hash", store::verdict_hash(given)}};
  if (panel_policy_of(row, action.options).seats > 1) {
    std::unique_ptr<Team> own;
    CLARION_TRY(Team * team, team_of(action.tx, action.options, own));
    CLARION_TRY(begin_panel(action.tx, action.options, row, given, *team));
    return Outcome{.event = {{"id", given.id}},
                   .audit = std::move(audit),
                   .load_fell = row.state == "judged",
                   .freed = given.actor};
  }
  row.state = "judged";
  row.details["judged_by"] = given.id;
  row.lease_until.reset();
  return Outcome{.event = {{"verdict", record.at("verdict")}, {"id", given.id}},
                 .audit = std::move(audit),
                 .load_fell = true,
                 .freed = given.actor};
}

Result<Outcome> ask(const Work& work) {
  CaseRow& row = work.row;
  const CaseAction& action = work.action;
  if (!state_is(row, {"open", "assigned", "in_review", "judged"})) return wrong_state(row);
  http::Fields fields(work.body);
  store::AskRow asked;
  asked.question = fields.required_text("question", kReasonCharacters);
  const auto kind = fields.optional_text("kind", 16);
  if (kind && *kind != "help" && *kind != "opinion") fields.problem("kind", "field_not_one_of");
  asked.kind = kind.value_or("help");
  CLARION_TRY(auto to, read_person(fields, action.tx));
  const std::string_view member = to.expert ? "expert" : "user";
  if (to.account == action.actor.account) fields.problem(member, "ask_self");
  CLARION_TRY(auto before, store::asks_of_case(action.tx, row.id));
  if (before.size() >= kMostAsks)
    fields.problem(member, "field_too_many", {{"max", std::to_string(kMostAsks)}});
  if (std::any_of(before.begin(), before.end(), [&](const store::AskRow& each) {
        return each.account == to.account && each.kind == asked.kind && each.state == "open";
      }))
    fields.problem(member, "ask_twice");
  CLARION_TRY(fields.finish());
  asked.account = to.account;
  asked.expert = to.expert;
  asked.asked_by = action.actor.account;
  asked.answer = {};
  const json::object event{{"to", to.account}, {"kind", asked.kind}, {"question", asked.question}};
  const json::object audit{{"to", to.account}, {"kind", asked.kind}};
  CLARION_TRY(ask_person(action.tx, row, std::move(asked)));
  return Outcome{.event = event, .audit = audit};
}

/// A vote of a panel: a verdict like the holder's, kept and audited as one.
Result<Outcome> vote(const Work& work, store::AskRow& seat, http::Fields& fields) {
  CaseRow& row = work.row;
  const CaseAction& action = work.action;
  CLARION_TRY(const auto record, read_verdict(work, fields));
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto given, add_verdict(work, record));
  CLARION_TRY(
      store::append_audit(action.tx, action.actor.name(), "case.verdict", row.id,
                          {{"verdict_id", given.id}, {"hash", store::verdict_hash(given)}}));
  seat.state = "answered";
  seat.answer = {{"verdict", record.at("verdict")}, {"verdict_id", given.id}};
  seat.answered_at = action.tx.now();
  CLARION_TRY(store::update_ask(action.tx, seat));
  std::unique_ptr<Team> own;
  CLARION_TRY(Team * team, team_of(action.tx, action.options, own));
  const std::string chair = row.assignee.value_or("");
  CLARION_TRY(tend_panel(action.tx, action.options, row, *team));
  return Outcome{.event = {{"ask", seat.id}, {"kind", "panel"}},
                 .audit = {{"ask", seat.id}},
                 .load_fell = row.state == "judged",
                 .freed = chair};
}

Result<Outcome> answer(const Work& work) {
  const CaseAction& action = work.action;
  http::Fields fields(work.body);
  const auto id = fields.optional_text("ask", 64);
  CLARION_TRY(auto asks, store::asks_of_case(action.tx, work.row.id));
  const auto found = std::find_if(asks.begin(), asks.end(), [&](const store::AskRow& each) {
    return each.account == action.actor.account && each.state == "open" && (!id || each.id == *id);
  });
  if (found == asks.end())
    return Error{Errc::conflict, "no question to this account is open", "nothing_asked"};
  if (found->kind == "panel") return vote(work, *found, fields);
  found->answer["text"] = fields.required_text("text", kReasonCharacters);
  if (const auto verdict = fields.optional_text("verdict", 64)) found->answer["verdict"] = *verdict;
  CLARION_TRY(fields.finish());
  found->state = "answered";
  found->answered_at = action.tx.now();
  CLARION_TRY(store::update_ask(action.tx, *found));
  CLARION_TRY(
      tell(action.tx, {found->asked_by}, "message_answered", work.row, {{"by", found->account}}));
  CLARION_TRY(const auto bytes, canonical_json(found->answer));
  json::object event{{"ask", found->id}, {"kind", found->kind}};
  for (const json::key_value_pair& member : found->answer) event[member.key()] = member.value();
  return Outcome{.event = std::move(event),
                 .audit = {{"ask", found->id}, {"hash", sha256_hex(bytes)}}};
}

Result<Outcome> panel(const Work& work) {
  CaseRow& row = work.row;
  if (!state_is(row, {"open", "assigned", "in_review"})) return wrong_state(row);
  if (panel_votes(row))
    return Error{Errc::conflict, "the case waits for the votes of its panel", "panel_voting"};
  http::Fields fields(work.body);
  const auto seats = fields.optional_integer("seats", 1, kMostSeats);
  const auto name = fields.optional_text("rule", 16);
  const auto rule = name ? parse_panel_rule(*name) : std::optional(PanelRule::majority);
  if (!rule) fields.problem("rule", "field_not_one_of");
  CLARION_TRY(fields.finish());
  set_panel_policy(row, {static_cast<std::size_t>(seats.value_or(3)), *rule},
                   work.action.actor.account);
  const json::object told{{"seats", seats.value_or(3)}, {"rule", name_of(*rule)}};
  return Outcome{.event = told, .audit = told};
}

constexpr std::array kActions = std::to_array<Action>({
    {"verdict", Act::judge, verdict},
    {"ask", Act::work_case, ask},
    {"answer", Act::answer_ask, answer, Whose::asked},
    {"panel", Act::manage_cases, panel},
});

}  // namespace

std::span<const Action> judge_actions() { return kActions; }

}  // namespace clarion::desk
