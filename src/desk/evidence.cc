#include "desk/evidence.h"

#include "base/json.h"
#include "desk/candidates.h"
#include "desk/deadlines.h"
#include "desk/priority.h"
#include "desk/refusals.h"
#include "desk/tell.h"
#include "desk/waiting.h"
#include "group/spread.h"
#include "store/meta.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace clarion::desk {
namespace {

std::string claim_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++count > kClaimCharacters) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::string claim_of(const model::Post& post) {
  if (!post.text.empty()) return claim_of(post.text);
  for (const model::Post::Media& media : post.media) {
    if (!media.text.empty()) return claim_of(media.text);
  }
  return {};
}

void add_missing(std::vector<std::string>& list, const std::vector<std::string>& more,
                 std::size_t most) {
  for (const std::string& item : more) {
    if (list.size() < most && std::find(list.begin(), list.end(), item) == list.end())
      list.push_back(item);
  }
  std::sort(list.begin(), list.end());
}

std::uint64_t reach_of(const model::Post& post) {
  return post.reposts + post.comments + post.likes + post.author.followers / 100;
}

double number(const json::object& details, std::string_view name) {
  const json::value* value = details.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

/// Counts the evidence into the row: severity, topics, regions and what its priority is made of.
/// What a person wrote stays.
Status weigh(store::Tx& tx, const DeskOptions& options, store::CaseRow& row,
             const Evidence& evidence, const Spreading& spreading) {
  constexpr std::size_t kMostPlaces = 64;
  const model::Severity before = row.severity;
  if (!written_by_hand(row, "severity"))
    row.severity = std::max(row.severity, evidence.scan.severity);
  if (!written_by_hand(row, "topics")) add_missing(row.topics, evidence.scan.topics, 34);
  if (!written_by_hand(row, "regions"))
    add_missing(row.regions, evidence.scan.regions, kMostPlaces);
  row.details["score"] = std::max(number(row.details, "score"), evidence.scan.score);
  row.details["reach"] = number(row.details, "reach") + static_cast<double>(std::min<std::uint64_t>(
                                                            reach_of(evidence.post), 1U << 30U));
  if (!row.due_at && row.version == 1) begin_deadline(row, options, tx.now());
  if (row.severity != before) move_deadline(row, options, tx.now());
  CLARION_TRY(const auto hazards, hazards_of(tx, options));
  reprice(row, spreading, *hazards, tx.now());
  set_alarm(row, tx.now());
  return ok();
}

}  // namespace

json::object post_json(const model::Post& post, const ops::Zone& zone) {
  json::object out;
  out["id"] = post.id;
  out["source"] = post.source;
  out["text"] = post.text;
  json::object author;
  if (!post.author.id.empty()) author["id"] = post.author.id;
  if (!post.author.name.empty()) author["name"] = post.author.name;
  if (post.author.verified) author["verified"] = true;
  if (post.author.followers > 0) author["followers"] = post.author.followers;
  if (!author.empty()) out["author"] = std::move(author);
  const auto put = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  put("lang", post.lang);
  put("url", post.url);
  put("repost_of", post.repost_of);
  put("reply_to", post.reply_to);
  const auto put_time = [&out, &zone](std::string_view name,
                                      const std::optional<model::CivilOrInstant>& time) {
    if (!time) return;
    out[name] = model::to_text(zone.resolve(*time));
    if (time->date_only) out[std::string(name) + "_approximate"] = true;
  };
  put_time("created_at", post.created_at);
  put_time("edited_at", post.edited_at);
  out["metrics"] = {{"reposts", post.reposts}, {"comments", post.comments}, {"likes", post.likes}};
  if (!post.region.empty()) out["geo"] = {{"region", post.region}};
  if (!post.media.empty()) {
    json::array media;
    for (const model::Post::Media& each : post.media) {
      json::object item;
      item["type"] = each.type;
      item["url"] = each.url;
      if (!each.hash.empty()) item["hash"] = each.hash;
      if (!each.text.empty()) item["text"] = each.text;
      media.push_back(std::move(item));
    }
    out["media"] = std::move(media);
  }
  if (post.rev) out["rev"] = *post.rev;
  return out;
}

json::array hits_json(const model::ScanResult& scan) {
  json::array out;
  for (const model::Hit& hit : scan.hits) {
    json::object item;
    item["rule"] = hit.rule;
    item["version"] = hit.version;
    item["view"] = name_of(hit.view);
    item["span"] = {hit.from, hit.to};
    item["text"] = hit.text;
    item["weight"] = hit.weight;
    if (hit.shadow) item["shadow"] = true;
    if (hit.media >= 0) item["media"] = hit.media;
    out.push_back(std::move(item));
  }
  return out;
}

Result<store::CaseRow> open_case(store::Tx& tx, const DeskOptions& options, std::string id,
                                 const Evidence& evidence, library::Library* library) {
  store::CaseRow row;
  row.id = std::move(id);
  row.org = options.org;
  row.mode = evidence.group.mode;
  row.state = "open";
  row.lang = evidence.post.lang.empty() ? "zh" : evidence.post.lang;
  row.claim = claim_of(evidence.post);
  row.claim_post = evidence.row.seq;
  row.group = evidence.group.id;
  row.created_at = row.changed_at = tx.now();
  CLARION_TRY(weigh(tx, options, row, evidence,
                    {evidence.group.size, evidence.group.rate, evidence.group.first_seen}));
  if (library != nullptr) match_case(row, *library);
  std::unique_ptr<Team> own;
  CLARION_TRY(Team * team, team_of(tx, options, own));
  const auto choice =
      place(row, {row.topics, row.regions, row.lang, sources_of(evidence.group), {}}, *team);
  set_alarm(row, tx.now());
  if (choice) ++row.version;
  CLARION_TRY(store::add_case(tx, row));
  CLARION_TRY(store::add_case_event(tx, row.id, "system", "open", {{"group", evidence.group.id}}));
  if (choice) {
    CLARION_TRY(tell_placed(tx, row, *choice));
  }
  return row;
}

Status grow_case(store::Tx& tx, const DeskOptions& options, const Evidence& evidence) {
  CLARION_TRY(auto row, store::find_case(tx, evidence.row.case_id));
  if (!row)
    return Error{Errc::corrupt,
                 fmt::format("group {} names a case that is not there", evidence.group.id)};
  const store::CaseRow before = *row;
  Spreading spreading{evidence.group.size, evidence.group.rate, evidence.group.first_seen};
  if (row->details.contains("merged_from")) {
    CLARION_TRY(spreading, spreading_of(tx, *row, tx.now()));
  }
  CLARION_TRY(weigh(tx, options, *row, evidence, spreading));
  if (row->claim.empty() && row->claim_post) {  // the post it was made of is gone
    row->claim = claim_of(evidence.post);
    row->claim_post = evidence.row.seq;
  }
  ++row->version;
  const bool same = row->severity == before.severity && row->topics == before.topics &&
                    row->regions == before.regions && row->claim == before.claim;
  return store::update_case(tx, *row, same ? store::CaseChange::figures : store::CaseChange::any);
}

Status edit_case(store::Tx& tx, const Evidence& evidence, library::Library* library) {
  CLARION_TRY(auto row, store::find_case(tx, evidence.row.case_id));
  if (!row)
    return Error{Errc::corrupt,
                 fmt::format("post {} names a case that is not there", evidence.row.seq)};
  ++row->version;
  CLARION_TRY(store::update_case(tx, *row));
  CLARION_TRY(auto ids, store::cases_with_claim_of(tx, evidence.row.seq));
  for (const std::string& id : ids) {
    CLARION_TRY(auto named, store::find_case(tx, id));
    if (!named) continue;
    named->claim = claim_of(evidence.post);
    if (library != nullptr) match_case(*named, *library);
    if (id != row->id) {
      ++named->version;
      CLARION_TRY(store::drop_answers_of_case(tx, id));
    }
    CLARION_TRY(store::update_case(tx, *named));
  }
  return ok();
}

Status forget_text(store::Tx& tx, std::int64_t post_seq) {
  CLARION_TRY(auto ids, store::cases_with_claim_of(tx, post_seq));
  for (const std::string& id : ids) {
    CLARION_TRY(auto row, store::find_case(tx, id));
    if (!row) continue;
    row->claim.clear();
    constexpr std::int64_t kPage = 100;
    CLARION_TRY(auto posts, store::posts_of_case(tx, id, 0, kPage));
    for (const store::PostRow& post : posts) {
      if (post.record.empty()) continue;
      row->claim = claim_of_record(post);
      row->claim_post = post.seq;
      break;
    }
    ++row->version;
    CLARION_TRY(store::drop_answers_of_case(tx, id));
    CLARION_TRY(store::update_case(tx, *row));
  }
  return ok();
}

Result<Spreading> spreading_of(store::View& view, const store::CaseRow& row, model::Time now) {
  Spreading out{0, 0, now};
  CLARION_TRY(auto groups, store::groups_of_case(view, row.id));
  for (const store::GroupRow& group : groups) {
    out.posts += group.size;
    out.first_seen = std::min(out.first_seen, group.first_seen);
    out.rate += group::rate_at(group.rate, group.first_seen, group.last_seen, now);
  }
  return out;
}

Status weigh_anew(store::Tx& tx, store::CaseRow& row) {
  CLARION_TRY(const auto spreading, spreading_of(tx, row, tx.now()));
  CLARION_TRY(const auto hazards, store::list_hazards(tx, tx.now()));
  reprice(row, spreading, hazards, tx.now());
  return ok();
}

std::string claim_of_record(const store::PostRow& post) {
  if (post.record.empty()) return {};
  const json::value record = json::parse(post.record);
  const json::object& object = record.as_object();
  if (const std::string_view text = string_or(object, "text"); !text.empty()) return claim_of(text);
  const json::value* media = object.if_contains("media");
  if (media == nullptr || !media->is_array()) return {};
  for (const json::value& each : media->get_array()) {
    const std::string_view text =
        each.is_object() ? string_or(each.get_object(), "text") : std::string_view();
    if (!text.empty()) return claim_of(text);
  }
  return {};
}

std::uint64_t reach_of_record(const store::PostRow& post) {
  if (post.record.empty()) return 0;
  const json::value record = json::parse(post.record);
  const auto count = [](const json::value* object, std::string_view name) -> std::uint64_t {
    const json::value* value =
        object != nullptr && object->is_object() ? object->get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
  };
  const json::value* metrics = record.as_object().if_contains("metrics");
  return count(metrics, "reposts") + count(metrics, "comments") + count(metrics, "likes") +
         count(record.as_object().if_contains("author"), "followers") / 100;
}

bool written_by_hand(const store::CaseRow& row, std::string_view member) {
  const json::value* list = row.details.if_contains("by_hand");
  if (list == nullptr) return false;
  const auto names = strings_of(*list);
  return std::find(names.begin(), names.end(), member) != names.end();
}

Result<std::size_t> end_leases(store::Tx& tx, const DeskOptions& options) {
  constexpr std::int64_t kMost = 100;
  CLARION_TRY(auto lost, store::lost_leases(tx, tx.now(), kMost));
  std::set<std::string> holders;
  for (store::CaseRow& row : lost) {
    const std::string holder = row.assignee.value_or("");
    holders.insert(holder);
    row.state = "open";
    row.assignee.reset();
    row.lease_until.reset();
    row.details.erase("assignment_reasons");
    row.details.erase("claimed_at");
    remember_refusal(row, holder, "lease_lost", tx.now());
    ++row.version;
    CLARION_TRY(store::add_case_event(tx, row.id, "system", "lease_lost", {{"holder", holder}}));
    CLARION_TRY(tell(tx, {holder}, "message_lease_lost", row, {}));
    CLARION_TRY(store::update_case(tx, row));
  }
  for (store::CaseRow& row : lost) {
    CLARION_TRY(give_out(tx, options, row));
    set_alarm(row, tx.now());
    CLARION_TRY(store::update_case(tx, row));
  }
  for (const std::string& holder : holders) {
    CLARION_TRY(route_waiting(tx, options, holder));
  }
  return lost.size();
}

Result<std::size_t> reprice_due(store::Tx& tx, const DeskOptions& options) {
  constexpr std::int64_t kMost = 100;
  CLARION_TRY(auto rows, store::due_repricing(tx, tx.now(), kMost));
  if (rows.empty()) return 0U;
  CLARION_TRY(const auto hazards, hazards_of(tx, options));
  for (store::CaseRow& row : rows) {
    if (row.state != "open" && row.state != "assigned" && row.state != "in_review") {
      row.reprice_at.reset();
    } else {
      CLARION_TRY(const auto spreading, spreading_of(tx, row, tx.now()));
      const std::int64_t before = row.priority;
      reprice(row, spreading, *hazards, tx.now());
      if (row.priority != before) ++row.version;
    }
    CLARION_TRY(store::update_case(tx, row, store::CaseChange::figures));
  }
  return rows.size();
}

}  // namespace clarion::desk
