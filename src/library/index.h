#pragma once

#include "library/entry.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace clarion::library {

/// One snapshot of a library, ready to be asked: debunks in the order of their ids, which breaks
/// ties, and the postings of their tokens. Immutable; any thread. Made in O(all tokens); entries
/// are shared with the snapshot before.
class Index {
 public:
  /// `version` names the snapshot. Of entries with one id the last counts.
  [[nodiscard]] static std::shared_ptr<const Index> make(
      std::vector<std::shared_ptr<const Entry>> entries, std::uint64_t version = 0);

  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const Entry& entry(std::size_t at) const { return *entries_[at]; }
  /// By id, or null.
  [[nodiscard]] const Entry* find(std::string_view id) const;

  // What the matcher reads.
  static constexpr std::uint32_t kNoTerm = ~0U;
  struct Posting {
    std::uint32_t entry;
    float weight;  ///< BM25's part of this term for this entry
  };
  /// The number of a token, or kNoTerm when no debunk has it.
  [[nodiscard]] std::uint32_t term(std::uint64_t token) const;
  [[nodiscard]] std::size_t terms() const { return rarity_.size(); }
  [[nodiscard]] std::span<const Posting> postings(std::uint32_t term) const {
    return {postings_.data() + first_[term], postings_.data() + first_[term + 1]};
  }
  /// How much a term says: BM25's idf.
  [[nodiscard]] double rarity(std::uint32_t term) const { return rarity_[term]; }
  [[nodiscard]] double rarity_unknown() const { return unknown_; }

  struct Key {
    std::span<const std::uint32_t> terms, numbers, places;
    double rarity = 0;  ///< sum over `terms`
  };
  [[nodiscard]] Key key(std::size_t at) const;

 private:
  Index() = default;
  void number_terms();
  void weigh();
  void add_keys();

  struct KeyAt {
    std::uint32_t terms, numbers, places, end;
    double rarity;
  };
  std::uint64_t version_ = 0;
  std::vector<std::shared_ptr<const Entry>> entries_;
  std::vector<std::uint64_t> tokens_;   // open addressing; 0: free
  std::vector<std::uint32_t> numbers_;  // of the token in the same slot
  std::vector<double> rarity_;          // by term
  std::vector<std::uint32_t> first_;    // by term: its first posting; one more at the end
  std::vector<Posting> postings_;
  std::vector<std::uint32_t> key_terms_;
  std::vector<KeyAt> keys_;  // by entry
  double unknown_ = 0;
};

}  // namespace clarion::library
