#pragma once

#include "ops/clock.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace clarion::app {

/// For which posts the library is asked.
enum class MatchPosts : std::uint8_t { none, flagged, all };

struct ScanOptions {
  std::string rules_dir;             ///< folder of packs; empty: those built into the program
  std::size_t threads = 0;           ///< 1 to 256; 0: one a core
  bool all = false;                  ///< a result for every post, not only flagged ones
  std::vector<std::string> files;    ///< NDJSON, also .xz and .gz; "-" or none: standard input
  double flag_score = 0.5;           ///< scan.flag_score
  std::vector<std::string> library;  ///< files of debunks; none: nothing is matched
  MatchPosts match = MatchPosts::flagged;
};

/// `clarion scan` (contract section 1): posts in, one result a line out, in the order of the input
/// whatever the number of threads. Deletes are no posts to judge: they are counted and leave no
/// result.
///
/// `out` gets results alone. `err` gets, for each line that is no post, "FILE:LINE: code: what is
/// wrong", a bar while it runs when it is a terminal, and a summary at the end. Blocks until the
/// input ends; memory is bounded by about 4 MiB a thread.
///
/// Returns the exit status: 0 also with bad lines; 1 when an input or the output failed, or the
/// library has bad items (they are named and left out); 2 when the rules or the library's files are
/// wrong.
[[nodiscard]] int run_scan(const ScanOptions& options, std::FILE* out, std::FILE* err,
                           const ops::Clock& clock);

}  // namespace clarion::app
