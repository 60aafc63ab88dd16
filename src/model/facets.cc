#include "model/facets.h"

#include "model/region.h"

#include <algorithm>

namespace clarion::model {
namespace {

bool share_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& x) {
    return std::find(b.begin(), b.end(), x) != b.end();
  });
}

bool share_place(const std::vector<std::string>& notice, const std::vector<std::string>& filter) {
  if (notice.empty()) return !filter.empty();
  return std::any_of(notice.begin(), notice.end(), [&filter](const std::string& a) {
    return std::any_of(filter.begin(), filter.end(),
                       [&a](const std::string& b) { return regions_match(a, b); });
  });
}

}  // namespace

bool passes(const Facets& facets, const Filter& filter) {
  if (filter.topics && !share_one(facets.topics, *filter.topics)) return false;
  if (filter.regions && !share_place(facets.regions, *filter.regions)) return false;
  if (filter.kinds && !share_one({facets.kind}, *filter.kinds)) return false;
  if (filter.langs && !share_one(facets.langs, *filter.langs)) return false;
  return !filter.min_severity || facets.severity >= *filter.min_severity;
}

}  // namespace clarion::model
