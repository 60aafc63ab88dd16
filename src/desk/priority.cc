#include "desk/priority.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace clarion::desk {
namespace {

void add(Priority& priority, std::string_view code, double points, std::int64_t most,
         json::object params) {
  const std::int64_t whole = std::clamp<std::int64_t>(std::llround(points), 0, most);
  if (whole == 0) return;
  priority.points += whole;
  priority.reasons.push_back({{"code", code}, {"params", std::move(params)}, {"points", whole}});
}

}  // namespace

Priority priority_of(const PriorityInput& input) {
  constexpr std::int64_t kHarm[] = {10, 20, 35, 50};
  Priority out;
  const std::int64_t harm = kHarm[static_cast<std::size_t>(input.severity)];
  add(out, "priority_harm", static_cast<double>(harm), 50, {{"severity", name_of(input.severity)}});
  add(out, "priority_certainty", input.score * 15, 15,
      {{"score", fmt::format("{:.3f}", input.score)}});
  const double spread = 3 * std::log2(static_cast<double>(std::max<std::int64_t>(input.posts, 1))) +
                        2 * std::log2(1 + input.per_minute);
  add(out, "priority_spread", spread, 20,
      {{"posts", std::to_string(input.posts)},
       {"per_minute", fmt::format("{:.1f}", input.per_minute)}});
  add(out, "priority_reach", 3 * std::log10(1 + static_cast<double>(input.reach)), 15,
      {{"reach", std::to_string(input.reach)}});
  return out;
}

}  // namespace clarion::desk
