#pragma once

#include <string_view>

namespace clarion::demo {

/// What the demonstration plays, built into the program. People, accounts, events and places below
/// a city are invented; advice in notices comes from the sources that they name.

/// Posts of contract section 2, one a line, with `after_s`: seconds from the start at which it is
/// sent, and `about`: {kind, topic} for tests, kind being rumor, harmless, correction or deleted.
/// Times are given when it is played.
[[nodiscard]] std::string_view feed_ndjson();
/// Debunks of contract section 2, one a line, for the library.
[[nodiscard]] std::string_view debunks_ndjson();
/// Experts on duty, as `expert import` takes them.
[[nodiscard]] std::string_view experts_ndjson();
/// Who is on duty, as duty.cc reads it: parts of the roster, with hours from the present one.
[[nodiscard]] std::string_view roster_json();
/// What the demo's people do; the form stands at scene.h.
[[nodiscard]] std::string_view scenes_json();
/// What is printed at the start, with {placeholders}.
[[nodiscard]] std::string_view visit_text();
/// Shell functions that the printed lines use.
[[nodiscard]] std::string_view functions_sh();

}  // namespace clarion::demo
