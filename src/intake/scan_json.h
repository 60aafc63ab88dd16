#pragma once

#include "model/scan.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::intake {

/// A scan result with what the later steps know of the post (contract section 2, Scan result).
/// Borrows everything.
struct ScanRecord {
  std::string_view post_id, source;
  const model::ScanResult& result;
  std::string_view group = {};      ///< empty: null
  std::string_view debunk_id = {};  ///< empty: null, and the score with it
  double debunk_score = 0;
  bool known = false;  ///< the debunk's score is above its proven precision
  /// `debunks: [[id, score], …]`, best first; a member only when given (`clarion scan --all`).
  std::optional<std::span<const std::pair<std::string_view, double>>> debunks = {};
};

/// Appends the record as one JSON object without a line end. `decision` is known, else review when
/// flagged, else none.
///
/// Beside the contract's members a hit has `media` (index of the medium whose text was hit) unless
/// it stands in the post's own text, and `shadow: true` when it is a shadow rule's. Numbers are the
/// shortest that read back the same. Texts must be UTF-8. Written by hand since every post goes
/// through here: no allocation beyond what `out` needs.
void append_scan_json(std::string& out, const ScanRecord& record);

/// Appends text as a JSON string. Requires: UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace clarion::intake
