#pragma once

#include "base/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::model {

/// A place of the compiled-in table (src/model/data/guangdong.json: GB/T 2260 codes of 2023, its
/// townships of Dongguan and Zhongshan, and the neighbours).
struct Region {
  std::string code;  ///< 6 digits, or 9 for a township
  std::string name_zh, short_zh, name_en, short_en;
  std::string parent;  ///< code, or empty
};

/// All known places, by code. Built at the first call, never changes; any thread.
[[nodiscard]] std::span<const Region> regions();
/// The place, or null.
[[nodiscard]] const Region* find_region(std::string_view code);

/// What two codes are compared by: whole trailing levels of zeros cut off, in levels of 2, 2, 2, 3
/// and 3 digits (440000 → 44, 440100 → 4401, 442000 → 4420; contract section 4).
[[nodiscard]] std::string_view region_prefix(std::string_view code);
/// True when one place lies inside the other or they are the same.
[[nodiscard]] bool regions_match(std::string_view a, std::string_view b);
/// True when `inner` lies inside `outer` or is the same place.
[[nodiscard]] bool region_inside(std::string_view inner, std::string_view outer);

/// The most specific places named in a folded text (text::fold's bytes: simplified, lower case), in
/// order of code; at most 16. A short name that is also an ordinary word or another place's (和平,
/// 白云, 城区, 南山 …; reference regions.md) counts only with its suffix (区, 县, 市), beside its
/// parent, or right before an address word. A place whose child is named too is left out.
/// O(length); no allocation but the result.
[[nodiscard]] std::vector<std::string> regions_in_text(std::string_view folded);

}  // namespace clarion::model
