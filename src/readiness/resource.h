#pragma once

#include "base/json.h"
#include "model/time.h"
#include "ops/civil.h"
#include "store/resources.h"

#include <array>
#include <string>
#include <string_view>

namespace clarion::readiness {

/// When a text applies: ahead of a hazard, while it lasts, when it is over, or whenever.
inline constexpr std::array<std::string_view, 4> kPhases = {"before", "during", "after", "any"};
/// Whom a text speaks to; none named is everyone.
inline constexpr std::array<std::string_view, 14> kAudiences = {
    "general", "elderly", "children",   "parents", "students", "pregnant",          "patients",
    "workers", "drivers", "boat_crews", "farmers", "visitors", "foreign_residents", "disabled"};

/// Longest members; characters are code points. Those of a notice, so that one starts from any
/// resource, with room in the body for the sources.
struct ResourceLimits {
  static constexpr std::size_t kId = 64, kTitle = 120, kSummary = 500, kBody = 18'000, kAdvice = 20,
                               kAdviceText = 300, kRegions = 256, kSources = 20, kSourceText = 200,
                               kUrl = 2048, kOwner = 64;
};

/// A calendar day of the desk's zone as YYYY-MM-DD.
[[nodiscard]] std::string day_of(model::Time time, const ops::Zone& zone);

/// The members people write: topic, phase, audience, regions, title, summary, body, advice (each
/// {zh, en}; Chinese is needed, English whole or not at all), sources, reviewed_at, review_by (days
/// of the desk's zone), owner. Checks what is there, refuses unknown members, and gives the record
/// in a fixed order, so that equal texts have equal hashes. `today` stands for a missing
/// reviewed_at. Errors: `invalid`, code "field_invalid", each wrong member named.
[[nodiscard]] Result<json::object> read_resource(const json::object& members, const ops::Zone& zone,
                                                 std::string_view today);
/// Ids: 1 to 64 of a-z 0-9 . _ -, first a letter or digit, or one that the server made.
[[nodiscard]] bool is_resource_id(std::string_view id);

/// SHA-256 hex of a record's canonical JSON.
[[nodiscard]] std::string hash_of_record(const json::object& record);
/// zh, and en when there is a title in it.
[[nodiscard]] std::vector<std::string> langs_of(const json::object& record);
/// A current resource whose review was due before `today`.
[[nodiscard]] bool is_stale(const store::ResourceRow& row, std::string_view today);

/// As the API shows it. In lists without `body`, and `newer` is whether there is a newer shipped
/// text; whole, `newer` is that text.
[[nodiscard]] json::object resource_view(const store::ResourceRow& row, std::string_view today,
                                         bool whole);
/// One line of an export, as an import reads it again: id and the record.
[[nodiscard]] std::string export_line(const store::ResourceRow& row);

}  // namespace clarion::readiness
