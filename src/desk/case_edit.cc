// What people write into a case: its claim, facets, head post, and what they say of candidates.
#include "desk/action_parts.h"
#include "desk/candidates.h"
#include "desk/evidence.h"
#include "desk/search.h"
#include "model/region.h"
#include "model/topic.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::desk {
namespace {

using store::CaseRow;

/// What an edit may change, as it is now: a claim that is a post's text by that post alone, so that
/// no copy of the text stands in the history.
json::object before(const CaseRow& row) {
  json::object out{{"severity", name_of(row.severity)},
                   {"topics", json_of(row.topics)},
                   {"regions", json_of(row.regions)}};
  if (row.claim_post) {
    out["claim_post"] = *row.claim_post;
  } else {
    out["claim"] = row.claim;
  }
  for (const char* name : {"by_hand", "original_post"}) {
    if (const json::value* value = row.details.if_contains(name)) out[name] = *value;
  }
  return out;
}

void mark_by_hand(CaseRow& row, std::string_view member) {
  if (written_by_hand(row, member)) return;
  json::array list;
  if (const json::value* have = row.details.if_contains("by_hand")) list = have->as_array();
  list.emplace_back(member);
  row.details["by_hand"] = std::move(list);
}

template <class Known>
void check_codes(http::Fields& fields, const char* name, const char* code,
                 const std::vector<std::string>& list, Known known) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!known(list[i])) fields.problem(fmt::format("{}/{}", name, i), code);
  }
}

void match_again(const Work& work) {
  if (work.action.options.library != nullptr) match_case(work.row, *work.action.options.library);
}

bool is_over(const CaseRow& row) { return state_is(row, {"closed", "dismissed", "merged"}); }

std::vector<std::string> sorted(std::vector<std::string> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace

Result<Outcome> edit(const Work& work) {
  CaseRow& row = work.row;
  if (is_over(row)) return wrong_state(row);
  http::Fields fields(work.body);
  auto claim = fields.optional_text("claim", kClaimCharacters);
  const auto topics = fields.optional_texts("topics", 34, 64);
  const auto regions = fields.optional_texts("regions", 64, 12);
  const auto severity = fields.optional_text("severity", 16);
  if (claim && claim->find_first_not_of(" \t\r\n") == std::string::npos)
    fields.problem("claim", "field_required");
  if (topics) {
    if (topics->empty()) fields.problem("topics", "field_required");
    check_codes(fields, "topics", "topic_unknown", *topics,
                [](const std::string& id) { return model::find_topic(id) != nullptr; });
  }
  if (regions) {
    check_codes(fields, "regions", "region_unknown", *regions,
                [](const std::string& code) { return model::find_region(code) != nullptr; });
  }
  model::Severity level = row.severity;
  if (severity) {
    const auto named = model::parse_severity(*severity);
    if (!named) fields.problem("severity", "field_invalid");
    level = named.value_or(level);
  }
  if (!claim && !topics && !regions && !severity) fields.problem("claim", "field_required");
  CLARION_TRY(fields.finish());
  // Nobody moves a case out of the places they answer for.
  if (regions) {
    CLARION_TRY(identity::may_act_in(work.action.actor, *regions));
  }

  json::object undo = before(row);
  json::object event;
  json::array changed;
  if (claim && *claim != row.claim) {
    if (row.claim_post && !row.details.contains("original_post"))
      row.details["original_post"] = *row.claim_post;
    row.claim = *claim;
    row.claim_post.reset();
    event["claim"] = *claim;
    CLARION_TRY(index_claim(work.action.tx, row));
    changed.emplace_back("claim");
    match_again(work);
  }
  if (topics && sorted(*topics) != row.topics) {
    row.topics = sorted(*topics);
    mark_by_hand(row, "topics");
    event["topics"] = json_of(row.topics);
    changed.emplace_back("topics");
  }
  if (regions && sorted(*regions) != row.regions) {
    row.regions = sorted(*regions);
    mark_by_hand(row, "regions");
    event["regions"] = json_of(row.regions);
    changed.emplace_back("regions");
  }
  if (level != row.severity) {
    row.severity = level;
    mark_by_hand(row, "severity");
    event["severity"] = name_of(level);
    changed.emplace_back("severity");
    CLARION_TRY(weigh_anew(work.action.tx, row));
  }
  Outcome outcome;
  outcome.unchanged = changed.empty();
  outcome.audit = {{"changed", std::move(changed)}};
  event[kUndo] = std::move(undo);
  outcome.event = std::move(event);
  return outcome;
}

Result<Outcome> choose_head(const Work& work) {
  CaseRow& row = work.row;
  if (is_over(row)) return wrong_state(row);
  http::Fields fields(work.body);
  const std::string source = fields.required_text("source", 64);
  const std::string id = fields.required_text("post", 256);
  CLARION_TRY(auto post, store::find_post(work.action.tx, row.mode, source, id));
  const bool here = post && post->case_id == row.id;
  if (!source.empty() && !id.empty() && !here) fields.problem("post", "post_unknown");
  if (here && claim_of_record(*post).empty()) fields.problem("post", "split_without_text");
  CLARION_TRY(fields.finish());
  Outcome outcome{{{"source", source}, {"post", id}, {kUndo, before(row)}}, {{"post", post->seq}}};
  outcome.unchanged = row.claim_post == post->seq;
  row.claim = claim_of_record(*post);
  row.claim_post = post->seq;
  row.details.erase("original_post");
  CLARION_TRY(index_claim(work.action.tx, row));
  match_again(work);
  return outcome;
}

Status undo_edit(const Work& work, const json::object& data) {
  CaseRow& row = work.row;
  if (const json::value* post = data.if_contains("claim_post")) {
    CLARION_TRY(auto found, store::find_post(work.action.tx, post->as_int64()));
    row.claim = found ? claim_of_record(*found) : std::string();
    row.claim_post = post->as_int64();
  } else {
    row.claim = string_or(data, "claim");
    row.claim_post.reset();
  }
  row.topics = strings_of(data.at("topics"));
  row.regions = strings_of(data.at("regions"));
  row.severity = model::parse_severity(string_or(data, "severity")).value_or(row.severity);
  for (const char* name : {"by_hand", "original_post"}) {
    row.details.erase(name);
    if (const json::value* value = data.if_contains(name)) row.details[name] = *value;
  }
  CLARION_TRY(index_claim(work.action.tx, row));
  match_again(work);
  return weigh_anew(work.action.tx, row);
}

Result<Outcome> judge_candidate(const Work& work) {
  CaseRow& row = work.row;
  if (state_is(row, {"merged"})) return wrong_state(row);
  store::Tx& tx = work.action.tx;
  http::Fields fields(work.body);
  const std::string debunk = fields.required_text("debunk", 256);
  const std::string judgement = fields.required_word("judgement", {"cited", "different"});
  if (!debunk.empty()) {
    CLARION_TRY(auto found, library::find_debunk(tx, debunk));
    if (!found) fields.problem("debunk", "debunk_unknown");
  }
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto have, store::judgements_of(tx, row.id));
  constexpr std::size_t kMostJudgements = 200;
  const auto old = std::find_if(have.begin(), have.end(), [&](const store::Judgement& each) {
    return each.debunk == debunk;
  });
  if (old == have.end() && have.size() >= kMostJudgements) {
    return Error{Errc::too_large,
                 "this case has as many judged candidates as it may have",
                 "field_too_many",
                 {{"max", std::to_string(kMostJudgements)}}};
  }
  Outcome outcome;
  outcome.unchanged = old != have.end() && old->judgement == judgement;
  if (outcome.unchanged) return outcome;
  json::object undo{{"debunk", debunk}};
  if (old != have.end()) {
    undo["judgement"] = old->judgement;
    undo["actor"] = old->actor;
    undo["at"] = model::to_text(old->at);
  }
  CLARION_TRY(
      store::keep_judgement(tx, {row.id, debunk, judgement, work.action.actor.account, tx.now()}));
  outcome.event = {{"debunk", debunk}, {"judgement", judgement}, {kUndo, std::move(undo)}};
  outcome.audit = {{"debunk", debunk}, {"judgement", judgement}};
  json::object judged;
  if (const json::value* list = row.details.if_contains("judged")) judged = list->as_object();
  judged[debunk] = judgement;
  row.details["judged"] = std::move(judged);
  match_again(work);
  return outcome;
}

Status undo_candidate(const Work& work, const json::object& data) {
  CaseRow& row = work.row;
  const std::string debunk(string_or(data, "debunk"));
  const std::string judgement(string_or(data, "judgement"));
  json::object judged;
  if (const json::value* list = row.details.if_contains("judged")) judged = list->as_object();
  if (judgement.empty()) {
    judged.erase(debunk);
    CLARION_TRY(store::drop_judgement(work.action.tx, row.id, debunk));
  } else {
    judged[debunk] = judgement;
    CLARION_TRY(auto at, model::parse_time(string_or(data, "at")));
    CLARION_TRY(store::keep_judgement(
        work.action.tx,
        {row.id, debunk, judgement, std::string(string_or(data, "actor")), at.time}));
  }
  row.details["judged"] = std::move(judged);
  match_again(work);
  return ok();
}

}  // namespace clarion::desk
