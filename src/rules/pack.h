#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace clarion::rules {

/// One rule pack as its author wrote it (contract section 6).
struct PackSource {
  std::string name;  ///< how messages call it, e.g. "rules/quake.yaml"
  std::string yaml;
};

/// Something wrong or doubtful in a pack.
struct Problem {
  std::string file;
  int line = 0;  ///< counts from 1; 0: the file as a whole
  bool warning = false;
  std::string text;  ///< what stands there and what was expected
};

/// "quake.yaml:12: weight is '2', expected a number from 0 to 1"; a warning says so after the
/// place.
[[nodiscard]] std::string to_text(const Problem& problem);

/// Bounds on what is read. Far above what people write (a pack of ours has about 30 rules), far
/// below what hurts.
inline constexpr std::size_t kMaxPackBytes = 1U << 20U;
inline constexpr std::size_t kMaxPacks = 500;
inline constexpr std::size_t kMaxRules = 50'000;  ///< over all packs
inline constexpr std::size_t kMaxPhrases =
    500'000;  ///< over all packs, lists counted where they are used
inline constexpr std::size_t kMaxPhraseBytes = 200;   ///< after folding
inline constexpr std::size_t kMaxPatternBytes = 500;  ///< of a regex
inline constexpr int kMaxMatchDepth = 12;             ///< of a match tree
inline constexpr unsigned kMaxReach = 1000;  ///< of `gap` and `within`, in folded characters
inline constexpr std::size_t kMaxParts = 8;  ///< of `sequence` and `near`

/// The files *.yaml of a folder, sorted by name. Blocks on the disk.
/// Errors: `not_found` for no such folder or a folder without packs; `too_large` for a file over
/// kMaxPackBytes or too many; `unavailable` when a file cannot be read. Code "rules_invalid".
[[nodiscard]] Result<std::vector<PackSource>> read_packs(const std::filesystem::path& folder);

/// The packs of rules/*.yaml as compiled into the binary, sorted by name.
[[nodiscard]] std::vector<PackSource> builtin_packs();

}  // namespace clarion::rules
