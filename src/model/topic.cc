#include "model/topic.h"

#include "base/json.h"

#include <array>

extern "C" const char clarion_hazards_json[];
extern "C" const std::size_t clarion_hazards_json_size;

namespace clarion::model {
namespace {

std::vector<std::string> texts(const json::object& row, std::string_view name) {
  std::vector<std::string> out;
  if (const json::value* list = row.if_contains(name)) {
    for (const json::value& item : list->as_array()) out.emplace_back(item.as_string());
  }
  return out;
}

std::vector<Topic> read_table() {
  const json::value table = json::parse({clarion_hazards_json, clarion_hazards_json_size});
  std::vector<Topic> out;
  for (const json::value& item : table.at("topics").as_array()) {
    const json::object& row = item.as_object();
    const auto text = [&row](std::string_view name) { return std::string(string_or(row, name)); };
    out.push_back({text("id"), text("zh"), text("en"), text("class"), texts(row, "keywords_zh"),
                   texts(row, "keywords_en")});
  }
  return out;
}

constexpr std::array<std::string_view, 4> kSeverities = {"minor", "moderate", "severe", "extreme"};

}  // namespace

std::span<const Topic> topics() {
  static const std::vector<Topic> table = read_table();
  return table;
}

const Topic* find_topic(std::string_view id) {
  for (const Topic& topic : topics()) {
    if (topic.id == id) return &topic;
  }
  return nullptr;
}

std::string_view name_of(Severity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

std::optional<Severity> parse_severity(std::string_view name) {
  for (std::size_t i = 0; i < kSeverities.size(); ++i) {
    if (kSeverities[i] == name) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

}  // namespace clarion::model
