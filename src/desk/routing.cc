#include "desk/routing.h"

#include "model/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace clarion::desk {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// What stands against somebody, the hardest first.
enum class Bar : std::uint8_t {
  able,
  topic,
  region,
  conflict,
  refused,
  absent,
  off_duty,
  quiet,
  full
};
constexpr std::array<std::string_view, 9> kBars = {
    "able", "topic", "region", "conflict", "refused", "absent", "off_duty", "quiet", "full"};

const std::string* conflict_of(const RoutingNeed& need, const Candidate& candidate) {
  for (const std::string& conflict : candidate.expert.conflicts) {
    if (holds(need.sources, conflict) || holds(need.topics, conflict)) return &conflict;
  }
  return nullptr;
}

struct Skill {
  const std::string* topic = nullptr;
  int grade = 0;
};
Skill skill_of(const RoutingNeed& need, const Candidate& candidate) {
  Skill best;
  for (const std::string& topic : need.topics) {
    const auto found = candidate.expert.topics.find(topic);
    if (found != candidate.expert.topics.end() && found->second > best.grade)
      best = {&topic, found->second};
  }
  return best;
}

bool any_region(const RoutingNeed& need, const Candidate& candidate) {
  return need.regions.empty() || candidate.expert.regions.empty();
}
/// The expert's region that matches, or null.
const std::string* place_of(const RoutingNeed& need, const Candidate& candidate) {
  for (const std::string& theirs : candidate.expert.regions) {
    for (const std::string& region : need.regions) {
      if (model::regions_match(region, theirs)) return &theirs;
    }
  }
  return nullptr;
}

bool is_barred(Bar bar, const RoutingNeed& need, const Candidate& candidate) {
  switch (bar) {
    case Bar::able:
      return !candidate.able || candidate.expert.account.empty();
    case Bar::topic:
      return skill_of(need, candidate).topic == nullptr;
    case Bar::region:
      return !any_region(need, candidate) && place_of(need, candidate) == nullptr;
    case Bar::conflict:
      return conflict_of(need, candidate) != nullptr;
    case Bar::refused:
      return holds(need.not_to, candidate.expert.account);
    case Bar::absent:
      return candidate.absent;
    case Bar::off_duty:
      return candidate.duty == Duty::off;
    case Bar::quiet:
      return candidate.quiet;
    case Bar::full:
      return candidate.load >= candidate.expert.capacity;
  }
  return true;
}

constexpr std::array kAllBars = {Bar::able,  Bar::full,    Bar::off_duty, Bar::quiet,   Bar::absent,
                                 Bar::topic, Bar::refused, Bar::region,   Bar::conflict};

bool may_take(const RoutingNeed& need, const Candidate& candidate) {
  return std::none_of(kAllBars.begin(), kAllBars.end(),
                      [&](Bar bar) { return is_barred(bar, need, candidate); });
}

struct Parts {
  Skill skill;
  std::int64_t region = 0, lang = 0, duty = 0, load = 0, pace = 0;
  [[nodiscard]] std::int64_t points() const {
    return 10LL * skill.grade + region + lang + duty + load + pace;
  }
};

/// Requires may_take().
Parts parts_of(const RoutingNeed& need, const Candidate& candidate) {
  constexpr double kHour = 3600;
  Parts out;
  out.skill = skill_of(need, candidate);
  out.region = any_region(need, candidate) ? 2 : 6;
  out.lang = !need.lang.empty() && holds(candidate.expert.langs, need.lang) ? 3 : 0;
  out.duty = candidate.duty == Duty::line1 ? 50 : 0;
  out.load = 10 * (candidate.expert.capacity - candidate.load) / candidate.expert.capacity;
  out.pace = candidate.judged == 0
                 ? 2
                 : std::llround(4 * kHour / (kHour + std::max(0.0, candidate.pace_seconds)));
  return out;
}

json::object reason(std::string_view code, std::int64_t points, json::object params = {}) {
  return {{"code", code}, {"params", std::move(params)}, {"points", points}};
}

json::array reasons_of(const RoutingNeed& need, const Candidate& candidate, const Parts& parts) {
  json::array out;
  out.push_back(
      reason("route_topic", 10LL * parts.skill.grade,
             {{"topic", *parts.skill.topic}, {"grade", std::to_string(parts.skill.grade)}}));
  if (candidate.duty == Duty::line1 || candidate.duty == Duty::line2)
    out.push_back(
        reason(candidate.duty == Duty::line1 ? "route_line1" : "route_line2", parts.duty));
  if (const std::string* place =
          any_region(need, candidate) ? nullptr : place_of(need, candidate)) {
    out.push_back(reason("route_region", parts.region, {{"region", *place}}));
  } else {
    out.push_back(reason("route_any_region", parts.region));
  }
  if (parts.lang > 0) out.push_back(reason("route_lang", parts.lang, {{"lang", need.lang}}));
  out.push_back(reason("route_load", parts.load,
                       {{"load", std::to_string(candidate.load)},
                        {"capacity", std::to_string(candidate.expert.capacity)}}));
  if (candidate.judged == 0) {
    out.push_back(reason("route_pace_unknown", parts.pace));
  } else {
    out.push_back(reason("route_pace", parts.pace,
                         {{"minutes", std::to_string(std::llround(candidate.pace_seconds / 60))}}));
  }
  return out;
}

json::array bars_of(const RoutingNeed& need, const Candidate& candidate) {
  json::array out;
  for (std::size_t i = 0; i < kBars.size(); ++i) {
    const Bar bar = static_cast<Bar>(i);
    if (!is_barred(bar, need, candidate)) continue;
    json::object params;
    if (bar == Bar::conflict) params["with"] = *conflict_of(need, candidate);
    if (bar == Bar::full) {
      params["load"] = std::to_string(candidate.load);
      params["capacity"] = std::to_string(candidate.expert.capacity);
    }
    out.push_back(reason(fmt::format("why_not_{}", kBars[i]), 0, std::move(params)));
  }
  return out;
}

/// The order of those who fit.
bool better(const Candidate& a, std::int64_t a_points, const Candidate& b, std::int64_t b_points) {
  if (a_points != b_points) return a_points > b_points;
  return std::tie(a.load, a.expert.id) < std::tie(b.load, b.expert.id);
}

}  // namespace

std::optional<Choice> route(const RoutingNeed& need, const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  std::int64_t best_points = 0;
  for (const Candidate& candidate : candidates) {
    if (!may_take(need, candidate)) continue;
    const std::int64_t points = parts_of(need, candidate).points();
    if (best != nullptr && !better(candidate, points, *best, best_points)) continue;
    best = &candidate;
    best_points = points;
  }
  if (best == nullptr) return std::nullopt;
  return Choice{static_cast<std::size_t>(best - candidates.data()), best->expert.account,
                best->expert.id, reasons_of(need, *best, parts_of(need, *best))};
}

std::vector<Standing> standings(const RoutingNeed& need, const std::vector<Candidate>& candidates) {
  std::vector<Standing> out;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (may_take(need, candidate)) {
      const Parts parts = parts_of(need, candidate);
      out.push_back({i, true, parts.points(), reasons_of(need, candidate, parts)});
    } else {
      out.push_back({i, false, 0, bars_of(need, candidate)});
    }
  }
  std::sort(out.begin(), out.end(), [&](const Standing& a, const Standing& b) {
    if (a.fits != b.fits) return a.fits;
    const Candidate &left = candidates[a.index], &right = candidates[b.index];
    if (a.fits) return better(left, a.points, right, b.points);
    const bool left_knows = knows_kind(need, left), right_knows = knows_kind(need, right);
    if (left_knows != right_knows) return left_knows;
    if (a.reasons.size() != b.reasons.size()) return a.reasons.size() < b.reasons.size();
    return left.expert.id < right.expert.id;
  });
  return out;
}

json::array why_nobody(const RoutingNeed& need, const std::vector<Candidate>& candidates) {
  if (need.topics.empty()) return {reason("wait_no_topic", 0)};
  std::map<Bar, std::int64_t> stopped_by;
  std::int64_t skilled = 0;
  for (const Candidate& candidate : candidates) {
    if (is_barred(Bar::able, need, candidate) || is_barred(Bar::topic, need, candidate)) continue;
    ++skilled;
    for (std::size_t i = 2; i < kBars.size(); ++i) {
      if (!is_barred(static_cast<Bar>(i), need, candidate)) continue;
      ++stopped_by[static_cast<Bar>(i)];
      break;
    }
  }
  if (skilled == 0) return {reason("wait_topic", 0, {{"topic", need.topics.front()}})};
  json::array out;
  for (const auto& [bar, count] : stopped_by) {
    out.push_back(reason(fmt::format("wait_{}", kBars[static_cast<std::size_t>(bar)]), 0,
                         {{"count", std::to_string(count)}}));
  }
  return out;
}

bool knows_kind(const RoutingNeed& need, const Candidate& candidate) {
  return !is_barred(Bar::able, need, candidate) && !is_barred(Bar::topic, need, candidate) &&
         !is_barred(Bar::region, need, candidate);
}

bool has_room(const Candidate& candidate) {
  return candidate.able && !candidate.expert.account.empty() && !candidate.absent &&
         !candidate.quiet && candidate.duty != Duty::off &&
         candidate.load < candidate.expert.capacity;
}

}  // namespace clarion::desk
