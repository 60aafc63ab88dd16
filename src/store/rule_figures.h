#pragma once

#include "store/database.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// What a rule hit on a day, of one mode.
struct RuleDay {
  std::int64_t posts = 0;    ///< hit by it
  std::int64_t flagged = 0;  ///< of these, flagged
  std::int64_t alone = 0;    ///< of these, hit by no other rule in force
  std::int64_t would = 0;  ///< of these, not flagged, but with this rule (in shadow) they would be
  std::map<std::string, std::int64_t, std::less<>> overlap;  ///< posts by the other rule in force
};
/// Adds to the figures of a day.
Status add_rule_day(Tx& tx, std::string_view day, std::string_view mode, std::string_view rule,
                    const RuleDay& more);
/// By rule.
[[nodiscard]] Result<std::map<std::string, RuleDay, std::less<>>> rule_day(View& view,
                                                                           std::string_view day,
                                                                           std::string_view mode);
/// Forgets the figures of days before `day`.
Status drop_rule_days(Tx& tx, std::string_view day);

/// What was loaded under a rule's name from a time on.
struct RuleVersion {
  std::string rule, pack;
  model::Time at;
  std::int64_t version = 0;
  double weight = 0;
  bool shadow = false;
  bool present = true;  ///< false: from then on it was not loaded
};
Status add_rule_version(Tx& tx, const RuleVersion& version);
/// The last one of every name.
[[nodiscard]] Result<std::vector<RuleVersion>> rules_last_loaded(View& view);
/// The first one of every name.
[[nodiscard]] Result<std::vector<RuleVersion>> rules_first_loaded(View& view);
/// Of one name, newest first, at most 100.
[[nodiscard]] Result<std::vector<RuleVersion>> rule_history(View& view, std::string_view rule);

/// A kept post's text, for trying rules on it.
struct KeptText {
  std::int64_t seq = 0;
  std::string source, id, case_id, record;
  model::Time received_at;
};
/// Posts of a mode received in [from, to) that still have their text, newest first.
[[nodiscard]] Result<std::vector<KeptText>> kept_texts(View& view, std::string_view mode,
                                                       model::Time from, model::Time to,
                                                       std::int64_t most);

}  // namespace clarion::store
