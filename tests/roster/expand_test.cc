#include "roster/expand.h"

#include "roster/gaps.h"
#include "roster/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace clarion::roster {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

ops::Zone zone(std::string_view name) { return ops::Zone::load(name).value(); }
model::Time at(std::string_view text) { return model::parse_time(text).value().time; }
Day day(std::string_view text) { return parse_day(text).value(); }

Plan plan(std::string id, std::vector<std::string> people, std::string_view starts) {
  Plan out;
  out.id = std::move(id);
  out.post.duty = kDesk;
  out.people = std::move(people);
  out.starts = day(starts);
  return out;
}

/// "anna 2026-11-23T00:00Z/2026-11-24T00:00Z" a stretch, so that a failure reads well.
std::vector<std::string> texts(const std::vector<Stretch>& list) {
  std::vector<std::string> out;
  for (const Stretch& one : list) {
    out.push_back((one.account.empty() ? "nobody(" + one.why + ")" : one.account) + " " +
                  model::to_text(one.from).substr(0, 16) + "/" +
                  model::to_text(one.until).substr(0, 16));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(RosterExpand, PeopleTakeTurnsFromHandOverToHandOver) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "2026-11-23")};
  EXPECT_EQ(
      texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-23T12:00:00Z"),
                   at("2026-11-25T00:00:00Z"))),
      (Texts{"anna 2026-11-23T00:00/2026-11-24T00:00", "bo 2026-11-24T00:00/2026-11-25T00:00"}));
  EXPECT_TRUE(
      expand(roster, zone("Asia/Shanghai"), at("2026-11-01T00:00:00Z"), at("2026-11-22T00:00:00Z"))
          .empty())
      << "before it starts";
}

TEST(RosterExpand, AWeeklyHandOverKeepsItsWeekdayAndTheFirstWeekIsShort) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "2026-11-25")};  // a Wednesday
  roster.plans[0].days = 7;
  roster.plans[0].weekday = 1;
  EXPECT_EQ(texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-20T00:00:00Z"),
                         at("2026-12-08T00:00:00Z"))),
            (Texts{"anna 2026-11-25T00:00/2026-11-30T00:00", "bo 2026-11-30T00:00/2026-12-07T00:00",
                   "anna 2026-12-07T00:00/2026-12-14T00:00"}));
}

TEST(RosterExpand, HandOverStaysAtItsHourWhenTheClocksChange) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo", "cai"}, "2026-03-28")};
  roster.plans[0].hours = 8;
  // Clocks go forward on 29 March 2026 at 02:00 in Berlin: 00:00 to 08:00 lasts seven hours there.
  EXPECT_EQ(texts(expand(roster, zone("Europe/Berlin"), at("2026-03-28T16:00:00Z"),
                         at("2026-03-29T12:00:00Z"))),
            (Texts{"bo 2026-03-28T15:00/2026-03-28T23:00", "cai 2026-03-28T23:00/2026-03-29T06:00",
                   "anna 2026-03-29T06:00/2026-03-29T14:00"}));
  // … and back on 25 October 2026 at 03:00: nine hours.
  EXPECT_EQ(texts(expand(roster, zone("Europe/Berlin"), at("2026-10-24T22:00:00Z"),
                         at("2026-10-25T06:00:00Z"))),
            (Texts{"cai 2026-10-24T22:00/2026-10-25T07:00"}));
  EXPECT_EQ(texts(expand(roster, zone("Asia/Shanghai"), at("2026-03-28T16:00:00Z"),
                         at("2026-03-29T00:00:00Z"))),
            (Texts{"cai 2026-03-28T16:00/2026-03-29T00:00"}))
      << "no clock changes in Shanghai";
}

TEST(RosterExpand, AHandOverInTheHourThatNeverWasComesAfterIt) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "2026-03-27")};
  roster.plans[0].at = 2 * 60 + 30;
  EXPECT_EQ(
      texts(expand(roster, zone("Europe/Berlin"), at("2026-03-28T12:00:00Z"),
                   at("2026-03-29T12:00:00Z"))),
      (Texts{"bo 2026-03-28T01:30/2026-03-29T01:30", "anna 2026-03-29T01:30/2026-03-30T00:30"}));
}

TEST(RosterExpand, WorksOnItsHoursAndWeekdaysAloneOvernightToo) {
  Roster roster;
  roster.plans = {plan("p", {"anna"}, "2026-11-27")};  // a Friday
  roster.plans[0].at = 22 * 60;
  roster.plans[0].until = 6 * 60;
  roster.plans[0].weekdays = {1, 5};
  EXPECT_EQ(
      texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-27T00:00:00Z"),
                   at("2026-12-01T00:00:00Z"))),
      (Texts{"anna 2026-11-27T14:00/2026-11-27T22:00", "anna 2026-11-30T14:00/2026-11-30T22:00"}));
}

TEST(RosterExpand, OthersWorkOnHolidays) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "2026-09-28")};
  roster.plans[0].days = 7;
  roster.plans[0].holiday_people = {"cai"};
  roster.holidays = {day("2026-10-01"), day("2026-10-02")};
  const auto found =
      expand(roster, zone("Asia/Shanghai"), at("2026-09-29T00:00:00Z"), at("2026-10-05T12:00:00Z"));
  EXPECT_EQ(
      texts(found),
      (Texts{"anna 2026-09-28T00:00/2026-10-01T00:00", "cai 2026-10-01T00:00/2026-10-03T00:00",
             "anna 2026-10-03T00:00/2026-10-05T00:00", "bo 2026-10-05T00:00/2026-10-12T00:00"}));
  EXPECT_EQ(found[1].why, "holiday");
}

TEST(RosterExpand, TheLaterOverrideWinsAndSaysWhomItReplaces) {
  Roster roster;
  roster.plans = {plan("p", {"anna"}, "2026-11-23")};
  roster.overrides = {
      {"o1", "p", "bo", "", at("2026-11-24T02:00:00Z"), at("2026-11-24T06:00:00Z")},
      {"o2", "p", "cai", "", at("2026-11-24T04:00:00Z"), at("2026-11-24T05:00:00Z")}};
  const auto found =
      expand(roster, zone("Asia/Shanghai"), at("2026-11-24T00:00:00Z"), at("2026-11-24T08:00:00Z"));
  EXPECT_EQ(texts(found),
            (Texts{"anna 2026-11-24T00:00/2026-11-24T02:00", "bo 2026-11-24T02:00/2026-11-24T04:00",
                   "cai 2026-11-24T04:00/2026-11-24T05:00", "bo 2026-11-24T05:00/2026-11-24T06:00",
                   "anna 2026-11-24T06:00/2026-11-25T00:00"}));
  EXPECT_EQ(found[2].planned, "anna");
  EXPECT_EQ(found[2].changed_by, "o2");
}

TEST(RosterExpand, WhoIsAwayOrDisabledLeavesAHole) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "2026-11-23")};
  roster.absences = {{"anna", at("2026-11-23T06:00:00Z"), at("2026-11-23T08:00:00Z")}};
  roster.gone = {"bo"};
  EXPECT_EQ(texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-23T00:00:00Z"),
                         at("2026-11-25T00:00:00Z"))),
            (Texts{"anna 2026-11-23T00:00/2026-11-23T06:00",
                   "nobody(absent) 2026-11-23T06:00/2026-11-23T08:00",
                   "anna 2026-11-23T08:00/2026-11-24T00:00",
                   "nobody(absent) 2026-11-24T00:00/2026-11-25T00:00"}));
}

TEST(RosterExpand, ATemporaryScheduleReplacesThePlansForItsSpan) {
  Roster roster;
  roster.plans = {plan("p", {"anna"}, "2026-11-23"), plan("q", {"bo"}, "2026-11-23"),
                  plan("surge", {"cai"}, "2026-11-01")};
  roster.plans[2].schedule = "s";
  roster.schedules = {{"s", "台风", at("2026-11-24T06:00:00Z"), at("2026-11-24T12:00:00Z"), {"p"}}};
  EXPECT_EQ(
      texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-24T00:00:00Z"),
                   at("2026-11-25T00:00:00Z"))),
      (Texts{"anna 2026-11-24T00:00/2026-11-24T06:00", "bo 2026-11-24T00:00/2026-11-25T00:00",
             "cai 2026-11-24T06:00/2026-11-24T12:00", "anna 2026-11-24T12:00/2026-11-25T00:00"}));
}

TEST(RosterExpand, NobodyIsBothFirstAndSecondApprover) {
  Roster roster;
  roster.plans = {plan("a", {"bo"}, "2026-11-23"), plan("b", {"bo", "cai"}, "2026-11-23")};
  for (Plan& one : roster.plans) one.post.duty = kApprover;
  roster.plans[1].post.line = 2;
  EXPECT_EQ(
      texts(expand(roster, zone("Asia/Shanghai"), at("2026-11-23T00:00:00Z"),
                   at("2026-11-25T00:00:00Z"))),
      (Texts{"bo 2026-11-23T00:00/2026-11-24T00:00",
             "nobody(double) 2026-11-23T00:00/2026-11-24T00:00",
             "bo 2026-11-24T00:00/2026-11-25T00:00", "cai 2026-11-24T00:00/2026-11-25T00:00"}));
}

TEST(RosterExpand, AnExpertMayCoverTwoTopicsAtOnce) {
  Roster roster;
  roster.plans = {plan("a", {"chen"}, "2026-11-23"), plan("b", {"chen"}, "2026-11-23")};
  for (Plan& one : roster.plans) one.post.duty = kExpert;
  roster.plans[0].post.topics = {"typhoon"};
  roster.plans[1].post.topics = {"flood"};
  EXPECT_EQ(
      expand(roster, zone("Asia/Shanghai"), at("2026-11-24T00:00:00Z"), at("2026-11-24T01:00:00Z"))
          .size(),
      2U);
}

/// A roster that somebody could have made, from a seed.
Roster random_roster(std::mt19937& random) {
  const std::vector<std::string> people = {"a", "b", "c", "d", "e"};
  const auto pick = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  const auto moment = [&] { return at("2026-03-20T00:00:00Z") + minutes(30 * pick(48 * 20)); };
  Roster roster;
  for (int i = 0; i < 4; ++i) {
    Plan one = plan("p" + std::to_string(i), {}, "2026-03-01");
    one.starts += std::chrono::days(pick(25));
    one.post.duty = pick(2) == 0 ? kDesk : kApprover;
    one.post.line = 1 + pick(2);
    for (int p = 0; p <= pick(4); ++p) {
      const std::string& who = people[static_cast<std::size_t>(pick(5))];
      if (std::find(one.people.begin(), one.people.end(), who) == one.people.end())
        one.people.push_back(who);
    }
    one.at = 30 * pick(48);
    switch (pick(4)) {
      case 0:
        one.hours = 1 + pick(30);
        break;
      case 1:
        one.days = 7;
        one.weekday = 1 + pick(7);
        break;
      case 2:
        one.until = 30 * pick(48);
        one.days = 1 + pick(5);
        break;
      default:
        one.holiday_people = {"e"};
        one.days = 1 + pick(9);
    }
    if (pick(4) == 0) one.ends = one.starts + std::chrono::days(1 + pick(20));
    roster.plans.push_back(std::move(one));
  }
  roster.holidays = {day("2026-03-28"), day("2026-03-29"), day("2026-04-04")};
  for (int i = pick(8); i > 0; --i) {
    const model::Time from = moment();
    roster.overrides.push_back({"o" + std::to_string(i), "p" + std::to_string(pick(4)),
                                pick(6) == 0 ? "" : people[static_cast<std::size_t>(pick(5))], "",
                                from, from + minutes(30 * (1 + pick(60)))});
  }
  for (int i = pick(4); i > 0; --i) {
    const model::Time from = moment();
    roster.absences.push_back(
        {people[static_cast<std::size_t>(pick(5))], from, from + hours(1 + pick(80))});
  }
  if (pick(2) == 0) {
    const model::Time from = moment();
    roster.schedules = {{"s", "s", from, from + hours(1 + pick(100)), {}}};
    roster.plans[3].schedule = "s";
  }
  return roster;
}

TEST(RosterExpand, HoldsItsPromisesForAnyRoster) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Roster roster = random_roster(random);
    const ops::Zone where = zone(seed % 2 == 0 ? "Europe/Berlin" : "Asia/Shanghai");
    const model::Time from = at("2026-03-24T00:00:00Z"), until = at("2026-04-05T00:00:00Z");
    const auto all = expand(roster, where, from, until);
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_LT(all[i].from, all[i].until);
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        const bool meet = all[i].from < all[j].until && all[j].from < all[i].until;
        ASSERT_FALSE(meet && all[i].slot == all[j].slot) << "one slot holds one person at a time";
        ASSERT_FALSE(meet && !all[i].account.empty() && all[i].account == all[j].account &&
                     all[i].post.duty == all[j].post.duty)
            << "nobody stands twice";
      }
    }
    for (const Absence& away : roster.absences) {
      for (const Stretch& one : all)
        ASSERT_FALSE(one.account == away.account && one.from < away.until && away.from < one.until);
    }
    // The newest override of a slot decides, unless that person is away or a schedule came between.
    for (std::size_t i = 0; i < roster.overrides.size(); ++i) {
      const Override& mine = roster.overrides[i];
      for (const Stretch& one : all) {
        if (one.slot != mine.slot || one.from >= mine.until || mine.from >= one.until) continue;
        const model::Time moment = std::max(one.from, mine.from);
        const bool later = std::any_of(
            roster.overrides.begin() + static_cast<std::ptrdiff_t>(i) + 1, roster.overrides.end(),
            [&](const Override& other) {
              return other.slot == mine.slot && other.from <= moment && moment < other.until;
            });
        if (later) continue;
        ASSERT_EQ(one.changed_by, mine.id);
        ASSERT_TRUE(one.account == mine.account || one.account.empty());
      }
    }
    // A part of the span gives the same there as the whole: no answer depends on how it was asked.
    const model::Time middle = from + hours(24 * 5) + minutes(30 * (seed % 40));
    const auto clip = [](const std::vector<Stretch>& list, model::Time a, model::Time b) {
      Texts out;
      for (Stretch one : list) {
        one.from = std::max(one.from, a);
        one.until = std::min(one.until, b);
        if (one.from < one.until)
          out.push_back(one.slot + " " + one.account + " " + one.why + " " +
                        model::to_text(one.from) + model::to_text(one.until));
      }
      std::sort(out.begin(), out.end());
      return out;
    };
    ASSERT_EQ(clip(all, middle, middle + hours(30)),
              clip(expand(roster, where, middle, middle + hours(30)), middle, middle + hours(30)));
    // Hours of gaps and of cover add up to the span.
    Roster counted = roster;
    counted.first = {{std::string(kDesk), model::Time::min()}};
    counted.needs.desk = 1;
    std::chrono::milliseconds missing{0}, covered{0};
    for (const Gap& gap : find_gaps(counted, all, where, from, until)) {
      if (gap.duty == kDesk) missing += gap.until - gap.from;
    }
    std::vector<std::pair<model::Time, model::Time>> held;
    for (const Stretch& one : all) {
      if (one.post.duty == kDesk && !one.account.empty()) held.emplace_back(one.from, one.until);
    }
    for (const auto& [a, b] : without(from, until, held)) covered -= b - a;
    covered += until - from;
    ASSERT_EQ(missing + covered, until - from);
  }
}

TEST(RosterExpand, AnOldPlanCostsNoMoreThanAYoungOne) {
  Roster roster;
  roster.plans = {plan("p", {"anna", "bo"}, "1971-01-01")};
  roster.plans[0].hours = 1;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(expand(roster, zone("Asia/Shanghai"), at("2026-11-24T00:00:00Z"),
                     at("2026-11-24T10:00:00Z"))
                  .size(),
              10U);
  }
  // From 1971 it would be 490,000 turns an expansion, minutes for all hundred.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST(RosterGaps, AnExtremeNoticeNeedsTwoDifferentApprovers) {
  Roster roster;
  roster.plans = {plan("a", {"bo"}, "2026-11-01"), plan("b", {"cai"}, "2026-11-01")};
  for (Plan& one : roster.plans) one.post.duty = kApprover;
  roster.plans[1].post.line = 2;
  roster.plans[1].until = 20 * 60;
  roster.first = {{std::string(kApprover), at("2026-11-01T00:00:00Z")}};
  const auto from = at("2026-11-24T00:00:00Z"), until = at("2026-11-25T00:00:00Z");
  const auto where = zone("Asia/Shanghai");
  auto found = find_gaps(roster, expand(roster, where, from, until), where, from, until);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].duty, kApprover);
  EXPECT_EQ(found[0].need, 2);
  EXPECT_EQ(found[0].have, 1);
  EXPECT_EQ(found[0].from, at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(found[0].until, until);
  roster.needs.approver = 1;
  EXPECT_TRUE(find_gaps(roster, expand(roster, where, from, until), where, from, until).empty());
}

TEST(RosterGaps, EveryTopicOfAPlanNeedsAnExpertWhileThePlanLasts) {
  Roster roster;
  roster.plans = {plan("a", {"chen"}, "2026-11-01")};
  roster.plans[0].post.duty = kExpert;
  roster.plans[0].post.topics = {"chemical"};
  roster.plans[0].until = 14 * 60;
  roster.plans[0].ends = day("2026-11-25");
  roster.first = {{std::string(kExpert), at("2026-11-01T00:00:00Z")}};
  const auto from = at("2026-11-24T00:00:00Z"), until = at("2026-11-28T00:00:00Z");
  const auto where = zone("Asia/Shanghai");
  const auto found = find_gaps(roster, expand(roster, where, from, until), where, from, until);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].topic, "chemical");
  EXPECT_EQ(found[0].from, at("2026-11-24T06:00:00Z"));
  EXPECT_EQ(found[0].until, at("2026-11-25T00:00:00Z")) << "the season is over";
}

TEST(RosterGaps, OnlyTheHoursOfTheDeskCount) {
  Roster roster;
  roster.first = {{std::string(kDesk), at("2026-11-01T00:00:00Z")}};
  roster.needs.hours = std::pair(8 * 60, 20 * 60);
  const auto where = zone("Asia/Shanghai");
  const auto from = at("2026-11-24T00:00:00Z"), until = at("2026-11-25T00:00:00Z");
  const auto found = find_gaps(roster, {}, where, from, until);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].until, at("2026-11-24T12:00:00Z"));
}

TEST(RosterGaps, ADeskThatNeverMadeARosterHasNone) {
  const Roster roster;
  EXPECT_TRUE(roster.empty());
  EXPECT_TRUE(find_gaps(roster, {}, zone("Asia/Shanghai"), at("2026-11-24T00:00:00Z"),
                        at("2026-11-25T00:00:00Z"))
                  .empty());
}

}  // namespace
}  // namespace clarion::roster
