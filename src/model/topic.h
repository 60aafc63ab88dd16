#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::model {

/// A hazard of the compiled-in table (src/model/data/hazards.json).
struct Topic {
  std::string id, zh, en;
  std::string hazard_class;  ///< natural, accident, health, security
  std::vector<std::string> keywords_zh, keywords_en;
};

/// All topics in the table's order; a topic's place in it is its index. Built at the first call,
/// never changes; any thread.
[[nodiscard]] std::span<const Topic> topics();
[[nodiscard]] const Topic* find_topic(std::string_view id);

enum class Severity : std::uint8_t { minor, moderate, severe, extreme };
[[nodiscard]] std::string_view name_of(Severity severity);
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view name);

}  // namespace clarion::model
