#pragma once

#include "base/json.h"
#include "model/time.h"
#include "ops/catalogue.h"
#include "ops/civil.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::notice {

/// An unfilled {{slot}} of a draft. It blocks submit (contract section 2).
struct Hole {
  std::string pointer;  ///< of the text it stands in
  std::string slot;     ///< its name as written; empty for a lone brace pair
  bool operator==(const Hole&) const = default;
};
/// All unfilled slots of a value, in the order of its members; one a slot and text.
[[nodiscard]] std::vector<Hole> holes_in(const json::value& value);
/// The words for a slot's name: "fact_short_zh" → 事实，短句; a name that no template has stands
/// for itself.
[[nodiscard]] std::string slot_words(std::string_view slot, ops::Lang lang);

/// The prepared texts of src/notice/data/templates.json (reference templates.md sections 3 to 9):
/// id, kind, action, expires_hours, name{zh,en}, about{zh,en}, content{zh,en}; some with verdict,
/// correction, mode, any_kind. Read at the first call, never changes; any thread.
[[nodiscard]] const json::array& templates();
/// The template, or null.
[[nodiscard]] const json::object* find_template(std::string_view id);

/// What slots are filled from. Everything that is not known stays a slot.
struct TemplateFacts {
  const json::object& draft;  ///< claim, evidence, regions, topics, expires_at, severity
  std::string_view issuer;
  const ops::Zone& zone;
  model::Time now;
  const json::object* before = nullptr;  ///< the published form that is corrected or updated
  bool told = false;                     ///< who got the one before is told by the system
};
/// Draft members that the template gives: kind, content, expires_at (holding: 3 h, extreme 1 h),
/// verdict and correction where it names one, with the known slots filled.
[[nodiscard]] json::object fill_template(const json::object& shape, const TemplateFacts& facts);
/// When a notice of this kind should end, counted from now (reference templates.md section 2).
[[nodiscard]] std::chrono::hours advised_life(std::string_view kind, std::string_view severity);

}  // namespace clarion::notice
