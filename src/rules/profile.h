#pragma once

#include <cstdint>

namespace clarion::rules {

/// Counts where a scanner's time goes, for `rules bench` and bench/. The clock comes from outside
/// (nanoseconds of any steady one); without it only the counts are kept. Belongs to the scanner's
/// thread.
struct Profile {
  std::uint64_t (*now_ns)() = nullptr;
  std::uint64_t texts = 0;            ///< posts' and media's
  std::uint64_t hyperscan_texts = 0;  ///< that Hyperscan looked through; the others fold to nothing
  std::uint64_t triggered_texts = 0;  ///< with a phrase that made a rule worth evaluating
  std::uint64_t rules_evaluated = 0;
  std::uint64_t fold_ns = 0;       ///< folding and making other views
  std::uint64_t hyperscan_ns = 0;  ///< with the recording of what it reports
  std::uint64_t evaluate_ns = 0;   ///< rules, spans (of regexes by a second scan), hits

  [[nodiscard]] std::uint64_t now() const { return now_ns != nullptr ? now_ns() : 0; }
};

}  // namespace clarion::rules
