#include "desk/priority.h"

#include "desk/candidates.h"
#include "model/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace clarion::desk {
namespace {

/// Below this rate a part of the points is gone for good; above, it is looked at so often.
constexpr double kQuiet = 0.05;  // posts a minute
constexpr std::chrono::minutes kRateAgain{2};
constexpr std::chrono::seconds kLeastAgain{30};

void add(Priority& priority, std::string_view code, double points, std::int64_t most,
         json::object params) {
  const std::int64_t whole = std::clamp<std::int64_t>(std::llround(points), 0, most);
  if (whole == 0) return;
  priority.points += whole;
  priority.reasons.push_back({{"code", code}, {"params", std::move(params)}, {"points", whole}});
}

double number(const json::object& details, std::string_view name) {
  const json::value* value = details.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

std::optional<PriorityInput::Alert> alert_for(const store::CaseRow& row,
                                              const std::vector<store::HazardRow>& hazards,
                                              model::Time now) {
  std::optional<PriorityInput::Alert> out;
  for (const store::HazardRow& hazard : hazards) {
    if (hazard.from > now || hazard.until <= now) continue;
    if (std::find(row.topics.begin(), row.topics.end(), hazard.topic) == row.topics.end()) continue;
    const bool here = hazard.region.empty() || row.regions.empty() ||
                      std::any_of(row.regions.begin(), row.regions.end(), [&](const auto& region) {
                        return model::regions_match(region, hazard.region);
                      });
    if (here && (!out || hazard.severity > out->severity))
      out = {hazard.severity, hazard.topic, hazard.region};
  }
  return out;
}

bool waits(const store::CaseRow& row) {
  return row.state == "open" || row.state == "assigned" || row.state == "in_review";
}

}  // namespace

Priority priority_of(const PriorityInput& input) {
  constexpr double kHarm[] = {8, 16, 28, 40};
  constexpr double kAlert[] = {3, 5, 8, 10};
  constexpr std::int64_t kEnoughPosts = 3;
  Priority out;
  add(out, "priority_harm", kHarm[static_cast<std::size_t>(input.severity)], 40,
      {{"severity", name_of(input.severity)}});
  add(out, "priority_certainty", input.score * 10, 10,
      {{"score", fmt::format("{:.3f}", input.score)}});
  const double spread =
      2.25 * std::log2(static_cast<double>(std::max<std::int64_t>(input.posts, 1))) +
      1.5 * std::log2(1 + input.per_minute);
  add(out, "priority_spread", spread, 15,
      {{"posts", std::to_string(input.posts)},
       {"per_minute", fmt::format("{:.1f}", input.per_minute)}});
  if (input.posts >= kEnoughPosts && input.average > 0 && input.per_minute > input.average) {
    const double ratio = input.per_minute / input.average;
    add(out, "priority_acceleration", 2.5 * std::log2(ratio), 5,
        {{"ratio", fmt::format("{:.1f}", ratio)}});
  }
  add(out, "priority_reach", 2.4 * std::log10(1 + static_cast<double>(input.reach)), 12,
      {{"reach", std::to_string(input.reach)}});
  if (input.alert) {
    json::object params{{"severity", name_of(input.alert->severity)},
                        {"topic", input.alert->topic}};
    if (!input.alert->region.empty()) params["region"] = input.alert->region;
    add(out, input.alert->region.empty() ? "priority_alert_everywhere" : "priority_alert",
        kAlert[static_cast<std::size_t>(input.alert->severity)], 10, std::move(params));
  }
  add(out, "priority_waiting", input.waited * 8, 8,
      {{"percent", std::to_string(std::llround(std::clamp(input.waited, 0.0, 1.0) * 100))}});
  return out;
}

void reprice(store::CaseRow& row, const Spreading& spreading,
             const std::vector<store::HazardRow>& hazards, model::Time now) {
  PriorityInput input;
  input.severity = row.severity;
  input.score = number(row.details, "score");
  input.reach = static_cast<std::uint64_t>(number(row.details, "reach"));
  input.alert = alert_for(row, hazards, now);
  row.reprice_at.reset();
  const auto again = [&row, now](std::chrono::milliseconds in) {
    const model::Time at = now + std::max<std::chrono::milliseconds>(in, kLeastAgain);
    if (!row.reprice_at || at < *row.reprice_at) row.reprice_at = at;
  };
  if (spreading.posts > 0) {
    input.posts = spreading.posts;
    input.per_minute = spreading.rate;
    const double minutes =
        std::chrono::duration<double, std::ratio<60>>(now - spreading.first_seen).count();
    input.average = static_cast<double>(spreading.posts) / std::max(1.0, minutes);
    if (input.per_minute > kQuiet && waits(row)) again(kRateAgain);
  }
  if (row.due_at && waits(row)) {
    const auto whole = std::max<std::chrono::milliseconds>(*row.due_at - row.created_at,
                                                           std::chrono::milliseconds(1));
    input.waited = std::clamp(std::chrono::duration<double>(now - row.created_at).count() /
                                  std::chrono::duration<double>(whole).count(),
                              0.0, 1.0);
    if (input.waited < 1) again(whole / 8);
  }
  const Priority priority = priority_of(input);
  row.priority = priority.points;
  row.details["priority_reasons"] = priority.reasons;
  row.details["priority_at"] = model::to_text(now);
  tell_known(row);
}

}  // namespace clarion::desk
