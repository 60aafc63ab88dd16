#pragma once

#include "pages/shell.h"
#include "pages/shown.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::pages {

/// A mark with shape and word: what a notice says, or what happened to it.
struct Stamp {
  std::string key;   ///< "verdict:false": by which the board's script finds it
  std::string icon;  ///< symbol of shell.cc
  char tone = 'u';   ///< f wrong, m careful, t right, s to know, u neither
  std::string words;
};
/// Verdict or kind. An unknown verdict (contract section 2: open) is shown in its own words.
[[nodiscard]] Stamp main_stamp(const Shown& notice, ops::Lang lang);
/// Corrected, updated, withdrawn; or nothing (an empty key).
[[nodiscard]] Stamp action_stamp(std::string_view action, ops::Lang lang);
/// All stamps with known words, for the script.
[[nodiscard]] std::vector<Stamp> all_stamps(ops::Lang lang);
[[nodiscard]] std::string render_stamp(const Stamp& stamp);
[[nodiscard]] std::string render_severity(std::string_view severity, const Reader& reader);

/// "广州" or "广州等 6 地"; everywhere without regions.
[[nodiscard]] std::string places_short(const Shown& notice, ops::Lang lang);
[[nodiscard]] std::string place_name(std::string_view code, ops::Lang lang);
[[nodiscard]] std::string topic_name(std::string_view id, ops::Lang lang);
/// <time> with "11-24 17:48" of the desk's zone.
[[nodiscard]] std::string render_time(model::Time time, const ops::Zone& zone, bool with_year);

/// One notice in the list of the board. assets/board.js makes the same from a frame of the stream;
/// tests/browser holds the two to each other.
[[nodiscard]] std::string render_card(const Site& site, const Reader& reader, const Shown& notice);

}  // namespace clarion::pages
