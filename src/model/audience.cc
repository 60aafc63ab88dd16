#include "model/audience.h"

#include "model/region.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace clarion::model {
namespace {

bool holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool holds_all(const std::vector<std::string>& list, const std::vector<std::string>& items) {
  return std::all_of(items.begin(), items.end(),
                     [&](const std::string& item) { return holds(list, item); });
}

void add_missing(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& item : more) {
    if (!holds(list, item)) list.push_back(item);
  }
}

}  // namespace

bool may_see(const Audience& audience, const Viewer& viewer) {
  if (!viewer.modes.empty() && !holds(viewer.modes, audience.mode)) return false;
  if (viewer.own_only && !holds(audience.accounts, viewer.account)) return false;
  if (viewer.regions.empty() || audience.everywhere) return true;
  return std::any_of(
      audience.regions.begin(), audience.regions.end(), [&](const std::string& region) {
        return std::any_of(
            viewer.regions.begin(), viewer.regions.end(),
            [&](const std::string& theirs) { return regions_match(region, theirs); });
      });
}

bool covers(const Audience& larger, const Audience& smaller) {
  return larger.mode == smaller.mode && holds_all(larger.accounts, smaller.accounts) &&
         (larger.everywhere || (!smaller.everywhere && holds_all(larger.regions, smaller.regions)));
}

void widen(Audience& audience, const Audience& more) {
  audience.everywhere = audience.everywhere || more.everywhere;
  add_missing(audience.regions, more.regions);
  add_missing(audience.accounts, more.accounts);
}

std::string key_of(const Viewer& viewer) {
  return fmt::format("{}|{}|{}", fmt::join(viewer.modes, ","), fmt::join(viewer.regions, ","),
                     viewer.own_only ? viewer.account : std::string("*"));
}

}  // namespace clarion::model
