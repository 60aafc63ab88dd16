#include "roster/gaps.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace clarion::roster {
namespace {

using Span = std::pair<model::Time, model::Time>;

struct Need {
  std::string duty, topic;
  int count = 1;
  model::Time from, until;
};

std::vector<Need> needs_of(const Roster& roster, const ops::Zone& zone) {
  std::vector<Need> out;
  const auto planned = [&](std::string_view duty, const std::optional<int>& asked, int usual) {
    const auto first = roster.first.find(duty);
    if (first == roster.first.end() || asked.value_or(usual) == 0) return;
    out.push_back(
        {std::string(duty), "", asked.value_or(usual), first->second, model::Time::max()});
  };
  planned(kDesk, roster.needs.desk, 1);
  planned(kApprover, roster.needs.approver, 2);
  const auto experts = roster.first.find(kExpert);
  if (experts == roster.first.end()) return out;
  if (roster.needs.topics) {
    for (const std::string& topic : *roster.needs.topics)
      out.push_back({std::string(kExpert), topic, 1, experts->second, model::Time::max()});
    return out;
  }
  std::map<std::string, std::vector<Span>> topics;
  for (const Plan& plan : roster.plans) {
    if (plan.post.duty != kExpert || !plan.schedule.empty()) continue;
    const Span span{moment_of(zone, plan.starts, plan.at),
                    plan.ends ? moment_of(zone, *plan.ends, plan.at) : model::Time::max()};
    for (const std::string& topic : plan.post.topics) topics[topic].push_back(span);
  }
  for (auto& [topic, spans] : topics) {
    std::sort(spans.begin(), spans.end());
    model::Time reached = model::Time::min();
    for (const auto& [from, until] : spans) {
      if (until > reached)
        out.push_back({std::string(kExpert), topic, 1, std::max(from, reached), until});
      reached = std::max(reached, until);
    }
  }
  return out;
}

/// The parts of a span in which anybody is needed at all.
std::vector<Span> hours_in(const std::optional<std::pair<int, int>>& hours, const ops::Zone& zone,
                           model::Time from, model::Time until) {
  if (!hours) return {{from, until}};
  std::vector<Span> out;
  const Day last = day_of(zone.civil(until));
  for (Day day = day_of(zone.civil(from)) - std::chrono::days(1); day <= last;
       day += std::chrono::days(1)) {
    const Day end = hours->second <= hours->first ? day + std::chrono::days(1) : day;
    const Span open{std::max(from, moment_of(zone, day, hours->first)),
                    std::min(until, moment_of(zone, end, hours->second))};
    if (open.first < open.second) out.push_back(open);
  }
  return out;
}

bool serves(const Need& need, const Stretch& one) {
  if (one.account.empty() || one.post.duty != need.duty) return false;
  const auto& topics = one.post.topics;
  return need.topic.empty() || topics.empty() ||
         std::find(topics.begin(), topics.end(), need.topic) != topics.end();
}

void gaps_of(const Need& need, const std::vector<Stretch>& stretches, const Span& span,
             std::vector<Gap>& out) {
  struct Edge {
    model::Time at;
    int by;
    const std::string* account;
  };
  std::vector<Edge> edges;
  for (const Stretch& one : stretches) {
    if (!serves(need, one) || one.from >= span.second || one.until <= span.first) continue;
    edges.push_back({std::max(one.from, span.first), +1, &one.account});
    edges.push_back({std::min(one.until, span.second), -1, &one.account});
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
  std::map<std::string_view, int> on;
  int have = 0;
  model::Time at = span.first;
  const std::size_t before = out.size();
  const auto note = [&](model::Time until) {
    if (at >= until) return;
    if (have < need.count) {
      if (out.size() > before && out.back().until == at && out.back().have == have) {
        out.back().until = until;
      } else {
        out.push_back({need.duty, need.topic, need.count, have, at, until});
      }
    }
    at = until;
  };
  for (const Edge& edge : edges) {
    note(edge.at);
    int& times = on[*edge.account];
    have -= times > 0 ? 1 : 0;
    times += edge.by;
    have += times > 0 ? 1 : 0;
  }
  note(span.second);
}

}  // namespace

std::vector<Gap> find_gaps(const Roster& roster, const std::vector<Stretch>& stretches,
                           const ops::Zone& zone, model::Time from, model::Time until) {
  std::vector<Gap> out;
  for (const Need& need : needs_of(roster, zone)) {
    const Span span{std::max(from, need.from), std::min(until, need.until)};
    if (span.first >= span.second) continue;
    for (const Span& open : hours_in(roster.needs.hours, zone, span.first, span.second))
      gaps_of(need, stretches, open, out);
  }
  std::sort(out.begin(), out.end(), [](const Gap& a, const Gap& b) {
    return std::tie(a.from, a.duty, a.topic) < std::tie(b.from, b.duty, b.topic);
  });
  return out;
}

std::vector<model::Time> find_handovers(const std::vector<Stretch>& stretches, model::Time from,
                                        model::Time until) {
  std::map<std::string_view, std::vector<const Stretch*>> slots;
  for (const Stretch& one : stretches) {
    if (one.post.duty != kExpert && !one.account.empty()) slots[one.slot].push_back(&one);
  }
  std::vector<model::Time> out;
  const auto add = [&](model::Time at) {
    if (at > from && at < until) out.push_back(at);
  };
  for (auto& [slot, list] : slots) {
    std::sort(list.begin(), list.end(),
              [](const Stretch* a, const Stretch* b) { return a->from < b->from; });
    for (std::size_t i = 0; i < list.size(); ++i) {
      const bool same_before =
          i > 0 && list[i - 1]->until == list[i]->from && list[i - 1]->account == list[i]->account;
      const bool same_after = i + 1 < list.size() && list[i + 1]->from == list[i]->until &&
                              list[i + 1]->account == list[i]->account;
      if (!same_before) add(list[i]->from);
      if (!same_after) add(list[i]->until);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace clarion::roster
