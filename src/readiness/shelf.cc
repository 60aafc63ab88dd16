#include "readiness/shelf.h"

#include "library/tokens.h"
#include "model/region.h"
#include "model/topic.h"
#include "text/fold.h"
#include "text/ngrams.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace clarion::readiness {
namespace {

/// BM25's usual constants (Robertson and Zaragoza 2009).
constexpr double kSaturation = 1.2, kLength = 0.75;
/// A title says more about a text than its body does.
constexpr float kTitle = 4, kSummary = 2, kAdvice = 2, kBody = 1, kNames = 3;
/// A single Han character says less than a pair, but 车子掉进水里 and 车落水 share no pair.
constexpr float kSingle = 0.4F;
/// What is this much worse than the best only shares common words.
constexpr double kWorthShowing = 0.25;
constexpr std::size_t kMostQueryTokens = 64;

struct Weighted {
  std::uint64_t token = 0;
  float weight = 0;
};

void add_text(std::string_view text, float weight, std::vector<Weighted>& out) {
  const std::string folded = text::fold(text).bytes;
  std::vector<library::Token> tokens;
  library::append_tokens(folded, tokens, std::numeric_limits<std::size_t>::max());
  for (const library::Token& token : tokens) out.push_back({token.hash, weight});
  std::vector<std::uint64_t> singles;
  text::append_ngrams(folded, 1, singles);
  std::size_t at = 0;
  for (std::size_t i = 0; i < singles.size() && at < folded.size(); ++i) {
    const auto first = static_cast<unsigned char>(folded[at]);
    const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    // Han in UTF-8: E4 B8 80 to E9 BF BF, near enough.
    if (first >= 0xE4 && first <= 0xE9) out.push_back({singles[i], weight * kSingle});
    at += bytes;
  }
}

void add_member(const json::object& record, std::string_view name, float weight,
                std::vector<Weighted>& out) {
  const json::value* member = record.if_contains(name);
  if (member == nullptr || !member->is_object()) return;
  for (const json::key_value_pair& lang : member->get_object()) {
    if (lang.value().is_string()) add_text(lang.value().get_string(), weight, out);
    for (const std::string& line : strings_of(lang.value())) add_text(line, weight, out);
  }
}

/// Sorted, one entry a token.
void gather(std::vector<Weighted>& tokens) {
  std::sort(tokens.begin(), tokens.end(),
            [](const Weighted& a, const Weighted& b) { return a.token < b.token; });
  std::size_t kept = 0;
  for (const Weighted& each : tokens) {
    if (kept > 0 && tokens[kept - 1].token == each.token) {
      tokens[kept - 1].weight += each.weight;
    } else {
      tokens[kept++] = each;
    }
  }
  tokens.resize(kept);
  tokens.shrink_to_fit();
}

}  // namespace

struct Shelf::Item {
  std::string topic, phase, state, review_by, folded_title;
  std::vector<std::string> audience, regions, langs;
  std::vector<Weighted> tokens;  // by token
  double length = 0;             // sum of their weights

  explicit Item(const store::ResourceRow& row);
  [[nodiscard]] float weight_of(std::uint64_t token) const {
    const auto found =
        std::lower_bound(tokens.begin(), tokens.end(), token,
                         [](const Weighted& a, std::uint64_t b) { return a.token < b; });
    return found != tokens.end() && found->token == token ? found->weight : 0;
  }
};

Shelf::Item::Item(const store::ResourceRow& row)
    : topic(string_or(row.record, "topic")),
      phase(string_or(row.record, "phase")),
      state(row.state),
      review_by(string_or(row.record, "review_by")),
      langs(langs_of(row.record)) {
  if (const json::value* list = row.record.if_contains("audience")) audience = strings_of(*list);
  if (const json::value* list = row.record.if_contains("regions")) regions = strings_of(*list);
  if (const json::value* titles = row.record.if_contains("title");
      titles != nullptr && titles->is_object()) {
    for (const json::key_value_pair& lang : titles->get_object()) {
      if (lang.value().is_string())
        folded_title += text::fold(lang.value().get_string()).bytes + '\n';
    }
  }
  add_member(row.record, "title", kTitle, tokens);
  add_member(row.record, "summary", kSummary, tokens);
  add_member(row.record, "advice", kAdvice, tokens);
  add_member(row.record, "body", kBody, tokens);
  if (const model::Topic* known = model::find_topic(topic)) {
    add_text(known->zh, kNames, tokens);
    add_text(known->en, kNames, tokens);
  }
  gather(tokens);
  for (const Weighted& each : tokens) length += each.weight;
}

Result<std::shared_ptr<const Shelf::Items>> Shelf::items(store::View& view) {
  constexpr std::int64_t kPage = 500;
  const std::lock_guard lock(mutex_);
  CLARION_TRY(const auto last, store::resources_change(view));
  if (last <= change_) return items_;
  auto next = std::make_shared<Items>(*items_);
  std::int64_t change = change_;
  while (change < last) {
    CLARION_TRY(auto rows, store::resources_after(view, change, kPage));
    if (rows.empty()) break;
    change = rows.back().change;
    for (const store::ResourceRow& row : rows) (*next)[row.id] = std::make_shared<Item>(row);
  }
  items_ = std::move(next);
  change_ = change;
  return items_;
}

bool Shelf::passes(const Item& item, const ResourceFilter& filter, std::string_view today) {
  const auto holds = [](const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  if (filter.state != "all" && item.state != filter.state) return false;
  if (!filter.topic.empty() && item.topic != filter.topic) return false;
  if (!filter.phase.empty() && item.phase != filter.phase && item.phase != "any") return false;
  if (!filter.audience.empty() && !item.audience.empty() && !holds(item.audience, "general") &&
      !holds(item.audience, filter.audience))
    return false;
  if (!filter.lang.empty() && !holds(item.langs, filter.lang)) return false;
  if (filter.stale && *filter.stale != (item.state == "current" && item.review_by < today))
    return false;
  return filter.region.empty() || item.regions.empty() ||
         std::any_of(item.regions.begin(), item.regions.end(), [&filter](const auto& region) {
           return model::regions_match(region, filter.region);
         });
}

std::vector<std::string> Shelf::ranked(const Items& items, const ResourceFilter& filter,
                                       std::string_view today, std::size_t most) {
  const std::string folded = text::fold(filter.words).bytes;
  std::vector<Weighted> query;
  add_text(filter.words, 1, query);
  gather(query);
  if (query.size() > kMostQueryTokens) query.resize(kMostQueryTokens);

  std::vector<double> rarity(query.size(), 0);
  double length = 0;
  for (const auto& [id, item] : items) {
    length += item->length;
    for (std::size_t i = 0; i < query.size(); ++i) rarity[i] += item->weight_of(query[i].token) > 0;
  }
  const auto count = static_cast<double>(items.size());
  for (double& each : rarity) each = std::log1p((count - each + 0.5) / (each + 0.5));
  const double mean = items.empty() ? 1 : std::max(1.0, length / count);

  std::vector<std::pair<double, const std::string*>> scored;
  for (const auto& [id, item] : items) {
    if (!passes(*item, filter, today)) continue;
    double score = 0;
    for (std::size_t i = 0; i < query.size(); ++i) {
      const double weight = item->weight_of(query[i].token);
      const double norm = kSaturation * (1 - kLength + kLength * item->length / mean);
      score += query[i].weight * rarity[i] * weight * (kSaturation + 1) / (weight + norm);
    }
    // Also finds a single character, of which no pair can be made.
    if (!folded.empty() && item->folded_title.find(folded) != std::string::npos) score += 10;
    if (score > 0) scored.emplace_back(score, &id);
  }
  std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  });
  std::vector<std::string> out;
  for (const auto& [score, id] : scored) {
    if (out.size() == most || score < kWorthShowing * scored.front().first) break;
    out.push_back(*id);
  }
  return out;
}

Result<std::vector<std::string>> Shelf::find(store::View& view, const ResourceFilter& filter,
                                             std::string_view today, std::size_t most) {
  CLARION_TRY(const auto all, items(view));
  if (!filter.words.empty()) return ranked(*all, filter, today, most);
  std::vector<std::string> out;
  for (auto at = all->upper_bound(filter.after_id); at != all->end() && out.size() < most; ++at) {
    if (passes(*at->second, filter, today)) out.push_back(at->first);
  }
  return out;
}

}  // namespace clarion::readiness
