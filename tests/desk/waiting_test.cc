#include "desk/waiting.h"

#include "desk/simulator.h"

#include <gtest/gtest.h>

namespace clarion::desk {
namespace {

class Waiting : public testing::Test, protected DeskStore {
 protected:
  void SetUp() override { account("anna", "operator"); }
  Status route_all() {
    return store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(const bool more, route_waiting(tx, options));
      return more ? Status(Error{Errc::overloaded, "more"}) : ok();
    });
  }
};

TEST_F(Waiting, SaysWhyNobodyTakesItAndIsOfferedToANewExpert) {
  const auto row = open();
  EXPECT_EQ(row.state, "open");
  EXPECT_EQ(row.details.at("waiting_reasons").at(0).at("code").as_string(), "wait_topic");
  DueWork due(options);
  const auto is_due = [&] {
    return store->read([&](store::View& view) { return due.is_due(view, store.clock.now()); })
        .value();
  };
  ASSERT_TRUE(store->write([&](store::Tx& tx) { return due.run(tx); }));
  EXPECT_FALSE(is_due());
  expert("chen", {{"typhoon", 2}}, 3);
  EXPECT_TRUE(is_due());
  ASSERT_TRUE(store->write([&](store::Tx& tx) { return due.run(tx); }));
  EXPECT_EQ(now(row.id).assignee, "chen");
}

TEST_F(Waiting, BehindManyThatNobodyCanTakeACaseThatSomebodyCanIsGivenOut) {
  for (int i = 0; i < 60; ++i) open({.topics = {"food"}, .severity = model::Severity::extreme});
  const auto last = open({.severity = model::Severity::minor});
  expert("chen", {{"typhoon", 1}}, 1);
  ASSERT_TRUE(route_all());
  EXPECT_EQ(now(last.id).assignee, "chen");
}

TEST_F(Waiting, ARolledBackChangeOfTheStaffIsNotBelieved) {
  ASSERT_FALSE(store->write([&](store::Tx& tx) -> Status {
    CLARION_TRY(store::add_account(tx, {"eva", "expert", {}, std::nullopt, false, 1, {}}));
    CLARION_TRY(store::put_expert(tx, {"e-eva",
                                       "eva",
                                       {{"id", "e-eva"},
                                        {"user", "eva"},
                                        {"name", "eva"},
                                        {"topics", {{"typhoon", 3}}},
                                        {"capacity", 9}}}));
    CLARION_TRY(const auto row, open_in(tx, {}));
    EXPECT_EQ(row.assignee, "eva");
    return Error{Errc::invalid, "undone"};
  }));
  expert("chen", {{"typhoon", 1}}, 3);  // counts to the same number of changes, or near it
  account("du", "operator");
  EXPECT_EQ(open().assignee, "chen");
}

/// Random rosters and waiting cases: what is given out is what a walk over all of them would give.
TEST_F(Waiting, GoesByPriorityAsAWalkOverAllCasesWould) {
  std::mt19937 random(11);
  const char* topics[] = {"typhoon", "flood", "food"};
  const char* regions[] = {"440100", "440300"};
  for (int round = 0; round < 25; ++round) {
    std::vector<std::string> waiting;
    for (int i = 0; i < 30; ++i) {
      NewCase what{.topics = {topics[random() % 3]},
                   .severity = static_cast<model::Severity>(random() % 4),
                   .score = static_cast<double>(random() % 100) / 100};
      if (random() % 2 == 0) what.regions = {regions[random() % 2]};
      const auto row = open(what);
      if (row.state == "open") waiting.push_back(row.id);
    }
    std::map<std::string, int> skills;
    for (const char* topic : topics) {
      if (random() % 2 == 0) skills[topic] = 1 + static_cast<int>(random() % 3);
    }
    std::vector<std::string> places;
    if (random() % 2 == 0) places.push_back(regions[random() % 2]);
    // The oracle: all waiting cases, most urgent first, to the one who came.
    const auto open_ones =
        store
            ->read([](store::View& view) {
              return store::list_cases(view, {.states = {"open"}, .limit = 9999});
            })
            .value()
            .rows;
    Candidate candidate;
    candidate.expert.account = "x";
    candidate.expert.id = "x";
    candidate.expert.topics = skills;
    candidate.expert.regions = places;
    candidate.expert.capacity = 7;
    std::set<std::string> expected;
    for (const store::CaseRow& row : open_ones) {
      if (candidate.load < 7 && route({row.topics, row.regions, row.lang, {}, {}}, {candidate})) {
        expected.insert(row.id);
        ++candidate.load;
      }
    }
    const std::string name = fmt::format("x{:02}", round);
    expert(name, skills, 7, places);
    ASSERT_TRUE(route_all());
    std::set<std::string> given;
    const auto mine = store
                          ->read([&](store::View& view) {
                            return store::list_cases(view, {.assignee = name, .limit = 100});
                          })
                          .value();
    for (const store::CaseRow& row : mine.rows) given.insert(row.id);
    EXPECT_EQ(given, expected) << "round " << round;
    // Full for good, so that the next round is the next one's alone.
  }
}

TEST(Surge, KeepsItsPromisesWithRefusalsLostLeasesAndRestarts) {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    const auto report =
        Simulator({.cases = 150, .experts = 10, .minutes = 4, .seed = seed, .check_every = 2})
            .run();
    EXPECT_EQ(report.broken, std::vector<std::string>{}) << "seed " << seed;
    EXPECT_EQ(report.opened, 150);
    EXPECT_EQ(report.judged, 150);
    EXPECT_GT(report.restarts, 0);
    EXPECT_GT(report.in_order, 0);
  }
}

}  // namespace
}  // namespace clarion::desk
