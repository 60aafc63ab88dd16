#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::notice {

// What the checks before submit read out of texts. All take any UTF-8, cost O(length) unless said,
// and guess: what they find is shown to a person, nothing is changed by it.

/// Folded letters and digits alone, by which a title and a claim are compared.
[[nodiscard]] std::string letters_of(std::string_view text);
/// The longest run that two folded texts share, in characters. O(a × b).
[[nodiscard]] std::size_t common_run(std::string_view a, std::string_view b);

/// Figures of a text as both languages write them: Arabic digits without leading zeros, English
/// months as their numbers, "4 pm" as 16; `spelled` also holds numbers up to twelve as words (四,
/// four), which may stand for a figure of the other language.
struct Figures {
  std::set<std::string> written, spelled;
};
[[nodiscard]] Figures figures_in(std::string_view text);
/// "12 km", "12公里" → {"12", "km"}: figures followed by a unit that both languages know.
[[nodiscard]] std::set<std::pair<std::string, std::string>> measures_in(std::string_view text);

/// What a text says of truth: false, misleading, outdated, mixed, unproven, true; by the words of
/// either language.
[[nodiscard]] std::set<std::string> verdicts_said(std::string_view text);

enum class Personal { none, phone, identity_number, handle };
/// A mobile number, an identity number (18 places), or a handle (@name, 微信号 …).
[[nodiscard]] Personal personal_data(std::string_view text);
/// The first word of advice that can harm when it is wrong (碘片, 催吐, 止血带, 涉水 …; reference
/// templates.md section 10), unless it is said not to; empty when there is none.
[[nodiscard]] std::string risky_word(std::string_view text);
/// True when the text holds a date or a time of day.
[[nodiscard]] bool names_a_time(std::string_view text);
/// How often the claim stands in a text, and whether a warning (不实, 请勿转发, false …) stands
/// before its first time.
struct ClaimUse {
  std::size_t times = 0;
  bool warned = false;
};
[[nodiscard]] ClaimUse claim_use(std::string_view text, std::string_view claim);

}  // namespace clarion::notice
