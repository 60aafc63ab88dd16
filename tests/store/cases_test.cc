#include "store/cases.h"

#include "store/sqlite/connection.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

class CaseList : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([](Tx& tx) -> Status {
      const char* states[] = {"open", "assigned", "closed"};
      for (int i = 0; i < 60; ++i) {
        CaseRow row;
        row.id = "c_" + std::to_string(100 + i);
        row.org = "desk";
        row.mode = "Actual";
        row.state = states[i % 3];
        row.priority = i * 7 % 20;
        row.lang = "zh";
        row.topics = {i % 2 == 0 ? "typhoon" : "flood"};
        row.assignee = i % 3 == 1 ? std::optional<std::string>("chen") : std::nullopt;
        row.created_at = tx.now();
        CLARION_TRY(add_case(tx, row));
      }
      return ok();
    }));
  }
  /// Walks all pages of a query and returns the ids met.
  std::vector<std::string> walk(CaseQuery query) {
    std::vector<std::string> out;
    query.limit = 7;
    while (true) {
      const auto page = store->read([&](View& view) { return list_cases(view, query); }).value();
      for (const CaseRow& row : page.rows) out.push_back(row.id);
      if (!page.next) return out;
      query.after = page.next;
    }
  }

  TempStore store;
};

TEST_F(CaseList, MeetsEachCaseOnceInEitherOrder) {
  for (const bool by_id : {false, true}) {
    for (const std::vector<std::string>& states :
         {std::vector<std::string>{}, {"open", "assigned"}, {"open", "open"}}) {
      const auto ids = walk({.states = states, .by_id = by_id});
      EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
      EXPECT_EQ(ids.size(), states.empty() ? 60U : states[1] == "open" ? 20U : 40U);
    }
  }
}

TEST_F(CaseList, PutsTheMostUrgentFirstOverAllStates) {
  const auto page = store
                        ->read([](View& view) {
                          return list_cases(view, {.states = {"assigned", "open"}, .limit = 100});
                        })
                        .value()
                        .rows;
  for (std::size_t i = 1; i < page.size(); ++i) {
    EXPECT_GE(std::pair(page[i - 1].priority, page[i].id),
              std::pair(page[i].priority, page[i - 1].id));
  }
}

TEST_F(CaseList, FiltersByTopicAssigneeAndPriority) {
  EXPECT_EQ(walk({.topic = "typhoon"}).size(), 30U);
  EXPECT_EQ(walk({.assignee = "chen"}).size(), 20U);
  EXPECT_EQ(walk({.only_account = "chen"}).size(), 20U);
  EXPECT_EQ(walk({.min_priority = 19}).size(), 3U);
}

TEST_F(CaseList, FiltersByRegionAboveInsideAndWithout) {
  ASSERT_TRUE(store->write([](Tx& tx) -> Status {
    for (const char* region : {"440000", "440100", "440106", "440300"}) {
      CaseRow row;
      row.id = std::string("r_") + region;
      row.org = "desk";
      row.mode = "Actual";
      row.state = "judged";
      row.regions = {region};
      CLARION_TRY(add_case(tx, row));
    }
    return ok();
  }));
  const auto found = walk({.states = {"judged"}, .region = "440100", .by_id = true});
  EXPECT_EQ(found, (std::vector<std::string>{"r_440000", "r_440100", "r_440106"}));
  EXPECT_EQ(walk({.region = "440100"}).size(), 63U) << "cases without regions are everywhere's";
}

TEST_F(CaseList, AFilterThatFewPassReadsABoundedNumberAndNamesWhereToGoOn) {
  ASSERT_TRUE(store->write([](Tx& tx) -> Status {
    for (int i = 0; i < 21'000; ++i) {
      CaseRow row;
      row.id = "m_" + std::to_string(100'000 + i);
      row.org = "desk";
      row.mode = "Actual";
      row.state = "open";
      row.priority = 50;
      row.claim = i == 20'500 ? "找的就是它" : "别的";
      CLARION_TRY(add_case(tx, row));
    }
    return ok();
  }));
  const auto first =
      store->read([](View& view) { return list_cases(view, {.text = "找的"}); }).value();
  EXPECT_TRUE(first.rows.empty());
  EXPECT_TRUE(first.next);
  EXPECT_EQ(walk({.text = "找的"}), std::vector<std::string>{"m_120500"});
}

TEST_F(CaseList, ADrillIsFoundWholeAmongManyRealCases) {
  ASSERT_TRUE(store->write([](Tx& tx) -> Status {
    for (int i = 0; i < 6'003; ++i) {
      CaseRow row;
      row.id = "m_" + std::to_string(100'000 + i);
      row.org = "desk";
      row.mode = i % 3000 == 0 ? "Exercise" : "Actual";
      row.state = i == 0 ? "assigned" : "open";
      row.priority = i % 3000 == 0 ? i / 3000 : 50;
      CLARION_TRY(add_case(tx, row));
    }
    return ok();
  }));
  for (const std::vector<std::string>& states :
       {std::vector<std::string>{}, {"open", "assigned"}}) {
    for (const bool by_id : {false, true}) {
      const auto page = store
                            ->read([&](View& view) {
                              return list_cases(
                                  view, {.states = states, .actual = false, .by_id = by_id});
                            })
                            .value();
      std::vector<std::string> ids;
      for (const CaseRow& row : page.rows) ids.push_back(row.id);
      std::vector<std::string> expected{"m_100000", "m_103000", "m_106000"};
      if (!by_id) std::reverse(expected.begin(), expected.end());
      EXPECT_EQ(ids, expected);
      EXPECT_FALSE(page.next) << "no page is broken off by the others";
      EXPECT_EQ(walk({.states = states, .actual = false, .by_id = by_id}), expected);
    }
  }
}

/// Work per item must not grow with history: what is asked many times a second walks an index made
/// for it.
TEST_F(CaseList, WalksIndexesWhereHistoryGrows) {
  const auto plan = [&](std::string_view sql) {
    return store
        ->read([&](View& view) -> Result<std::string> {
          auto query = view.connection().prepare(sql);
          std::string out;
          while (true) {
            CLARION_TRY(auto row, query.step());
            if (!row) return out;
            out += query.text(3) + "\n";
          }
        })
        .value();
  };
  EXPECT_NE(
      plan("EXPLAIN QUERY PLAN SELECT * FROM cases WHERE state = 'open' ORDER BY rank DESC, id")
          .find("USING INDEX cases_by_state (state=?)"),
      std::string::npos);
  EXPECT_NE(plan("EXPLAIN QUERY PLAN SELECT * FROM cases WHERE assignee = 'a' AND state = 'open' "
                 "ORDER BY rank DESC, id")
                .find("USING INDEX cases_by_assignee (assignee=? AND state=?)"),
            std::string::npos);
  EXPECT_NE(plan("EXPLAIN QUERY PLAN SELECT * FROM cases WHERE alarm_at <= 5 ORDER BY alarm_at")
                .find("cases_by_alarm"),
            std::string::npos);
  EXPECT_NE(plan("EXPLAIN QUERY PLAN SELECT * FROM notices WHERE draft_state = 'approved' AND "
                 "json_extract(draft_details, '$.publish_at') IS NOT NULL ORDER BY id")
                .find("notices_approved"),
            std::string::npos);
}

}  // namespace
}  // namespace clarion::store
