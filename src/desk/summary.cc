#include "desk/summary.h"

#include "base/json.h"
#include "http/status.h"
#include "store/desk_counts.h"
#include "store/desk_log.h"
#include "store/hazards.h"
#include "store/meta.h"
#include "store/notice_alarms.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace clarion::desk {
namespace {

json::object summary_of(const store::DeskCounts& counts, model::Time now) {
  json::object states, drafts;
  for (const auto& [state, count] : counts.cases) states[state] = count;
  for (const auto& [state, count] : counts.drafts) drafts[state] = count;
  const auto in = [](const auto& map, std::string_view state) {
    const auto found = map.find(state);
    return found == map.end() ? std::int64_t{0} : found->second;
  };
  json::object out;
  out["at"] = model::to_text(now);
  out["lanes"] = {{"free", in(counts.cases, "open")},
                  {"mine", counts.mine},
                  {"team", in(counts.cases, "assigned") + in(counts.cases, "in_review")},
                  {"approval", in(counts.drafts, "submitted")},
                  {"second_look", in(counts.cases, "judged")}};
  out["states"] = std::move(states);
  out["drafts"] = std::move(drafts);
  out["overdue"] = counts.overdue;
  out["oldest_waiting"] = counts.oldest
                              ? json::value{{"case", counts.oldest->id},
                                            {"since", model::to_text(counts.oldest->since)}}
                              : json::value(nullptr);
  out["at_least"] = counts.at_least;
  return out;
}

/// What of notices needs a person now.
json::object alarms_of(const store::NoticeAlarms& alarms) {
  return {
      {"holding_soon", alarms.holding_soon},
      {"holding_ended", alarms.holding_ended},
      {"held", alarms.held},
      {"deliveries_failed", alarms.failed},
      {"deliveries_unknown", alarms.unknown},
      {"deliveries_notice", alarms.failed_notice ? json::value(json::string(*alarms.failed_notice))
                                                 : json::value(nullptr)}};
}

/// Official alerts in force, the gravest first.
json::array alerts_of(std::vector<store::HazardRow> rows, model::Time now) {
  constexpr std::size_t kMostShown = 50;
  std::erase_if(rows, [now](const store::HazardRow& row) { return row.from > now; });
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.from < b.from;
  });
  if (rows.size() > kMostShown) rows.resize(kMostShown);
  json::array out;
  for (const store::HazardRow& row : rows) {
    out.push_back({{"id", row.id},
                   {"topic", row.topic},
                   {"region", row.region.empty() ? json::value(nullptr) : json::value(row.region)},
                   {"severity", model::name_of(row.severity)},
                   {"from", model::to_text(row.from)},
                   {"until", model::to_text(row.until)}});
  }
  return out;
}

}  // namespace

std::optional<model::Viewer> viewer_of(const identity::Actor& actor,
                                       const identity::RightsPolicy& policy) {
  const identity::Grant granted = identity::grant(identity::Act::see_cases, actor, policy);
  if (actor.account.empty() || granted == identity::Grant::no) return std::nullopt;
  model::Viewer out{{}, actor.regions, actor.account, granted == identity::Grant::own};
  constexpr std::array<const char*, 3> kModes = {"Actual", "Exercise", "Test"};
  for (const char* mode : kModes) {
    if (identity::sees_mode(actor, mode)) out.modes.emplace_back(mode);
  }
  if (out.modes.size() == kModes.size()) out.modes.clear();  // all
  return out;
}

void add_summary_route(http::Router& router, identity::Requests& requests,
                       PostsAMinute posts_a_minute, std::string_view program) {
  router.add({.method = "GET",
              .pattern = "/v1/desk/summary",
              .guard = requests.needs(identity::Act::see_cases),
              .handler = [&requests, rate = std::move(posts_a_minute),
 program](http::Request& request) {
                return requests.look(
                    request,
                    [&](store::View& view, const identity::Actor* actor) -> Result<http::Response> {
                      const auto viewer = viewer_of(*actor, requests.policy());
                      if (!viewer) return Error{Errc::denied, "nothing to see", "denied"};
                      const model::Time now = requests.clock().now();
                      CLARION_TRY(auto counts, store::count_desk(view, *viewer, now));
                      CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
                      CLARION_TRY(auto ends, store::desk_log_ends(view));
                      CLARION_TRY(auto alarms, store::count_notice_alarms(view, *viewer, now));
                      json::object body = summary_of(counts, now);
                      body["notices"] = alarms_of(alarms);
                      body["position"] = {{"epoch", epoch.value_or("")},
                                          {"offset", std::to_string(ends.head)}};
                      CLARION_TRY(auto hazards, store::list_hazards(view, now));
                      body["alerts"] = alerts_of(std::move(hazards), now);
                      const std::string_view mode = identity::mode_of(*actor);
                      body["program"] = program;
                      const auto posts = rate(mode, now);
                      body["posts_per_minute"] = posts ? json::value(*posts) : json::value(nullptr);
                      return http::json_response(200, body);
                    });
              }});
}

}  // namespace clarion::desk
