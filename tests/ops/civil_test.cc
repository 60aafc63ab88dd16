#include "ops/civil.h"

#include <gtest/gtest.h>

namespace clarion::ops {
namespace {

Zone zone(std::string_view name) { return Zone::load(name).value(); }

TEST(Zone, ReadsABareDateAsTheFirstMomentOfItsDay) {
  const model::CivilOrInstant day = model::parse_time("2020-2-7").value();
  EXPECT_EQ(model::to_text(zone("Asia/Shanghai").resolve(day)), "2020-02-06T16:00:00.000Z");
}

TEST(Zone, LeavesAnInstantAsItIs) {
  const model::CivilOrInstant instant = model::parse_time("2020-02-07T08:00:00+08:00").value();
  EXPECT_EQ(model::to_text(zone("Asia/Shanghai").resolve(instant)), "2020-02-07T00:00:00.000Z");
}

TEST(Zone, ShowsWallTimeAndWeekday) {
  const model::Time time = model::parse_time("2026-11-24T09:48:24.999Z").value().time;
  EXPECT_EQ(zone("Asia/Shanghai").to_text(time), "2026-11-24 17:48");
  EXPECT_EQ(zone("Asia/Shanghai").to_offset_text(time), "2026-11-24T17:48:24+08:00");
  EXPECT_EQ(zone("UTC").to_offset_text(time), "2026-11-24T09:48:24-00:00");
  EXPECT_EQ(zone("America/St_Johns").to_offset_text(time), "2026-11-24T06:18:24-03:30");
  EXPECT_EQ(zone("Asia/Shanghai").civil(time), (Civil{2026, 11, 24, 17, 48, 24, 2, 8 * 3600}));
}

TEST(Zone, CarriesDaysBeyondTheMonthOver) {
  EXPECT_EQ(model::to_text(zone("UTC").midnight(2026, 12, 32)), "2027-01-01T00:00:00.000Z");
}

TEST(Zone, StartsADayWhoseMidnightWasSkippedAtTheTransition) {
  // Santiago went from 24:00 to 01:00 on 2026-09-06 (tzdata, Chile).
  EXPECT_EQ(model::to_text(zone("America/Santiago").midnight(2026, 9, 6)),
            "2026-09-06T04:00:00.000Z");
}

TEST(Zone, TakesTheFirstOfAWallTimeThatWasTwice) {
  EXPECT_EQ(model::to_text(zone("America/New_York").moment(2026, 11, 1, 1, 30)),
            "2026-11-01T05:30:00.000Z");
}

TEST(Zone, KnowsNoPathsAndNoMadeUpNames) {
  EXPECT_FALSE(Zone::load(""));
  EXPECT_FALSE(Zone::load("Asia/Nowhere"));
  EXPECT_FALSE(Zone::load("/usr/share/zoneinfo/UTC"));
  EXPECT_FALSE(Zone::load("../zoneinfo/UTC"));
}

}  // namespace
}  // namespace clarion::ops
