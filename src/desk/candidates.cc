#include "desk/candidates.h"

#include "library/matcher.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::desk {
namespace {

constexpr std::size_t kMost = 5;

std::string first_characters(std::string_view text, std::size_t most) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++count > most) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

const json::array* candidates_of(const store::CaseRow& row) {
  const json::value* list = row.details.if_contains("candidates");
  return list != nullptr ? list->if_array() : nullptr;
}

bool waits(const store::CaseRow& row) {
  return row.state == "open" || row.state == "assigned" || row.state == "in_review";
}

}  // namespace

void tell_known(store::CaseRow& row) {
  json::value* reasons = row.details.if_contains("priority_reasons");
  if (reasons == nullptr || !reasons->is_array()) return;
  json::array& list = reasons->get_array();
  list.erase(std::remove_if(list.begin(), list.end(),
                            [](const json::value& each) {
                              return string_or(each.as_object(), "code") == "priority_known";
                            }),
             list.end());
  const json::value* known = row.details.if_contains("known");
  if (known == nullptr) return;
  list.push_back({{"code", "priority_known"}, {"params", *known}, {"points", 0}});
}

bool match_case(store::CaseRow& row, library::Library& library) {
  json::array found;
  json::object known;
  const json::object* judged = nullptr;
  if (const json::value* list = row.details.if_contains("judged")) judged = list->if_object();
  const std::size_t others = judged != nullptr ? judged->size() : 0;
  const auto answer = library.match(text::fold(row.claim).bytes, kMost + others);
  for (const library::Match& match : answer.matches) {
    if (match.score < library::kSuggest || found.size() == kMost) break;
    if (judged != nullptr && string_or(*judged, match.entry->debunk.id) == "different") continue;
    const library::Debunk& debunk = match.entry->debunk;
    found.push_back({{"id", debunk.id}, {"score", match.score}, {"known", match.known}});
    if (match.known && known.empty()) {
      constexpr std::size_t kShown = 60;
      known = {{"debunk", debunk.id},
               {"claim", first_characters(library::headline(debunk), kShown)},
               {"source", debunk.source},
               {"score", fmt::format("{:.3f}", match.score)}};
    }
  }
  const json::array* before = candidates_of(row);
  if (before != nullptr ? *before == found : found.empty()) return false;
  row.details["candidates"] = std::move(found);
  if (known.empty()) {
    row.details.erase("known");
  } else {
    row.details["known"] = std::move(known);
  }
  tell_known(row);
  return true;
}

Result<json::array> candidates_json(store::View& view, const store::CaseRow& row) {
  json::array out;
  const json::array* list = candidates_of(row);
  if (list == nullptr) return out;
  for (const json::value& each : *list) {
    const json::object& candidate = each.as_object();
    CLARION_TRY(auto debunk, library::find_debunk(view, string_or(candidate, "id")));
    if (!debunk) continue;
    out.push_back({{"debunk", library::to_json(*debunk)},
                   {"score", candidate.at("score")},
                   {"known", candidate.at("known")}});
  }
  return out;
}

void Rematch::library_changed() {
  busy_ = true;
  wrapped_ = false;
  began_at_ = at_;
}

Result<bool> Rematch::step(store::Database& database, library::Library& library) {
  if (!busy_) return false;
  constexpr std::int64_t kPage = 50;
  CLARION_TRY(auto found, database.read([&](store::View& view) {
    store::CaseQuery query;
    query.states = {"open", "assigned", "in_review"};
    query.by_id = true;
    if (!at_.empty()) query.after = store::CaseKey{0, at_};
    query.limit = kPage;
    return store::list_cases(view, query);
  }));
  std::vector<store::CaseRow>& page = found.rows;
  std::vector<std::string> changed;
  for (store::CaseRow& row : page) {
    if (match_case(row, library)) changed.push_back(row.id);
  }
  if (!changed.empty()) {
    CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
      for (const std::string& id : changed) {
        CLARION_TRY(auto row, store::find_case(tx, id));  // as it is now
        if (!row || !waits(*row) || !match_case(*row, library)) continue;
        ++row->version;
        CLARION_TRY(store::update_case(tx, *row));
      }
      return ok();
    }));
  }
  if (found.next) at_ = found.next->id;
  if (!found.next) {
    if (wrapped_ || began_at_.empty()) busy_ = false;
    wrapped_ = true;
    at_.clear();
  } else if (wrapped_ && at_ >= began_at_) {
    busy_ = false;
  }
  return busy_;
}

}  // namespace clarion::desk
