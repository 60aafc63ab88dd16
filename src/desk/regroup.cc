// Merge and split: which posts are one matter.
#include "desk/action_parts.h"
#include "desk/candidates.h"
#include "desk/deadlines.h"
#include "desk/evidence.h"
#include "group/spread.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/regroup.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace clarion::desk {
namespace {

using store::CaseRow;

constexpr std::size_t kMostPosts = 500;
constexpr std::size_t kMostTopics = 34, kMostRegions = 64;

double number(const json::object& details, std::string_view name) {
  const json::value* value = details.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

/// Adds what is missing; gives what was added.
std::vector<std::string> add_missing(std::vector<std::string>& list,
                                     const std::vector<std::string>& more, std::size_t most) {
  std::vector<std::string> added;
  for (const std::string& item : more) {
    if (list.size() >= most || std::find(list.begin(), list.end(), item) != list.end()) continue;
    list.push_back(item);
    added.push_back(item);
  }
  std::sort(list.begin(), list.end());
  return added;
}

/// The case that `into` names, when this person may merge into it.
Result<CaseRow> find_target(const Work& work, http::Fields& fields) {
  const CaseAction& action = work.action;
  const std::string into = fields.required_text("into", 64);
  std::optional<CaseRow> target;
  if (!into.empty() && into != work.row.id) {
    CLARION_TRY(target, store::find_case(action.tx, into));
  }
  if (target && !may_see(*target, action.actor, action.policy)) target.reset();
  if (target && target->mode != work.row.mode) {
    fields.problem("into", "merge_other_mode");
  } else if (!target && !into.empty()) {
    fields.problem("into", into == work.row.id ? "merge_into_itself" : "case_unknown");
  }
  CLARION_TRY(fields.finish());
  CLARION_TRY(identity::may_act_in(action.actor, target->regions));
  if (state_is(*target, {"merged", "dismissed"})) return wrong_state(*target);
  return std::move(*target);
}

std::vector<std::string> merged_from(const CaseRow& row) {
  const json::value* list = row.details.if_contains("merged_from");
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

/// The posts that split names, in the order given; each stands in this case.
Result<std::vector<store::PostRow>> read_posts(const Work& work, http::Fields& fields) {
  std::vector<store::PostRow> out;
  const json::value* value = fields.take("posts");
  const json::array* items = value != nullptr ? value->if_array() : nullptr;
  if (items == nullptr || items->empty()) {
    fields.problem("posts", "field_required");
    return out;
  }
  if (items->size() > kMostPosts) {
    fields.problem("posts", "field_too_many", {{"max", std::to_string(kMostPosts)}});
    return out;
  }
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string place = fmt::format("posts/{}", i);
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      fields.problem(place, "field_type", {{"type", "object"}});
      continue;
    }
    http::Fields item(*object, "/" + place);
    const std::string source = item.required_text("source", 64);
    const std::string id = item.required_text("id", 256);
    static_cast<void>(item.finish());
    fields.join(item);
    CLARION_TRY(auto post, store::find_post(work.action.tx, work.row.mode, source, id));
    if (!post || post->case_id != work.row.id) {
      if (!source.empty() && !id.empty()) fields.problem(place, "post_unknown");
    } else if (seen.insert(post->seq).second) {
      out.push_back(std::move(*post));
    }
  }
  return out;
}

}  // namespace

Status recount_group(store::Tx& tx, std::int64_t id) {
  CLARION_TRY(auto group, store::find_group(tx, id));
  if (!group) return Error{Errc::corrupt, fmt::format("group {} is not there", id)};
  group::Spread spread;
  group->size = 0;
  group->rate = 0;
  CLARION_TRY(store::each_arrival(tx, id, [&](std::string_view source, model::Time at) {
    if (group->size++ == 0) group->first_seen = group->last_seen = at;
    spread.count(source, at);
    group->rate = group::rate_after_post(group->rate, group->first_seen, group->last_seen, at);
    group->last_seen = std::max(group->last_seen, at);
  }));
  group->figures = spread.to_text();
  return store::update_group(tx, *group);
}

Result<Outcome> merge(const Work& work) {
  store::Tx& tx = work.action.tx;
  CaseRow& row = work.row;
  if (state_is(row, {"merged"})) return wrong_state(row);
  http::Fields fields(work.body);
  CLARION_TRY(auto into, find_target(work, fields));

  json::array moved;
  CLARION_TRY(auto groups, store::groups_of_case(tx, row.id));
  for (const store::GroupRow& group : groups) {
    CLARION_TRY(store::move_group(tx, group.id, into.id));
    moved.emplace_back(group.id);
  }
  CLARION_TRY(
      store::drop_answers_of_case(tx, row.id));  // they show posts that are not its any more

  json::object undo{{"holding", holding_of(row)},
                    {"groups", std::move(moved)},
                    {"severity", name_of(into.severity)}};
  undo["topics"] =
      json_of(written_by_hand(into, "topics") ? std::vector<std::string>{}
                                              : add_missing(into.topics, row.topics, kMostTopics));
  undo["regions"] = json_of(written_by_hand(into, "regions")
                                ? std::vector<std::string>{}
                                : add_missing(into.regions, row.regions, kMostRegions));
  if (!written_by_hand(into, "severity")) into.severity = std::max(into.severity, row.severity);
  into.details["score"] = std::max(number(into.details, "score"), number(row.details, "score"));
  into.details["reach"] = number(into.details, "reach") + number(row.details, "reach");
  std::vector<std::string> from = merged_from(into);
  from.push_back(row.id);
  for (std::string& earlier : merged_from(row)) from.push_back(std::move(earlier));
  into.details["merged_from"] = json_of(from);
  CLARION_TRY(weigh_anew(tx, into));
  ++into.version;
  CLARION_TRY(store::update_case(tx, into));
  CLARION_TRY(auto ours, store::last_event(tx, row.id));
  CLARION_TRY(store::add_case_event(tx, into.id, work.action.actor.account, "merged_in",
                                    {{"from", row.id}, {"event", ours + 1}}));
  CLARION_TRY(store::append_audit(tx, work.action.actor.name(), "case.merged_in", into.id,
                                  {{"from", row.id}, {"version", into.version}}));
  CLARION_TRY(undo["their_event"], store::last_event(tx, into.id));

  row.state = "merged";
  let_go(row);
  row.details["merged_into"] = into.id;
  return Outcome{{{"into", into.id}, {kUndo, std::move(undo)}}, {{"into", into.id}}, true};
}

Result<Outcome> split(const Work& work) {
  store::Tx& tx = work.action.tx;
  CaseRow& row = work.row;
  if (state_is(row, {"merged"})) return wrong_state(row);
  http::Fields fields(work.body);
  CLARION_TRY(auto posts, read_posts(work, fields));
  CLARION_TRY(auto count, store::count_posts(tx, row.id));
  const auto head = std::find_if(posts.begin(), posts.end(), [](const store::PostRow& post) {
    return !claim_of_record(post).empty();
  });
  if (!posts.empty() && static_cast<std::int64_t>(posts.size()) >= count.posts) {
    fields.problem("posts", "split_all");
  } else if (!posts.empty() && head == posts.end()) {
    fields.problem("posts", "split_without_text");
  }
  CLARION_TRY(fields.finish());

  CaseRow made;
  made.id = tx.ids().make("c_");
  store::GroupRow group;
  std::vector<std::uint64_t> scratch;
  const json::value record = json::parse(head->record);
  const group::Sketch sketch =
      group::sketch_of(text::fold(string_or(record.as_object(), "text")).bytes, scratch);
  group.mode = row.mode;
  group.sketch = group::to_bytes(sketch);
  group.first_seen = group.last_seen = tx.now();
  group.figures = group::Spread().to_text();
  group.case_id = made.id;
  CLARION_TRY(store::add_group(tx, group));
  json::array moved;
  std::set<std::int64_t> left;
  double score = 0, reach = 0;
  for (const store::PostRow& post : posts) {
    CLARION_TRY(store::move_post(tx, post.seq, group.id, made.id));
    moved.push_back(json::array{post.seq, post.group});
    left.insert(post.group);
    score = std::max(score, post.score);
    reach += static_cast<double>(std::min<std::uint64_t>(reach_of_record(post), 1U << 30U));
  }
  left.insert(group.id);
  for (const std::int64_t id : left) {
    CLARION_TRY(recount_group(tx, id));
  }
  CLARION_TRY(store::drop_answers_of_case(tx, row.id));
  if (work.action.options.group_changed)
    work.action.options.group_changed(tx, row.mode, group.id, &sketch);

  made.org = row.org;
  made.mode = row.mode;
  made.state = "open";
  made.lang = row.lang;
  made.claim = claim_of_record(*head);
  made.claim_post = head->seq;
  made.group = group.id;
  made.topics = row.topics;
  made.regions = row.regions;
  made.severity = row.severity;
  made.details = {{"score", score}, {"reach", reach}, {"split_from", row.id}};
  made.created_at = made.changed_at = tx.now();
  if (work.action.options.library != nullptr) match_case(made, *work.action.options.library);
  begin_deadline(made, work.action.options, tx.now());
  CLARION_TRY(weigh_anew(tx, made));
  set_alarm(made, tx.now());
  CLARION_TRY(store::add_case(tx, made));
  CLARION_TRY(auto ours, store::last_event(tx, row.id));
  CLARION_TRY(store::add_case_event(tx, made.id, work.action.actor.account, "split_from",
                                    {{"from", row.id}, {"event", ours + 1}}));
  CLARION_TRY(store::append_audit(tx, work.action.actor.name(), "case.split_from", made.id,
                                  {{"from", row.id}, {"version", made.version}}));

  json::object undo{{"posts", std::move(moved)},
                    {"group", group.id},
                    {"their_event", 1},
                    {"score", number(row.details, "score")},
                    {"reach", number(row.details, "reach")}};
  CLARION_TRY(auto rest, store::count_posts(tx, row.id));
  row.details["score"] = rest.score;
  row.details["reach"] = std::max(0.0, number(row.details, "reach") - reach);
  const bool lost_claim =
      std::any_of(posts.begin(), posts.end(),
                  [&row](const store::PostRow& post) { return row.claim_post == post.seq; });
  if (lost_claim) {
    undo["claim_post"] = *row.claim_post;
    constexpr std::int64_t kPage = 100;
    CLARION_TRY(auto remaining, store::posts_of_case(tx, row.id, 0, kPage));
    row.claim.clear();
    row.claim_post = remaining.empty() ? row.claim_post : remaining.front().seq;
    for (const store::PostRow& post : remaining) {
      if (post.record.empty()) continue;
      row.claim = claim_of_record(post);
      row.claim_post = post.seq;
      break;
    }
    if (work.action.options.library != nullptr) match_case(row, *work.action.options.library);
  }
  CLARION_TRY(weigh_anew(tx, row));
  return Outcome{{{"into", made.id}, {"posts", posts.size()}, {kUndo, std::move(undo)}},
                 {{"into", made.id}, {"posts", posts.size()}},
                 true};
}

Status undo_merge(const Work& work, const store::CaseEvent& event, const json::object& data) {
  store::Tx& tx = work.action.tx;
  CaseRow& row = work.row;
  if (row.state != "merged") return wrong_state(row);
  CLARION_TRY(auto into, store::find_case(tx, string_or(event.detail, "into")));
  if (!into) return Error{Errc::corrupt, "the case that was merged into is not there"};
  CLARION_TRY(identity::may_act_in(work.action.actor, into->regions));
  CLARION_TRY(auto theirs, store::case_events(tx, into->id));
  CLARION_TRY(nothing_newer(theirs, data.at("their_event").as_int64(),
                            {"verdict", "close", "dismiss", "merge", "split", "reopen"}));
  for (const json::value& group : data.at("groups").as_array()) {
    CLARION_TRY(store::move_group(tx, group.as_int64(), row.id));
  }
  CLARION_TRY(store::drop_answers_of_case(tx, into->id));

  const auto take_out = [](std::vector<std::string>& list, const json::value& added) {
    for (const std::string& item : strings_of(added)) std::erase(list, item);
  };
  if (!written_by_hand(*into, "topics")) take_out(into->topics, data.at("topics"));
  if (!written_by_hand(*into, "regions")) take_out(into->regions, data.at("regions"));
  if (!written_by_hand(*into, "severity") && into->severity == row.severity) {
    into->severity = model::parse_severity(string_or(data, "severity")).value_or(into->severity);
  }
  CLARION_TRY(auto rest, store::count_posts(tx, into->id));
  into->details["score"] = rest.score;
  into->details["reach"] =
      std::max(0.0, number(into->details, "reach") - number(row.details, "reach"));
  std::vector<std::string> from = merged_from(*into);
  std::erase(from, row.id);
  for (const std::string& earlier : merged_from(row)) std::erase(from, earlier);
  if (from.empty()) {
    into->details.erase("merged_from");
  } else {
    into->details["merged_from"] = json_of(from);
  }
  CLARION_TRY(weigh_anew(tx, *into));
  ++into->version;
  CLARION_TRY(store::update_case(tx, *into));
  CLARION_TRY(store::add_case_event(tx, into->id, work.action.actor.account, "merge_undone",
                                    {{"from", row.id}}));
  CLARION_TRY(store::append_audit(tx, work.action.actor.name(), "case.merge_undone", into->id,
                                  {{"from", row.id}, {"version", into->version}}));
  put_back_holding(row, data.at("holding").as_object());
  row.details.erase("merged_into");
  CLARION_TRY(auto own, store::count_posts(tx, row.id));  // with what came since
  row.details["score"] = own.score;
  return weigh_anew(tx, row);
}

Status undo_split(const Work& work, const store::CaseEvent& event, const json::object& data) {
  store::Tx& tx = work.action.tx;
  CaseRow& row = work.row;
  if (row.state == "merged") return wrong_state(row);
  CLARION_TRY(auto made, store::find_case(tx, string_or(event.detail, "into")));
  if (!made) return Error{Errc::corrupt, "the case that was split off is not there"};
  CLARION_TRY(auto ours, store::case_events(tx, row.id));
  CLARION_TRY(nothing_newer(ours, event.seq, {"verdict", "close", "dismiss", "merge", "reopen"}));
  CLARION_TRY(auto theirs, store::case_events(tx, made->id));
  CLARION_TRY(nothing_newer(theirs, data.at("their_event").as_int64(), {"*"}));

  const std::int64_t group = data.at("group").as_int64();
  std::set<std::int64_t> back;
  for (const json::value& each : data.at("posts").as_array()) {
    const std::int64_t seq = each.as_array().at(0).as_int64();
    const std::int64_t home = each.as_array().at(1).as_int64();
    CLARION_TRY(store::move_post(tx, seq, home, row.id));
    back.insert(home);
  }
  // What came since is near what was split off, and goes with it.
  const std::int64_t home = data.at("posts").as_array().at(0).as_array().at(1).as_int64();
  CLARION_TRY(store::move_posts(tx, group, home, row.id));
  for (const std::int64_t id : back) {
    CLARION_TRY(recount_group(tx, id));
  }
  if (work.action.options.group_changed)
    work.action.options.group_changed(tx, row.mode, group, nullptr);
  CLARION_TRY(store::drop_answers_of_case(tx, made->id));

  made->state = "merged";
  let_go(*made);
  made->group.reset();
  made->details["merged_into"] = row.id;
  ++made->version;
  CLARION_TRY(store::update_case(tx, *made));
  CLARION_TRY(store::remove_group(tx, group));
  CLARION_TRY(store::add_case_event(tx, made->id, work.action.actor.account, "split_undone",
                                    {{"into", row.id}}));
  CLARION_TRY(store::append_audit(tx, work.action.actor.name(), "case.split_undone", made->id,
                                  {{"into", row.id}, {"version", made->version}}));

  CLARION_TRY(auto all, store::count_posts(tx, row.id));
  row.details["score"] = all.score;
  row.details["reach"] = number(row.details, "reach") + number(made->details, "reach");
  if (const json::value* claim = data.if_contains("claim_post");
      claim != nullptr && row.claim_post) {
    CLARION_TRY(auto post, store::find_post(tx, claim->as_int64()));
    if (post && !post->record.empty()) {
      row.claim = claim_of_record(*post);
      row.claim_post = post->seq;
      if (work.action.options.library != nullptr) match_case(row, *work.action.options.library);
    }
  }
  return weigh_anew(tx, row);
}

}  // namespace clarion::desk
