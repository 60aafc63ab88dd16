#pragma once

#include "model/topic.h"

#include <cstdint>
#include <string>
#include <vector>

namespace clarion::model {

/// Which key of a text a rule looked at (architecture section 3).
enum class View : std::uint8_t { folded, pinyin, split, code };
[[nodiscard]] std::string_view name_of(View view);

/// A rule found in a text. Several spans of one rule are several hits; the weight counts once a
/// rule.
struct Hit {
  std::string rule;
  int version = 0;  ///< of the pack
  View view = View::folded;
  std::uint32_t from = 0, to = 0;  ///< bytes of the original text, [from, to)
  std::string text;                ///< those bytes
  double weight = 0;
  bool shadow = false;  ///< counted and shown, changes nothing
  int media = -1;       ///< index of the medium whose text was hit; -1: the post's own text
};

/// What a text alone says (contract section 2). Depends on text, rules and weights, on nothing
/// else.
struct ScanResult {
  bool flagged = false;
  double score = 0;  ///< 0..1, three decimals
  std::vector<std::string>
      topics;  ///< of the rules that hit (shadow aside), in the topic table's order
  std::vector<std::string> regions;     ///< codes, sorted
  Severity severity = Severity::minor;  ///< the highest of the rules that hit
  std::vector<Hit> hits;                ///< by place, then rule
};

}  // namespace clarion::model
