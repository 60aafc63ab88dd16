#include "model/time.h"

#include <gtest/gtest.h>

namespace clarion::model {
namespace {

std::string utc(std::string_view text) { return to_text(parse_time(text).value().time); }

TEST(Time, IsReadWithAnyOffsetAndWrittenInUtc) {
  EXPECT_EQ(utc("2020-03-21T15:43:53+08:00"), "2020-03-21T07:43:53.000Z");
  EXPECT_EQ(utc("2020-03-21T15:43:53.9999-00:30"), "2020-03-21T16:13:53.999Z");
  EXPECT_EQ(utc("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59.999Z");
}

TEST(Time, OfABareDateIsMarkedAsSuch) {
  EXPECT_TRUE(parse_time("2020-02-07").value().date_only);
  EXPECT_TRUE(parse_time("2020-2-7").value().date_only);
  EXPECT_EQ(utc("2020-2-7"), utc("2020-02-07"));
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2020", "2020-13-01", "2021-02-29", "2020-02-07T", "2020-02-07T10:00",
        "2020-02-07T10:00:00", "2020-02-07T25:00:00Z", "2020-02-07T10:00:00Zx", "07.02.2020"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

}  // namespace
}  // namespace clarion::model
