#pragma once

#include "base/json.h"
#include "model/scan.h"
#include "rules/rule_set.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::rules {

/// Why a text scored as it did: what `rules explain` prints and the desk's page shows.
struct Explanation {
  /// Bytes [from, to) of the original text and what stands there.
  struct Place {
    std::uint32_t from = 0, to = 0;
    std::string text;
  };
  /// A phrase, regex or unit of a rule that the text holds.
  struct Phrase {
    std::string key;  ///< as it is searched: folded, or a view's key made readable
    model::View view = model::View::folded;
    bool blocking = false;  ///< stands under `none`
    std::vector<Place> places;
  };
  struct RuleFound {
    std::string id, title_zh, title_en, topic;
    int version = 1;
    double weight = 0;
    bool shadow = false;
    model::Severity severity = model::Severity::moderate;
    std::vector<Place> places;  ///< of a rule that hit: its hits
    std::vector<Phrase> phrases;
    double score_after = 0;  ///< of a rule that counts: the score with it and all before it
  };
  struct Key {
    model::View view = model::View::folded;
    std::string text;  ///< syllables spelt out
  };

  std::vector<Key> keys;       ///< the folded text, then every other view that some rule looks at
  std::vector<RuleFound> hit;  ///< in the order of the rule set
  std::vector<RuleFound> blocked;  ///< would have hit but for a `none`
  double score = 0;
  double flag_score = 0;
  bool flagged = false;
  std::string rules_version;
};

/// Scans the text as a Scanner would and keeps the reasons. Slower; not for the hot path. Any
/// thread.
[[nodiscard]] Explanation explain(const RuleSet& rules, std::string_view text);

/// For a terminal, English.
[[nodiscard]] std::string to_text(const Explanation& explanation);
[[nodiscard]] json::object to_json(const Explanation& explanation);

}  // namespace clarion::rules
