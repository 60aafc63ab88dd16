#include "model/region.h"

#include "base/json.h"

#include <algorithm>

extern "C" const char clarion_guangdong_json[];
extern "C" const std::size_t clarion_guangdong_json_size;

namespace clarion::model {
namespace {

std::vector<Region> read_table() {
  const json::value table = json::parse({clarion_guangdong_json, clarion_guangdong_json_size});
  std::vector<Region> out;
  for (const char* list : {"divisions", "townships", "neighbours"}) {
    for (const json::value& item : table.at(list).as_array()) {
      const json::object& row = item.as_object();
      const auto text = [&row](std::string_view name) { return std::string(string_or(row, name)); };
      out.push_back({text("code"), text("name_zh"), text("short_zh"), text("name_en"),
                     text("short_en"), text("parent")});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Region& a, const Region& b) { return a.code < b.code; });
  return out;
}

const std::vector<Region>& table() {
  static const std::vector<Region> regions = read_table();
  return regions;
}

}  // namespace

std::span<const Region> regions() { return table(); }

const Region* find_region(std::string_view code) {
  const auto place = std::lower_bound(
      table().begin(), table().end(), code,
      [](const Region& region, std::string_view wanted) { return region.code < wanted; });
  return place != table().end() && place->code == code ? &*place : nullptr;
}

std::string_view region_prefix(std::string_view code) {
  constexpr std::size_t kLevels[] = {12, 9, 6,
                                     4,  2, 0};  // ends of the levels of 2, 2, 2, 3 and 3 digits
  for (std::size_t i = 0; i + 1 < std::size(kLevels); ++i) {
    const std::size_t end = kLevels[i];
    const std::size_t start = kLevels[i + 1];
    if (code.size() < end) continue;
    const bool zeros =
        code.substr(start, end - start).find_first_not_of('0') == std::string_view::npos;
    if (!zeros) return code.substr(0, end);
  }
  return code.substr(0, std::min<std::size_t>(code.size(), 2));
}

bool regions_match(std::string_view a, std::string_view b) {
  const std::string_view x = region_prefix(a);
  const std::string_view y = region_prefix(b);
  return x.starts_with(y) || y.starts_with(x);
}

bool region_inside(std::string_view inner, std::string_view outer) {
  return region_prefix(inner).starts_with(region_prefix(outer));
}

}  // namespace clarion::model
