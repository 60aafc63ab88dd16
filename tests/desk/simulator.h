#pragma once

#include "desk/desk_store.h"
#include "desk/due.h"
#include "desk/waiting.h"
#include "store/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace clarion::desk {

/// A desk under surge: cases come, experts claim, judge, refuse, fall silent, go off and on; the
/// server restarts. Everything goes through the store as in the program; the clock is simulated.
class Simulator : public DeskStore {
 public:
  struct Plan {
    int cases = 300, experts = 12, minutes = 10;
    std::uint32_t seed = 1;
    int check_every = 1;     ///< seconds between two looks over all waiting cases
    int order_percent = 20;  ///< of verdicts after which the order of what waits is looked at
  };
  struct Report {
    std::vector<std::string> broken;  ///< promises that did not hold, in words
    std::vector<double> decision_us;  ///< real time of each decision: reading the team, choosing
    int opened = 0, judged = 0, refused = 0, lost = 0, restarts = 0, most_waiting = 0;
    int in_order = 0;  ///< cases that waited and went out as the most urgent one that fits
  };

  explicit Simulator(Plan plan) : plan_(plan), random_(plan.seed) {}

  Report run() {
    hire();
    for (int second = 0; second < 60 * plan_.minutes; ++second) step(second, true);
    drain();
    check_end();
    return std::move(report_);
  }

 private:
  static constexpr const char* kTopics[] = {"typhoon", "flood", "infectious", "food", "fire"};
  static constexpr const char* kRegions[] = {"440100", "440300", "440400", "440000"};

  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  void hire() {
    account("anna", "operator");
    for (int i = 0; i < plan_.experts; ++i) {
      std::map<std::string, int> topics;
      for (const char* topic : kTopics) {
        if (chance(50)) topics[topic] = 1 + static_cast<int>(random_() % 3);
      }
      if (i < 5) topics[kTopics[i]] = 1;  // each topic has somebody everywhere
      std::vector<std::string> regions;
      if (i >= 5 && chance(50)) regions.push_back(kRegions[random_() % 4]);
      names_.push_back(fmt::format("x{:03}", i));
      const auto capacity = static_cast<std::int64_t>(1 + random_() % 6);
      capacity_[names_.back()] = capacity;
      expert(names_.back(), topics, capacity, regions);
    }
    due_ = std::make_unique<DueWork>(options);
  }

  void step(int second, bool arrivals) {
    store.clock.advance(std::chrono::seconds(1));
    if (arrivals && second % 97 == 96) restart();
    if (arrivals && chance(5)) toggle(names_[random_() % names_.size()]);
    const int total = 60 * plan_.minutes;
    const int upto = arrivals ? plan_.cases * (second + 1) / total : report_.opened;
    const auto done = store->write([&](store::Tx& tx) -> Status {
      while (report_.opened < upto) {
        CLARION_TRY(open_one(tx));
      }
      for (const std::string& name : names_) {
        CLARION_TRY(work(tx, name, arrivals));
      }
      CLARION_TRY(const auto round, due_->run(tx));
      report_.lost += static_cast<int>(round.leases);
      return ok();
    });
    if (!done) report_.broken.push_back("a step failed: " + done.error().text);
    if (second % plan_.check_every == 0) check(second);
  }

  Status open_one(store::Tx& tx) {
    NewCase what;
    what.topics = {kTopics[random_() % 5]};
    if (chance(20)) {
      what.topics.emplace_back(kTopics[random_() % 5]);
      std::sort(what.topics.begin(), what.topics.end());
      what.topics.erase(std::unique(what.topics.begin(), what.topics.end()), what.topics.end());
    }
    if (chance(60)) what.regions = {kRegions[random_() % 4]};
    what.severity = static_cast<model::Severity>(random_() % 4);
    what.score = static_cast<double>(random_() % 100) / 100;
    const RoutingNeed need{what.topics, what.regions, "zh", {"weibo"}, {}};
    const auto begun = std::chrono::steady_clock::now();
    CLARION_TRY(const Team* team, options.staff->team(tx));
    static_cast<void>(route(need, team->candidates));
    report_.decision_us.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun)
            .count());
    CLARION_TRY(const auto row, open_in(tx, what));
    ids_.push_back(row.id);
    ++report_.opened;
    return ok();
  }

  /// What one expert does in a second.
  Status work(store::Tx& tx, const std::string& name, bool careless) {
    if (off_.contains(name)) return ok();
    store::CaseQuery query;
    query.assignee = name;
    query.states = {"assigned", "in_review"};
    CLARION_TRY(const auto page, store::list_cases(tx, query));
    const auto act_on = [&](const store::CaseRow& row, std::string_view action,
                            std::string_view body) -> Status {
      CLARION_TRY(act_on_case({tx, an_expert(name), policy, options, row.id, std::nullopt}, action,
                              json::parse(body).as_object()));
      return ok();
    };
    for (const store::CaseRow& row : page.rows) {
      if (row.state == "assigned") {
        if (careless && chance(2)) {
          ++report_.refused;
          CLARION_TRY(
              act_on(row, "release",
                     chance(50) ? R"({"reason":"not_my_field"})" : R"({"reason":"no_time"})"));
        } else if (chance(30)) {
          CLARION_TRY(act_on(row, "claim", "{}"));
          if (careless && chance(3)) silent_.insert(row.id);
        }
      } else if (!silent_.contains(row.id) && chance(8)) {
        std::optional<std::string> next;
        if (chance(plan_.order_percent)) {
          CLARION_TRY(next, next_for(tx, name));
        }
        CLARION_TRY(act_on(row, "verdict", kVerdict));
        if (next) {
          CLARION_TRY(const auto given, store::find_case(tx, *next));
          if (given && given->state != "open") {
            ++report_.in_order;
          } else {
            report_.broken.push_back(*next + " still waits, a less urgent case was given out");
          }
        }
        ++report_.judged;
        if (!judged_.insert(row.id).second) report_.broken.push_back(row.id + " was judged twice");
      }
    }
    return ok();
  }

  /// The most urgent waiting case that the expert may take once one of theirs is done.
  Result<std::optional<std::string>> next_for(store::View& view, const std::string& name) {
    CLARION_TRY(auto team, read_team(view, options, store.clock.now()));
    const auto me = std::find_if(team.candidates.begin(), team.candidates.end(),
                                 [&](const Candidate& c) { return c.expert.account == name; });
    --me->load;
    if (!has_room(*me)) return std::nullopt;
    store::CaseQuery query{.states = {"open"}, .limit = 100};
    do {
      CLARION_TRY(const auto page, store::list_cases(view, query));
      for (const store::CaseRow& row : page.rows) {
        CLARION_TRY(const auto need, need_of(view, row, store.clock.now()));
        if (route(need, {*me})) return row.id;
      }
      query.after = page.next;
    } while (query.after);
    return std::nullopt;
  }

  /// Somebody's capacity goes to nothing for a while, or comes back: off duty and on again.
  void toggle(const std::string& name) {
    const bool back = off_.erase(name) > 0;
    if (!back) off_.insert(name);
    const auto row =
        *store->read([&](store::View& view) { return store::find_expert(view, "e-" + name); })
             .value();
    store
        ->write([&](store::Tx& tx) {
          store::ExpertRow changed = row;
          changed.record["capacity"] = back ? capacity_[name] : 0;
          return store::put_expert(tx, changed);
        })
        .value();
  }

  void restart() {
    ++report_.restarts;
    store.reopen();
    options.staff = std::make_shared<Staff>(ops::Zone::load("Asia/Shanghai").value());
    due_ = std::make_unique<DueWork>(options);
  }

  /// Nobody above capacity, nobody with room while a case waits that they may take.
  void check(int second) {
    const auto seen = store->read([&](store::View& view) -> Status {
      CLARION_TRY(const auto team, read_team(view, options, store.clock.now()));
      for (const Candidate& candidate : team.candidates) {
        if (candidate.load > capacity_[candidate.expert.account])
          report_.broken.push_back(fmt::format("{}: {} holds {} of {}", second,
                                               candidate.expert.account, candidate.load,
                                               capacity_[candidate.expert.account]));
      }
      int waiting = 0;
      for (const std::string& id : ids_) {
        if (judged_.contains(id)) continue;
        CLARION_TRY(const auto row, store::find_case(view, id));
        if (!row) {
          report_.broken.push_back(id + " is lost");
          continue;
        }
        if (row->state != "open") continue;
        ++waiting;
        CLARION_TRY(const auto need, need_of(view, *row, store.clock.now()));
        if (const auto choice = route(need, team.candidates))
          report_.broken.push_back(
              fmt::format("{}: {} waits, {} could take it", second, id, choice->account));
      }
      report_.most_waiting = std::max(report_.most_waiting, waiting);
      return ok();
    });
    if (!seen) report_.broken.push_back("a look failed: " + seen.error().text);
  }

  /// Everybody works carefully until nothing is left.
  void drain() {
    while (!off_.empty()) toggle(std::string(*off_.begin()));
    silent_.clear();
    // Somebody new, for what all who know it gave back for good.
    names_.emplace_back("zoe");
    capacity_["zoe"] = 3;
    expert("zoe", {{"typhoon", 1}, {"flood", 1}, {"infectious", 1}, {"food", 1}, {"fire", 1}}, 3);
    for (int second = 0; second < 40'000 && report_.judged < report_.opened; ++second)
      step(second, false);
  }

  void check_end() {
    for (const std::string& id : ids_) {
      const auto row = now(id);
      if (row.state != "judged")
        report_.broken.push_back(
            fmt::format("{} ended as {} ({})", id, row.state, json::serialize(row.details)));
    }
    const auto verdicts =
        store->read([](store::View& view) { return store::all_verdicts(view); }).value();
    if (verdicts.size() != ids_.size())
      report_.broken.push_back(
          fmt::format("{} verdicts of {} cases", verdicts.size(), ids_.size()));
  }

  Plan plan_;
  std::mt19937 random_;
  Report report_;
  std::vector<std::string> names_, ids_;
  std::map<std::string, std::int64_t> capacity_;
  std::set<std::string> off_, silent_, judged_;
  std::unique_ptr<DueWork> due_;
};

}  // namespace clarion::desk
