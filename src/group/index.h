#pragma once

#include "group/sketch.h"
#include "model/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace clarion::group {

struct IndexOptions {
  /// Groups kept at most; past it the one idle for longest is forgotten. Some 0.8 KiB each; 1 to
  /// 1,000,000.
  std::size_t max_groups = 50'000;
  /// A group without a post for this long is forgotten: the same words later are news of another
  /// day.
  std::chrono::hours forget_after{24 * 30};
  /// Least similarity() that joins a post to a group. Pair precision on the 9,367 labelled posts
  /// (2026-11-24): 0.979 at 0.35, 0.981 at 0.4, 0.985 at 0.45; half of what counts as wrong there
  /// are true copies. Pair recall of the (looser) claim clusters is 0.27, 0.25, 0.21.
  double least_similarity = 0.4;
  /// The same for texts whose numbers differ (numbers_differ).
  double least_similarity_other_numbers = 0.8;
};

/// The near-duplicate groups in reach, each by the sketch of its first post.
///
/// Locality-sensitive hashing: 32 bands of 4 bins; a group that shares a band is a candidate, the
/// newest 128 candidates are compared in full, the most similar wins. Two texts of similarity 0.5 /
/// 0.6 / 0.7 share a band with probability 0.87 / 0.99 / 0.999. Group ids are rows of the store.
/// Keep one index a mode, so that exercises never meet real posts.
///
/// One thread. find, add, touch and remove are O(1).
class Index {
 public:
  struct Match {
    std::int64_t group = 0;
    double similarity = 0;
  };

  /// Errors: `invalid` when an option is out of its range.
  static Result<Index> make(IndexOptions options);

  /// The group that the sketch belongs to, or none. Does not count as a post: see touch().
  [[nodiscard]] std::optional<Match> find(const Sketch& sketch, model::Time now) const;
  /// Keeps a new group. Does nothing but touch() when the id is known.
  void add(std::int64_t group, const Sketch& sketch, model::Time now);
  /// Says that the group has a new post; unknown ids are let be. A time before the last one counts
  /// as the last one.
  void touch(std::int64_t group, model::Time now);
  void remove(std::int64_t group);
  [[nodiscard]] std::size_t size() const noexcept { return by_group_.size(); }

 private:
  static constexpr std::size_t kBands = 32;
  static constexpr std::size_t kRows = Sketch::kBins / kBands;
  static constexpr std::uint32_t kNil = 0xFFFFFFFF;

  /// Both ways, so that taking a group out costs the same however long a flooded chain is.
  struct Link {
    std::uint32_t next = kNil, previous = kNil;
  };
  struct Slot {
    Sketch sketch;
    std::int64_t group = 0;
    model::Time last_seen;
    std::uint32_t older = kNil, newer = kNil;  // by last_seen
    Link exact;                                // in the chain of its bucket
    std::array<Link, kBands> bands;            // the same, a band
  };

  explicit Index(IndexOptions options) : options_(options) { resize_tables(1024); }

  static std::optional<std::uint64_t> band_hash(const Sketch& sketch, std::size_t band);
  [[nodiscard]] bool is_forgotten(const Slot& slot, model::Time now) const {
    return now - slot.last_seen > options_.forget_after;
  }
  /// The link of a slot in the chains of one table: band 0..kBands - 1, or kBands for equal texts.
  Link& link_of(std::uint32_t at, std::size_t table) {
    return table == kBands ? slots_[at].exact : slots_[at].bands[table];
  }
  template <class F>
  void each_chain(std::uint32_t at, F&& chain);
  void resize_tables(std::size_t buckets);
  void link(std::uint32_t at);
  void unlink(std::uint32_t at);
  void make_newest(std::uint32_t at);
  void take_out_of_order(std::uint32_t at);
  void drop(std::uint32_t at);

  IndexOptions options_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::int64_t, std::uint32_t> by_group_;
  std::size_t buckets_ = 0;           // a band; a power of two
  std::vector<std::uint32_t> bands_;  // heads of chains, band after band
  std::vector<std::uint32_t> exact_;  // heads of chains by Sketch::exact
  std::uint32_t oldest_ = kNil, newest_ = kNil;
  mutable std::vector<std::uint32_t> met_;  // the find that met a slot last
  mutable std::uint32_t finds_ = 0;
};

}  // namespace clarion::group
