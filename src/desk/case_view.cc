#include "desk/case_view.h"

#include "desk/action_parts.h"
#include "desk/candidates.h"
#include "desk/evidence.h"
#include "desk/refusals.h"
#include "desk/votes.h"
#include "group/spread.h"
#include "model/region.h"
#include "model/topic.h"
#include "store/notices.h"
#include "store/posts.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace clarion::desk {
namespace {

constexpr std::int64_t kPostsPage = 50;

json::value time_or_null(const std::optional<model::Time>& time) {
  return time ? json::value(model::to_text(*time)) : json::value(nullptr);
}

Result<json::value> group_json(store::View& view, const store::CaseRow& row, model::Time now) {
  CLARION_TRY(auto groups, store::groups_of_case(view, row.id));
  if (groups.empty()) return json::value(nullptr);
  json::object out;
  if (groups.size() == 1) {
    out = json::parse(groups.front().figures).as_object();
  } else {
    group::Spread all;
    for (const store::GroupRow& group : groups) {
      CLARION_TRY(auto spread, group::Spread::parse(group.figures));
      all.add(spread);
    }
    out = json::parse(all.to_text()).as_object();
  }
  const auto own = std::find_if(groups.begin(), groups.end(), [&row](const store::GroupRow& each) {
    return row.group == each.id;
  });
  std::int64_t size = 0;
  double rate = 0;
  std::optional<model::Time> first, last;
  for (const store::GroupRow& group : groups) {
    if (group.size == 0) continue;  // its posts were all split off; later ones still come
    size += group.size;
    rate += group::rate_at(group.rate, group.first_seen, group.last_seen, now);
    first = first ? std::min(*first, group.first_seen) : group.first_seen;
    last = last ? std::max(*last, group.last_seen) : group.last_seen;
  }
  out["id"] = std::to_string(own == groups.end() ? groups.front().id : own->id);
  out["size"] = size;
  out["per_minute"] = std::round(rate * 100) / 100;
  out["first_seen"] = time_or_null(first);
  out["last_seen"] = time_or_null(last);
  return out;
}

/// Notices of the case and of all that were merged into it.
Status add_notices(store::View& view, const store::CaseRow& row, json::object& out) {
  std::vector<std::string> ids{row.id};
  if (const json::value* from = row.details.if_contains("merged_from")) {
    for (std::string& id : strings_of(*from)) ids.push_back(std::move(id));
  }
  json::array linked;
  for (const std::string& id : ids) {
    CLARION_TRY(auto notices, store::notices_of_case(view, id));
    for (const store::NoticeRow& notice : notices) {
      json::object item{{"id", notice.id},
                        {"version", notice.version},
                        {"revision", notice.revision},
                        {"state", notice.draft ? notice.draft_state : "published"}};
      if (id != row.id) item["case"] = id;
      linked.push_back(std::move(item));
    }
  }
  out["notices"] = std::move(linked);
  return ok();
}

/// What people wrote over, and where a claim came from.
Status add_claim(store::View& view, const store::CaseRow& row, json::object& out) {
  const json::value* post = row.claim_post ? nullptr : row.details.if_contains("original_post");
  out["claim_original"] = nullptr;
  if (post != nullptr) {
    CLARION_TRY(auto found, store::find_post(view, post->as_int64()));
    if (found && !found->record.empty()) out["claim_original"] = claim_of_record(*found);
  }
  out["head"] = nullptr;
  if (row.claim_post) {
    CLARION_TRY(auto found, store::find_post(view, *row.claim_post));
    if (found) out["head"] = json::object{{"source", found->source}, {"post", found->id}};
  }
  const json::value* by_hand = row.details.if_contains("by_hand");
  out["by_hand"] = by_hand != nullptr ? *by_hand : json::value(json::array{});
  return ok();
}

Status add_posts(store::View& view, const store::CaseRow& row, std::int64_t after,
                 json::object& out) {
  CLARION_TRY(auto posts, store::posts_of_case(view, row.id, after, kPostsPage + 1));
  const bool more = posts.size() > static_cast<std::size_t>(kPostsPage);
  if (more) posts.pop_back();
  json::array shown, hits;
  for (const store::PostRow& post : posts) {
    json::object item;
    if (post.record.empty()) {
      item = {{"id", post.id}, {"source", post.source}, {"removed", true}};
    } else {
      item = json::parse(post.record).as_object();
    }
    item["score"] = post.score;
    item["received_at"] = model::to_text(post.received_at);
    shown.push_back(std::move(item));
    const json::value found = json::parse(post.hits);
    for (const json::value& hit : found.as_array()) {
      json::object with_post = hit.as_object();
      with_post["post_id"] = post.id;
      with_post["source"] = post.source;
      hits.push_back(std::move(with_post));
    }
  }
  out["posts"] = std::move(shown);
  out["posts_next"] = more ? json::value(std::to_string(posts.back().seq)) : json::value(nullptr);
  out["hits"] = std::move(hits);
  return ok();
}

/// A parameter as a person reads it: names of severities, topics and places instead of codes.
std::string in_words(std::string_view name, std::string_view value, ops::Lang lang) {
  if (name == "step") return ops::words(fmt::format("step_{}", value), lang);
  if (name == "severity") return ops::words(fmt::format("severity_{}", value), lang);
  if (const model::Topic* topic = name == "topic" ? model::find_topic(value) : nullptr)
    return lang == ops::Lang::en ? topic->en : topic->zh;
  if (const model::Region* place = name == "region" ? model::find_region(value) : nullptr) {
    return lang == ops::Lang::en ? place->name_en : place->name_zh;
  }
  return std::string(value);
}

/// The last step along the chain, or null.
json::value escalation_json(const store::CaseRow& row, ops::Lang lang) {
  const json::value* step = row.details.if_contains("escalation");
  if (step == nullptr || !step->is_object()) return nullptr;
  json::object out = step->get_object();
  out["reasons"] = reasons_in_words(out.if_contains("reasons"), lang);
  return out;
}

}  // namespace

json::array reasons_in_words(const json::value* reasons, ops::Lang lang) {
  json::array out;
  if (reasons == nullptr || !reasons->is_array()) return out;
  for (const json::value& reason : reasons->get_array()) {
    json::object shown = reason.as_object();
    ops::Params params;
    if (const json::value* given = shown.if_contains("params")) {
      for (const json::key_value_pair& param : given->as_object()) {
        params.emplace_back(param.key(), in_words(param.key(), param.value().as_string(), lang));
      }
    }
    shown["text"] = ops::words(string_or(shown, "code"), lang, params);
    out.push_back(std::move(shown));
  }
  return out;
}

Result<json::object> case_summary(store::View& view, const store::CaseRow& row, ops::Lang lang,
                                  model::Time now) {
  json::object out;
  out["id"] = row.id;
  out["mode"] = row.mode;
  out["state"] = row.state;
  out["version"] = row.version;
  out["priority"] = row.priority;
  out["priority_reasons"] = reasons_in_words(row.details.if_contains("priority_reasons"), lang);
  out["topics"] = json_of(row.topics);
  out["regions"] = json_of(row.regions);
  out["severity"] = name_of(row.severity);
  out["lang"] = row.lang;
  out["claim"] = row.claim;
  CLARION_TRY(out["group"], group_json(view, row, now));
  out["assignee"] = row.assignee ? json::value(*row.assignee) : json::value(nullptr);
  out["assignment_reasons"] = reasons_in_words(row.details.if_contains("assignment_reasons"), lang);
  out["waiting_reasons"] = reasons_in_words(row.details.if_contains("waiting_reasons"), lang);
  out["pinned"] = row.pinned && row.details.contains("pinned") ? row.details.at("pinned")
                                                               : json::value(nullptr);
  if (const json::value* at = row.details.if_contains("priority_at")) out["priority_at"] = *at;
  out["escalation"] = escalation_json(row, lang);
  out["lease_until"] = time_or_null(row.lease_until);
  out["due_at"] = time_or_null(row.due_at);
  out["created_at"] = model::to_text(row.created_at);
  out["changed_at"] = model::to_text(row.changed_at);
  if (const json::string* into = find_string(row.details, "merged_into"))
    out["merged_into"] = *into;
  for (const char* name : {"merged_from", "split_from"}) {
    if (const json::value* from = row.details.if_contains(name)) out[name] = *from;
  }
  return out;
}

Result<json::object> case_detail(store::View& view, const store::CaseRow& row, ops::Lang lang,
                                 std::int64_t posts_after, model::Time now,
                                 std::string_view viewer) {
  CLARION_TRY(auto out, case_summary(view, row, lang, now));
  CLARION_TRY(add_posts(view, row, posts_after, out));
  CLARION_TRY(out["candidates"], candidates_json(view, row));

  CLARION_TRY(auto verdicts, store::verdicts_of_case(view, row.id));
  CLARION_TRY(const auto asks, store::asks_of_case(view, row.id));
  const auto hidden = hidden_verdicts(row, asks, viewer);
  json::array judged;
  for (const store::VerdictRow& verdict : verdicts) {
    if (std::find(hidden.begin(), hidden.end(), verdict.id) != hidden.end()) continue;
    json::object item = json::parse(verdict.record).as_object();
    item["id"] = verdict.id;
    item["by"] = verdict.actor;
    item["at"] = model::to_text(verdict.at);
    judged.push_back(std::move(item));
  }
  out["verdicts"] = std::move(judged);
  out["judged_by"] =
      row.details.contains("judged_by") ? row.details.at("judged_by") : json::value(nullptr);
  out["panel"] = panel_json(row, asks, viewer, lang);
  out["asks"] = asks_json(asks);
  out["refusals"] = refusals_json(row);

  CLARION_TRY(add_notices(view, row, out));
  CLARION_TRY(add_claim(view, row, out));
  CLARION_TRY(auto said, store::judgements_of(view, row.id));
  json::array candidates;
  for (const store::Judgement& each : said) {
    candidates.push_back({{"debunk", each.debunk},
                          {"judgement", each.judgement},
                          {"by", each.actor},
                          {"at", model::to_text(each.at)}});
  }
  out["candidates_judged"] = std::move(candidates);

  CLARION_TRY(auto events, store::case_events(view, row.id));
  std::set<std::int64_t> undone;
  for (const store::CaseEvent& event : events) {
    const json::value* which = event.action == "undo" ? event.detail.if_contains("event") : nullptr;
    if (which != nullptr && which->is_int64()) undone.insert(which->as_int64());
  }
  json::array history;
  for (const store::CaseEvent& event : events) {
    json::object detail = event.detail;
    const bool can_undo = detail.contains(kUndo) && !undone.contains(event.seq);
    detail.erase(kUndo);
    if (const json::value* reasons = detail.if_contains("reasons"))
      detail["reasons"] = reasons_in_words(reasons, lang);
    history.push_back({{"event", event.seq},
                       {"at", model::to_text(event.at)},
                       {"by", event.actor},
                       {"action", event.action},
                       {"detail", std::move(detail)},
                       {"can_undo", can_undo},
                       {"undone", undone.contains(event.seq)}});
  }
  out["history"] = std::move(history);
  return out;
}

}  // namespace clarion::desk
