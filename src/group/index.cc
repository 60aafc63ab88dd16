#include "group/index.h"

#include "base/assert.h"
#include "text/ngrams.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::group {

Result<Index> Index::make(IndexOptions options) {
  constexpr std::size_t kMostGroups = 1'000'000;
  if (options.max_groups < 1 || options.max_groups > kMostGroups) {
    return Error{Errc::invalid,
                 fmt::format("max_groups is {}, not 1..{}", options.max_groups, kMostGroups)};
  }
  if (!(options.least_similarity > 0 && options.least_similarity <= 1)) {
    return Error{Errc::invalid, fmt::format("least_similarity is {}, not above 0 and at most 1",
                                            options.least_similarity)};
  }
  const double other = options.least_similarity_other_numbers;
  if (!(other >= options.least_similarity && other <= 1)) {
    return Error{Errc::invalid, fmt::format("least_similarity_other_numbers is {}, not {}..1",
                                            other, options.least_similarity)};
  }
  if (options.forget_after < std::chrono::hours(1)) {
    return Error{Errc::invalid,
                 fmt::format("forget_after is {} h, under 1 h", options.forget_after.count())};
  }
  return Index(options);
}

/// None for a band without any 4-gram: all short texts would share it.
std::optional<std::uint64_t> Index::band_hash(const Sketch& sketch, std::size_t band) {
  static_assert(kRows == 4);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < kRows; ++i) word = word << 16U | sketch.bins[band * kRows + i];
  if (word == 0) return std::nullopt;
  return text::mix(word);
}

std::optional<Index::Match> Index::find(const Sketch& sketch, model::Time now) const {
  constexpr std::size_t kMostCandidates = 128;
  constexpr std::size_t kMostSteps = 32;  // along one chain, so that a flooded bucket costs no more
  std::size_t steps = 0;
  for (std::uint32_t at = exact_[sketch.exact & (buckets_ - 1)]; at != kNil && steps < kMostSteps;
       at = slots_[at].exact.next, ++steps) {
    const Slot& slot = slots_[at];
    if (slot.sketch.exact == sketch.exact && !is_forgotten(slot, now)) return Match{slot.group, 1};
  }
  if (sketch.only_exact) return std::nullopt;

  std::optional<Match> best;
  std::size_t candidates = 0;
  if (++finds_ == 0) {
    std::fill(met_.begin(), met_.end(), 0);
    finds_ = 1;
  }
  for (std::size_t band = 0; band < kBands && candidates < kMostCandidates; ++band) {
    const auto hash = band_hash(sketch, band);
    if (!hash) continue;
    steps = 0;
    for (std::uint32_t at = bands_[band * buckets_ + (*hash & (buckets_ - 1))];
         at != kNil && steps < kMostSteps && candidates < kMostCandidates;
         at = slots_[at].bands[band].next, ++steps) {
      const Slot& slot = slots_[at];
      if (met_[at] == finds_ || is_forgotten(slot, now)) continue;
      met_[at] = finds_;
      ++candidates;
      const double here = similarity(sketch, slot.sketch);
      if (best && here <= best->similarity) continue;
      const double least = numbers_differ(sketch, slot.sketch)
                               ? options_.least_similarity_other_numbers
                               : options_.least_similarity;
      if (here >= least) best = Match{slot.group, here};
    }
  }
  return best;
}

void Index::add(std::int64_t group, const Sketch& sketch, model::Time now) {
  if (by_group_.contains(group)) return touch(group, now);
  while (oldest_ != kNil &&
         (by_group_.size() >= options_.max_groups || is_forgotten(slots_[oldest_], now))) {
    drop(oldest_);
  }
  if (by_group_.size() >= buckets_) resize_tables(buckets_ * 2);
  std::uint32_t at = kNil;
  if (free_.empty()) {
    at = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
    met_.push_back(0);
  } else {
    at = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[at];
  slot.sketch = sketch;
  slot.group = group;
  slot.last_seen = now;
  by_group_.emplace(group, at);
  link(at);
  make_newest(at);
}

void Index::touch(std::int64_t group, model::Time now) {
  const auto found = by_group_.find(group);
  if (found == by_group_.end()) return;
  Slot& slot = slots_[found->second];
  slot.last_seen = std::max(slot.last_seen, now);
  take_out_of_order(found->second);
  make_newest(found->second);
}

void Index::remove(std::int64_t group) {
  const auto found = by_group_.find(group);
  if (found != by_group_.end()) drop(found->second);
}

void Index::resize_tables(std::size_t buckets) {
  buckets_ = buckets;
  bands_.assign(kBands * buckets, kNil);
  exact_.assign(buckets, kNil);
  for (std::uint32_t at = oldest_; at != kNil; at = slots_[at].newer) link(at);
}

/// Calls `chain` with the head and the table of every chain that the slot belongs to.
template <class F>
void Index::each_chain(std::uint32_t at, F&& chain) {
  const Sketch& sketch = slots_[at].sketch;
  chain(exact_[sketch.exact & (buckets_ - 1)], kBands);
  if (sketch.only_exact) return;
  for (std::size_t band = 0; band < kBands; ++band) {
    const auto hash = band_hash(sketch, band);
    if (hash) chain(bands_[band * buckets_ + (*hash & (buckets_ - 1))], band);
  }
}

void Index::link(std::uint32_t at) {
  each_chain(at, [this, at](std::uint32_t& first, std::size_t table) {
    link_of(at, table) = {first, kNil};
    if (first != kNil) link_of(first, table).previous = at;
    first = at;
  });
}

void Index::unlink(std::uint32_t at) {
  each_chain(at, [this, at](std::uint32_t& first, std::size_t table) {
    const Link link = link_of(at, table);
    if (link.next != kNil) link_of(link.next, table).previous = link.previous;
    (link.previous == kNil ? first : link_of(link.previous, table).next) = link.next;
  });
}

void Index::make_newest(std::uint32_t at) {
  Slot& slot = slots_[at];
  slot.older = newest_;
  slot.newer = kNil;
  (newest_ == kNil ? oldest_ : slots_[newest_].newer) = at;
  newest_ = at;
}

void Index::take_out_of_order(std::uint32_t at) {
  const Slot& slot = slots_[at];
  (slot.older == kNil ? oldest_ : slots_[slot.older].newer) = slot.newer;
  (slot.newer == kNil ? newest_ : slots_[slot.newer].older) = slot.older;
}

void Index::drop(std::uint32_t at) {
  unlink(at);
  take_out_of_order(at);
  by_group_.erase(slots_[at].group);
  free_.push_back(at);
}

}  // namespace clarion::group
