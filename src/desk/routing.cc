#include "desk/routing.h"

#include "model/region.h"

#include <algorithm>

namespace clarion::desk {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

struct Ranked {
  std::int64_t points = 0;
  json::array reasons;
};

void add(Ranked& ranked, std::string_view code, std::int64_t points, json::object params) {
  ranked.points += points;
  ranked.reasons.push_back({{"code", code}, {"params", std::move(params)}, {"points", points}});
}

std::optional<Ranked> rank(const RoutingNeed& need, const Candidate& candidate) {
  const roster::Expert& expert = candidate.expert;
  if (expert.account.empty() || candidate.load >= expert.capacity ||
      holds(need.not_to, expert.account))
    return std::nullopt;
  for (const std::string& conflict : expert.conflicts) {
    if (holds(need.sources, conflict) || holds(need.topics, conflict)) return std::nullopt;
  }
  Ranked out;
  const std::string* best_topic = nullptr;
  int grade = 0;
  for (const std::string& topic : need.topics) {
    const auto found = expert.topics.find(topic);
    if (found != expert.topics.end() && found->second > grade) {
      grade = found->second;
      best_topic = &topic;
    }
  }
  if (best_topic == nullptr) return std::nullopt;
  add(out, "route_topic", 10LL * grade, {{"topic", *best_topic}, {"grade", std::to_string(grade)}});

  if (need.regions.empty() || expert.regions.empty()) {
    add(out, "route_any_region", 2, {});
  } else {
    const std::string* place = nullptr;
    for (const std::string& region : need.regions) {
      for (const std::string& theirs : expert.regions) {
        if (model::regions_match(region, theirs)) place = &theirs;
      }
    }
    if (place == nullptr) return std::nullopt;
    add(out, "route_region", 6, {{"region", *place}});
  }
  if (!need.lang.empty() && holds(expert.langs, need.lang))
    add(out, "route_lang", 3, {{"lang", need.lang}});
  const std::int64_t free = 10 * (expert.capacity - candidate.load) / expert.capacity;
  add(out, "route_load", free,
      {{"load", std::to_string(candidate.load)}, {"capacity", std::to_string(expert.capacity)}});
  return out;
}

}  // namespace

std::optional<Choice> route(const RoutingNeed& need, const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  Ranked best_rank;
  for (const Candidate& candidate : candidates) {
    auto ranked = rank(need, candidate);
    if (!ranked) continue;
    const bool better =
        best == nullptr || ranked->points > best_rank.points ||
        (ranked->points == best_rank.points &&
         std::pair(candidate.load, candidate.expert.id) < std::pair(best->load, best->expert.id));
    if (better) {
      best = &candidate;
      best_rank = std::move(*ranked);
    }
  }
  if (best == nullptr) return std::nullopt;
  return Choice{best->expert.account, best->expert.id, std::move(best_rank.reasons)};
}

}  // namespace clarion::desk
