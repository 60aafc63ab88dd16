#pragma once

#include "library/index.h"
#include "library/tokens.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::library {

struct Match {
  const Entry* entry = nullptr;  ///< lives as long as the index
  double score = 0;              ///< 0..1, three decimals
  bool known = false;            ///< score ≥ kKnown: the debunk answers the text
};

/// From this score on a debunk is the answer to the text: right in 99 of 100 of the labelled pairs
/// (README.md says how it was measured).
inline constexpr double kKnown = 0.8;
/// From this score on a debunk is worth a person's look.
inline constexpr double kSuggest = 0.2;
/// Texts with fewer letters and digits (links aside) only suggest: too many say the same.
inline constexpr std::size_t kShortestKnown = 12;

/// Asks one index after the other text. One a thread: it owns its buffers and keeps them warm.
///
/// Candidates are the 20 best by BM25 over Han pairs and Latin words; each is then judged by how
/// much of its key stands in one stretch of the text, how much of the text it explains, and what
/// is missing (matcher.cc). The result depends on the text and the debunks alone; equal scores go
/// by id.
class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const Index> index);

  /// Goes over to another snapshot; a no-op for the one in use.
  void use(std::shared_ptr<const Index> index);
  [[nodiscard]] const Index& index() const { return *index_; }

  /// The best debunks of a folded text, best first, at most `most` (20 at most). The result stays
  /// until the next call. O(text + postings of its tokens), whatever was asked before; a text that
  /// was asked lately (a repost) is not judged again.
  [[nodiscard]] std::span<const Match> match(std::string_view folded, std::size_t most = 5);

 private:
  struct Candidate {
    std::uint32_t entry;
    double bm25;
    double explained;  ///< rarity of the text's tokens that the entry has
  };
  void judge_all(std::string_view folded, std::vector<Match>& out);
  void read(std::string_view folded);
  void collect();
  [[nodiscard]] double judge(const Candidate& candidate, bool denied);
  [[nodiscard]] double covered(const Index::Key& key, std::size_t window);

  std::shared_ptr<const Index> index_;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> sequence_;  // terms of the text, repeats included; kNoTerm too
  std::vector<std::uint32_t> distinct_;  // those of the index, each once, in order
  std::size_t characters_ = 0;
  double rarity_ = 0;                  // sum over the text's distinct tokens
  std::vector<std::uint32_t> seen_;    // by term: the mark of the last text that had it
  std::vector<std::uint32_t> in_key_;  // by term: the mark of the last key that had it
  std::vector<std::uint16_t> count_;   // by term: how often in the window
  std::uint32_t mark_ = 0, key_mark_ = 0;
  std::vector<double> bm25_, explained_;  // by entry; zero between calls
  std::vector<std::uint32_t> touched_;
  std::vector<Candidate> candidates_;
  std::vector<std::uint64_t> unknown_;  // tokens of the text that no debunk has
  std::vector<Match> matches_;

  /// The last answers, one a slot by the text's hash; compared whole, since a hash can be aimed at.
  struct Recent {
    std::string text;
    std::vector<Match> matches;  // all that were judged
  };
  std::vector<Recent> recent_;
};

}  // namespace clarion::library
