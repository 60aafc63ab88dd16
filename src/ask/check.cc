#include "ask/check.h"

#include "notice/notice_view.h"
#include "store/notices.h"
#include "text/fold.h"

namespace clarion::ask {
namespace {

constexpr std::size_t kMost = 5;

json::object debunk_json(const library::Match& match) {
  json::object out = library::to_json(match.entry->debunk);
  // What a reader is shown; other members are the desk's.
  for (const char* name : {"source_topic", "claim_appearances"}) out.erase(name);
  out["score"] = match.score;
  out["known"] = match.known;
  return out;
}

/// What a search box shows of a notice; the whole one is at GET /v1/notices/{id}.
Result<std::optional<json::object>> notice_json(store::View& view, const library::Match& match,
                                                model::Time now) {
  const std::string& id = match.entry->debunk.id;
  CLARION_TRY(auto row, store::find_notice(view, id));
  if (!row || row->revision == 0 || row->mode != "Actual") return std::nullopt;
  CLARION_TRY(auto revision, store::find_revision(view, id, row->revision));
  if (!revision || revision->action == "withdraw") return std::nullopt;  // just now
  const json::object whole = notice::public_view(*revision, row->revision, now);
  json::object out;
  for (const char* name : {"id", "revision", "kind", "state", "severity", "topics", "regions",
                           "verdict", "claim", "published_at", "expires_at", "links"}) {
    if (const json::value* value = whole.if_contains(name)) out[name] = *value;
  }
  json::object title, summary;
  if (const json::value* content = whole.if_contains("content")) {
    for (const json::key_value_pair& language : content->as_object()) {
      const json::object& words = language.value().as_object();
      title[language.key()] = string_or(words, "title");
      summary[language.key()] = string_or(words, "summary");
    }
  }
  out["title"] = std::move(title);
  out["summary"] = std::move(summary);
  out["score"] = match.score;
  out["known"] = match.known;
  return out;
}

}  // namespace

Result<json::object> check_text(store::View& view, library::Library& library, std::string_view text,
                                model::Time now) {
  constexpr std::size_t kAsked = 20;  // of both together
  const auto answer = library.match(text::fold(text).bytes, kAsked);
  json::array notices, debunks;
  for (const library::Match& match : answer.matches) {
    if (match.score < library::kSuggest) break;
    if (!match.entry->is_notice) {
      if (debunks.size() < kMost) debunks.push_back(debunk_json(match));
      continue;
    }
    if (notices.size() == kMost) continue;
    CLARION_TRY(auto shown, notice_json(view, match, now));
    if (shown) notices.push_back(std::move(*shown));
  }
  return json::object{{"notices", std::move(notices)}, {"debunks", std::move(debunks)}};
}

}  // namespace clarion::ask
