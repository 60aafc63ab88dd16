#include "desk/search.h"

#include "desk/actions.h"
#include "desk/evidence.h"
#include "group/keys.h"
#include "library/matcher.h"
#include "store/experts.h"
#include "store/meta.h"
#include "store/notices.h"
#include "store/own_work.h"
#include "store/regroup.h"
#include "store/workspace.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace clarion::desk {
namespace {

using identity::Actor;
using identity::RightsPolicy;

constexpr std::size_t kMostGrams = 300;       // of a document
constexpr std::size_t kMostAsked = 40;        // of a query
constexpr std::int64_t kMostSteps = 5000;     // along one gram
constexpr std::size_t kMostFound = 200;       // documents looked at in full
constexpr std::size_t kMostItems = 20;        // of each kind
constexpr std::int64_t kNoticesLooked = 500;  // the newest

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    out.push_back(text.substr(i, end - i));
    i = end;
  }
  return out;
}

std::int64_t hash_of_pair(std::string_view a, std::string_view b) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const std::string_view part : {a, b}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return static_cast<std::int64_t>(hash);
}

json::object short_case(const store::CaseRow& row) {
  return {{"id", row.id},
          {"claim", row.claim},
          {"state", row.state},
          {"severity", name_of(row.severity)},
          {"priority", row.priority},
          {"mode", row.mode},
          {"topics", json_of(row.topics)}};
}

/// The living case behind one, along merges.
Result<std::optional<store::CaseRow>> living(store::View& view, std::string id) {
  constexpr int kMostHops = 50;
  std::optional<store::CaseRow> row;
  for (int i = 0; i < kMostHops; ++i) {
    CLARION_TRY(row, store::find_case(view, id));
    if (!row || row->state != "merged") return row;
    id = string_or(row->details, "merged_into");
  }
  return row;
}

/// The id inside what was pasted: the words themselves, or the last part of an address of ours.
std::string_view id_in(std::string_view words, std::string_view prefix) {
  const std::size_t at = words.rfind(prefix);
  if (at == std::string_view::npos || (at > 0 && words[at - 1] != '/')) return {};
  constexpr std::size_t kLength = 26;  // of a ULID
  const std::string_view id = words.substr(at, prefix.size() + kLength);
  return id.size() == prefix.size() + kLength ? id : std::string_view{};
}

bool sees_notice(const store::NoticeRow& row, const Actor& actor, const json::object& form) {
  if (!identity::sees_mode(actor, row.mode)) return false;
  const json::value* regions = form.if_contains("regions");
  return regions == nullptr || identity::may_see_in(actor, strings_of(*regions));
}

Result<json::object> form_of(store::View& view, const store::NoticeRow& row) {
  if (row.draft) return *row.draft;
  CLARION_TRY(auto revision, store::find_revision(view, row.id, row.revision));
  return revision ? json::parse(revision->form).as_object() : json::object{};
}

std::string title_of(const json::object& form) {
  const json::value* content = form.if_contains("content");
  if (content == nullptr || !content->is_object()) return {};
  for (const char* lang : {"zh", "en"}) {
    const json::value* in = content->get_object().if_contains(lang);
    if (in == nullptr || !in->is_object()) continue;
    const std::string title(string_or(in->get_object(), "title"));
    if (!title.empty()) return title;
  }
  return {};
}

json::object short_notice(const store::NoticeRow& row, const json::object& form) {
  return {{"id", row.id},
          {"title", title_of(form)},
          {"state", row.draft ? row.draft_state : "published"},
          {"kind", string_or(form, "kind")},
          {"mode", row.mode}};
}

/// Experts write notices of their own cases alone, and see no others.
bool sees_notices(const Actor& actor, const RightsPolicy& policy) {
  return identity::grant(identity::Act::see_cases, actor, policy) == identity::Grant::yes;
}

/// The case of a post whose id was pasted, alone or behind its source and a space, slash or colon.
Result<json::value> jump_to_post(store::View& view, std::string_view words, const Actor& actor,
                                 const RightsPolicy& policy) {
  constexpr std::size_t kLongest = 256;
  constexpr std::int64_t kMostPosts = 20;
  const std::size_t split = words.find_first_of(" /:");
  for (const std::string_view id :
       {words, split == std::string_view::npos ? std::string_view{} : words.substr(split + 1)}) {
    if (id.empty() || id.size() > kLongest) continue;
    const std::string_view source = id.size() == words.size() ? "" : words.substr(0, split);
    CLARION_TRY(const auto posts, store::posts_with_id(view, id, kMostPosts));
    for (const store::PostPlace& post : posts) {
      if (!source.empty() && post.source != source) continue;
      CLARION_TRY(auto row, living(view, post.case_id));
      if (!row || !may_see(*row, actor, policy)) continue;
      json::object out = short_case(*row);
      out["type"] = "case";
      out["post"] = json::object{{"source", post.source}, {"id", id}};
      return json::value(std::move(out));
    }
  }
  return json::value(nullptr);
}

Result<json::value> jump(store::View& view, std::string_view words, const Actor& actor,
                         const RightsPolicy& policy) {
  if (const std::string_view id = id_in(words, "c_"); !id.empty()) {
    CLARION_TRY(auto row, store::find_case(view, id));
    if (row && may_see(*row, actor, policy)) {
      json::object out = short_case(*row);
      out["type"] = "case";
      return json::value(std::move(out));
    }
  }
  if (const std::string_view id = id_in(words, "n_"); !id.empty() && sees_notices(actor, policy)) {
    CLARION_TRY(auto row, store::find_notice(view, id));
    if (row) {
      CLARION_TRY(auto form, form_of(view, *row));
      if (sees_notice(*row, actor, form)) {
        json::object out = short_notice(*row, form);
        out["type"] = "notice";
        return json::value(std::move(out));
      }
    }
  }
  if (const std::int64_t key = group::address_key(words); key != 0) {
    constexpr std::int64_t kMostPosts = 20;
    CLARION_TRY(auto posts, store::posts_with_key(view, key, kMostPosts));
    for (const store::PostRow& post : posts) {
      CLARION_TRY(auto row, store::find_case(view, post.case_id));
      if (!row || !may_see(*row, actor, policy)) continue;
      json::object out = short_case(*row);
      out["type"] = "case";
      out["post"] = json::object{{"source", post.source}, {"id", post.id}};
      return json::value(std::move(out));
    }
  }
  return jump_to_post(view, words, actor, policy);
}

Result<json::array> find_cases(store::View& view, std::string_view folded, const Actor& actor,
                               const RightsPolicy& policy) {
  json::array out;
  const auto grams = search_grams(folded, kMostAsked);
  CLARION_TRY(auto found, store::find_texts(view, grams, kMostSteps, kMostFound));
  std::set<std::string> seen;
  for (const store::FoundText& text : found) {
    if (out.size() == kMostItems) break;
    std::string id = text.case_id;
    std::string original;
    if (text.post != 0) {
      CLARION_TRY(auto post, store::find_post(view, text.post));
      if (!post || post->record.empty()) continue;
      id = post->case_id;
      original = string_or(json::parse(post->record).as_object(), "text");
    }
    if (seen.contains(id)) continue;
    CLARION_TRY(auto row, living(view, id));
    if (!row || !may_see(*row, actor, policy)) continue;
    if (text.post == 0) original = row->claim;
    // Pieces say that it may be so; the text says that it is.
    if (text::fold(original).bytes.find(folded) == std::string::npos) continue;
    seen.insert(id);
    if (row->id != id && !seen.insert(row->id).second) continue;
    out.push_back(short_case(*row));
  }
  return out;
}

Result<json::array> find_notices(store::View& view, std::string_view folded, const Actor& actor) {
  json::array out;
  CLARION_TRY(auto rows, store::list_notices(view, false, "", kNoticesLooked));
  for (const store::NoticeRow& row : rows) {
    if (out.size() == kMostItems) break;
    CLARION_TRY(auto form, form_of(view, row));
    if (!sees_notice(row, actor, form)) continue;
    if (text::fold(json::serialize(form["content"])).bytes.find(folded) == std::string::npos)
      continue;
    out.push_back(short_notice(row, form));
  }
  return out;
}

}  // namespace

std::vector<std::int64_t> search_grams(std::string_view text, std::size_t most) {
  const std::string folded = text::fold(text).bytes;
  const auto characters = characters_of(folded);
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i + 1 < characters.size() && out.size() < most; ++i)
    out.push_back(hash_of_pair(characters[i], characters[i + 1]));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<json::object> search_desk(store::View& view, std::string_view words, const Actor& actor,
                                 const RightsPolicy& policy, library::Library& library,
                                 const ResourceSearch& resources) {
  while (!words.empty() && words.front() == ' ') words.remove_prefix(1);
  while (!words.empty() && words.back() == ' ') words.remove_suffix(1);
  json::object out;
  CLARION_TRY(out["jump"], jump(view, words, actor, policy));
  const std::string folded = text::fold(words).bytes;
  CLARION_TRY(out["cases"], find_cases(view, folded, actor, policy));
  out["notices"] = json::array{};
  if (sees_notices(actor, policy) && !folded.empty()) {
    CLARION_TRY(out["notices"], find_notices(view, folded, actor));
  }
  json::array debunks, experts;
  if (identity::allowed(identity::Act::see_library, actor, policy, true)) {
    constexpr std::size_t kMostDebunks = 5;
    const auto answer = library.match(folded, kMostDebunks);
    for (const library::Match& match : answer.matches) {
      if (match.score < library::kSuggest) break;
      const library::Debunk& debunk = match.entry->debunk;
      debunks.push_back({{"id", debunk.id},
                         {"claim", library::headline(debunk)},
                         {"verdict", debunk.verdict},
                         {"score", match.score}});
    }
  }
  out["debunks"] = std::move(debunks);
  if (identity::allowed(identity::Act::see_experts, actor, policy, true) && !folded.empty()) {
    CLARION_TRY(auto rows, store::list_experts(view));
    for (const store::ExpertRow& row : rows) {
      if (experts.size() == kMostItems) break;
      const std::string all =
          fmt::format("{} {} {}", string_or(row.record, "name"),
                      string_or(row.record, "affiliation"), row.account.value_or(""));
      if (text::fold(all).bytes.find(folded) == std::string::npos) continue;
      experts.push_back({{"id", row.id},
                         {"name", string_or(row.record, "name")},
                         {"affiliation", string_or(row.record, "affiliation")}});
    }
  }
  out["experts"] = std::move(experts);
  out["resources"] = json::array{};
  if (resources && identity::allowed(identity::Act::see_library, actor, policy, true)) {
    CLARION_TRY(auto found, resources(view, words, kMostItems));
    if (!found.empty() && found.front().as_object().erase("exact") > 0 && out["jump"].is_null()) {
      json::object exact = found.front().as_object();
      exact["type"] = "resource";
      out["jump"] = std::move(exact);
    }
    out["resources"] = std::move(found);
  }
  return out;
}

namespace {

constexpr std::string_view kIndexed = "search_posts";  // meta: seq of the last post looked at

Result<std::int64_t> indexed(store::View& view) {
  CLARION_TRY(auto text, store::find_meta(view, kIndexed));
  std::int64_t seq = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), seq);
  return seq;
}

}  // namespace

Result<bool> posts_wait_for_index(store::View& view) {
  CLARION_TRY(auto after, indexed(view));
  CLARION_TRY(auto next, store::posts_to_index(view, after, 1));
  return !next.empty();
}

Result<bool> index_new_posts(store::Tx& tx, std::int64_t most) {
  CLARION_TRY(auto after, indexed(tx));
  CLARION_TRY(auto next, store::posts_to_index(tx, after, most));
  if (next.empty()) return false;
  for (const std::int64_t seq : next) {
    CLARION_TRY(auto post, store::find_post(tx, seq));
    if (!post || post->record.empty()) continue;
    CLARION_TRY(auto of, store::find_case(tx, post->case_id));
    if (of && of->claim_post && *of->claim_post != seq) {
      CLARION_TRY(auto head, store::find_post(tx, *of->claim_post));
      if (head && head->text_hash == post->text_hash) continue;
    }
    const json::value record = json::parse(post->record);
    CLARION_TRY(store::index_text(tx, "", seq,
                                  search_grams(string_or(record.as_object(), "text"), kMostGrams)));
  }
  CLARION_TRY(store::set_meta(tx, kIndexed, std::to_string(next.back())));
  return static_cast<std::int64_t>(next.size()) == most;
}

Status index_post_anew(store::Tx& tx, std::int64_t seq) {
  CLARION_TRY(store::drop_post_text(tx, seq));
  CLARION_TRY(auto up_to, indexed(tx));
  CLARION_TRY(auto post, store::find_post(tx, seq));
  if (seq > up_to || !post || post->record.empty()) return ok();  // its turn comes
  const json::value record = json::parse(post->record);
  return store::index_text(tx, "", seq,
                           search_grams(string_or(record.as_object(), "text"), kMostGrams));
}

Status index_claim(store::Tx& tx, const store::CaseRow& row) {
  CLARION_TRY(store::drop_text(tx, row.id, 0));
  if (row.claim_post || row.claim.empty()) return ok();
  return store::index_text(tx, row.id, 0, search_grams(row.claim, kMostGrams));
}

}  // namespace clarion::desk
