#pragma once

#include "base/result.h"
#include "rules/detail/program.h"
#include "rules/pack.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct hs_database;  // Hyperscan's types, so that hs.h stays in two files
struct hs_scratch;

namespace clarion::rules::detail {

struct FreeDatabase {
  void operator()(hs_database* database) const noexcept;
};
struct FreeScratch {
  void operator()(hs_scratch* scratch) const noexcept;
};
using Database = std::unique_ptr<hs_database, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch, FreeScratch>;

/// A program compiled for this CPU. Immutable, shared by all threads.
struct Databases {
  /// All atoms of a view, ids are atom numbers; null when there are none. Block mode. Literals
  /// report every end; regexes report once a text (SINGLEMATCH).
  std::array<Database, kViews> atoms;
  /// One a regex, with start offsets (SOM_LEFTMOST), for the second scan of texts in which its rule
  /// hit.
  std::vector<Database> spans;
  bool from_cache = false;
};

/// Compiles, or reads what an earlier run compiled from the same program with the same library on
/// the same kind of CPU. `cache_dir` empty: no cache. A cache that cannot be read or written costs
/// time, never the compilation; what could not be written goes to `cache_note`. Blocks: 1,000
/// phrases take about 50 ms, a regex about 1 ms. Errors: every pattern that Hyperscan refuses goes
/// to `problems`; the result is then an `invalid` error.
[[nodiscard]] Result<Databases> compile(const Program& program,
                                        const std::filesystem::path& cache_dir,
                                        std::vector<Problem>& problems, std::string& cache_note);

/// Scratch that fits all of them. One a thread.
[[nodiscard]] Scratch make_scratch(const Databases& databases);

/// For the cache (detail/cache.h): what a file must have been made from, and the way there and
/// back.
[[nodiscard]] std::string fingerprint(const Program& program);
[[nodiscard]] std::string serialise(const Databases& databases);
/// Nothing when the bytes do not fit the program or this CPU.
[[nodiscard]] std::optional<Databases> deserialise(const Program& program, std::string_view bytes);

}  // namespace clarion::rules::detail
