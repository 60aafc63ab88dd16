#include "library/matcher.h"

#include <algorithm>
#include <cmath>

namespace clarion::library {
namespace {

constexpr std::size_t kCandidates = 20;
/// Answers kept, and the longest text of one: at most 20 MiB a matcher. Longer texts are rarely
/// reposted word for word.
constexpr std::size_t kRecent = 4096, kLongestRecent = 4096;

/// What each sign of a match weighs: logistic regression over the 983 texts of the labelled pairs
/// and their best eight candidates, five-fold by claim (README.md). A handful, since more only
/// learned the collections they came from.
namespace weight {
constexpr double kNone = -6.14;
constexpr double kKey = 5.35;        // share of the key in one stretch of the text
constexpr double kExplained = 3.53;  // share of the text that the debunk explains
constexpr double kSimilar = 4.14;    // BM25 against the most the text could get
constexpr double kAbsolute = 2.03;   // log of BM25
constexpr double kMass = 4.6;        // share of the key, where it is long enough to say something
constexpr double kNoKey = 1.56;      // an explanation alone has no key to find
constexpr double kPlace = -0.95;     // the key names a place that the text does not
}  // namespace weight
constexpr double kEnoughMass = 40;

/// A match with something against it stays below kSuggest's sure neighbours: it only suggests.
constexpr double kDoubt = 0.6;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Matcher::Matcher(std::shared_ptr<const Index> index) { use(std::move(index)); }

void Matcher::use(std::shared_ptr<const Index> index) {
  if (index == index_) return;
  index_ = std::move(index);
  matches_.clear();
  recent_.assign(kRecent, {});
  mark_ = key_mark_ = 0;
  seen_.assign(index_->terms(), 0);
  in_key_.assign(index_->terms(), 0);
  count_.assign(index_->terms(), 0);
  bm25_.assign(index_->size(), 0);
  explained_.assign(index_->size(), 0);
}

void Matcher::read(std::string_view folded) {
  tokens_.clear();
  sequence_.clear();
  distinct_.clear();
  unknown_.clear();
  characters_ = append_tokens(folded, tokens_);
  if (++mark_ == 0) {  // all marks were used once
    std::fill(seen_.begin(), seen_.end(), 0);
    mark_ = 1;
  }
  rarity_ = 0;
  for (const Token& token : tokens_) {
    const std::uint32_t term = index_->term(token.hash);
    sequence_.push_back(term);
    if (term == Index::kNoTerm) {
      unknown_.push_back(token.hash);
    } else if (seen_[term] != mark_) {
      seen_[term] = mark_;
      distinct_.push_back(term);
      rarity_ += index_->rarity(term);
    }
  }
  std::sort(unknown_.begin(), unknown_.end());
  const auto end = std::unique(unknown_.begin(), unknown_.end());
  rarity_ += static_cast<double>(end - unknown_.begin()) * index_->rarity_unknown();
}

void Matcher::collect() {
  touched_.clear();
  candidates_.clear();
  for (const std::uint32_t term : distinct_) {
    const double rarity = index_->rarity(term);
    for (const Index::Posting& posting : index_->postings(term)) {
      if (explained_[posting.entry] == 0) touched_.push_back(posting.entry);
      bm25_[posting.entry] += static_cast<double>(posting.weight);
      explained_[posting.entry] += rarity;
    }
  }
  const std::size_t most = std::min(kCandidates, touched_.size());
  std::partial_sort(touched_.begin(), touched_.begin() + static_cast<std::ptrdiff_t>(most),
                    touched_.end(), [this](std::uint32_t a, std::uint32_t b) {
                      return bm25_[a] != bm25_[b] ? bm25_[a] > bm25_[b] : a < b;
                    });
  for (std::size_t i = 0; i < most; ++i) {
    const std::uint32_t entry = touched_[i];
    candidates_.push_back({entry, bm25_[entry], explained_[entry]});
  }
  for (const std::uint32_t entry : touched_) bm25_[entry] = explained_[entry] = 0;
}

/// The most that a stretch of `window` tokens of the text has of the key: rarity of distinct terms.
double Matcher::covered(const Index::Key& key, std::size_t window) {
  if (++key_mark_ == 0) {
    std::fill(in_key_.begin(), in_key_.end(), 0);
    key_mark_ = 1;
  }
  for (const std::uint32_t term : key.terms) {
    in_key_[term] = key_mark_;
    count_[term] = 0;
  }
  const auto wanted = [&](std::size_t at) {
    return sequence_[at] != Index::kNoTerm && in_key_[sequence_[at]] == key_mark_;
  };
  double now = 0, best = 0;
  for (std::size_t at = 0; at < sequence_.size(); ++at) {
    if (wanted(at) && count_[sequence_[at]]++ == 0) now += index_->rarity(sequence_[at]);
    if (at >= window && wanted(at - window) && --count_[sequence_[at - window]] == 0)
      now -= index_->rarity(sequence_[at - window]);
    best = std::max(best, now);
  }
  return best;
}

double Matcher::judge(const Candidate& candidate, bool denied) {
  constexpr std::size_t kLeastWindow = 40;
  const Entry& entry = index_->entry(candidate.entry);
  const Index::Key key = index_->key(candidate.entry);
  const double mass = covered(key, std::max<std::size_t>(kLeastWindow, 2 * entry.key_length));
  const double share = key.rarity > 0 ? mass / key.rarity : 0;
  const double explained = rarity_ > 0 ? candidate.explained / rarity_ : 0;
  // What BM25 gives a text of this length at most, were every token in a short debunk once.
  const double similar = rarity_ > 0 ? candidate.bm25 / (rarity_ * 2.2 / 1.72) : 0;
  const auto absent = [this](std::span<const std::uint32_t> terms) {
    return std::any_of(terms.begin(), terms.end(),
                       [this](std::uint32_t term) { return seen_[term] != mark_; });
  };
  const bool elsewhere = absent(key.places);
  const double score =
      logistic(weight::kNone + (entry.has_key ? weight::kKey * share : weight::kNoKey) +
               weight::kExplained * explained + weight::kSimilar * similar +
               weight::kAbsolute * std::log(1 + candidate.bm25) / 3 +
               weight::kMass * share * std::min(mass, kEnoughMass) / kEnoughMass +
               (elsewhere ? weight::kPlace : 0));
  // Sure is only a text that says the claim nearly whole and little else beside, or is explained.
  const bool says_it = (share >= 0.8 && mass >= 25 && explained >= 0.08) ||
                       (share >= 0.55 && explained >= 0.25) || explained >= 0.45;
  const bool doubt = !says_it || elsewhere || absent(key.numbers) ||
                     (denied && !entry.key_denies) || characters_ < kShortestKnown;
  return doubt ? score * kDoubt : score;
}

std::span<const Match> Matcher::match(std::string_view folded, std::size_t most) {
  if (folded.size() > kLongestRecent) {
    judge_all(folded, matches_);
    return {matches_.data(), std::min(most, matches_.size())};
  }
  Recent& slot = recent_[std::hash<std::string_view>()(folded) % kRecent];
  if (slot.text != folded || folded.empty()) {
    judge_all(folded, slot.matches);
    slot.text = folded;
  }
  return {slot.matches.data(), std::min(most, slot.matches.size())};
}

void Matcher::judge_all(std::string_view folded, std::vector<Match>& out) {
  out.clear();
  read(folded);
  collect();
  const bool denied = denies(folded);
  struct Judged {
    double score;
    std::uint32_t entry;
  };
  std::array<Judged, kCandidates> judged;
  std::size_t count = 0;
  for (const Candidate& candidate : candidates_)
    judged[count++] = {judge(candidate, denied), candidate.entry};
  std::sort(judged.begin(), judged.begin() + static_cast<std::ptrdiff_t>(count),
            [](const Judged& a, const Judged& b) {
              return a.score != b.score ? a.score > b.score : a.entry < b.entry;
            });
  for (std::size_t i = 0; i < count; ++i) {
    const double score = std::round(judged[i].score * 1000) / 1000;
    out.push_back({&index_->entry(judged[i].entry), score, score >= kKnown});
  }
}

}  // namespace clarion::library
