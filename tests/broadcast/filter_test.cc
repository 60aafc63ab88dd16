#include "broadcast/filter.h"

#include "broadcast/messages.h"

#include <gtest/gtest.h>

namespace clarion::broadcast {
namespace {

Result<Subscribe> subscribe_of(std::string_view filter) {
  const std::string text =
      R"({"type":"subscribe","channel":"notices",)" + std::string(filter) + "}";
  return parse_subscribe(parse_json(text).value().as_object());
}

std::string code_of(std::string_view filter) {
  const auto read = subscribe_of(filter);
  return read ? "" : read.error().code + " " + read.error().params.front().second;
}

FramePtr frame(std::uint64_t offset, std::vector<model::Facets> facets) {
  return make_notice_frame("notices", {"E", offset}, "{}", "", std::move(facets));
}

TEST(Filter, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(
      code_of(
          R"("filter":{"topics":["typhoon"],"regions":["440100"],"min_severity":"moderate","kinds":["debunk"],"langs":["zh"]})"),
      "");
  EXPECT_EQ(code_of(R"("filter":{"colour":["red"]})"), "stream_bad_request /filter/colour");
  EXPECT_EQ(code_of(R"("filter":{"topics":["typhoon","unicorns"]})"),
            "stream_bad_request /filter/topics/1");
  EXPECT_EQ(code_of(R"("filter":{"regions":["999999"]})"), "stream_bad_request /filter/regions/0");
  EXPECT_EQ(code_of(R"("filter":{"regions":"440100"})"), "stream_bad_request /filter/regions");
  EXPECT_EQ(code_of(R"("filter":{"min_severity":"awful"})"),
            "stream_bad_request /filter/min_severity");
  EXPECT_EQ(code_of(R"("filter":{"kinds":["gossip"]})"), "stream_bad_request /filter/kinds/0");
  EXPECT_EQ(code_of(R"("filters":[{},{"topics":[7]}])"), "stream_bad_request /filters/1/topics/0");
  EXPECT_EQ(code_of(R"("filter":{},"filters":[])"), "stream_bad_request /filters");
}

TEST(Filter, TakesSixteenFiltersAndNotOneMore) {
  std::string list = "{}";
  for (int i = 1; i < 16; ++i) list += ",{}";
  EXPECT_EQ(code_of(R"("filters":[)" + list + "]"), "");
  EXPECT_EQ(code_of(R"("filters":[)" + list + ",{}]"), "stream_limit /filters");
}

TEST(Filter, PassesEverythingWhenAbsentAndNothingWhenEmpty) {
  EXPECT_FALSE(subscribe_of(R"("id":1)").value().filters.has_value());
  EXPECT_FALSE(subscribe_of(R"("filter":{})").value().filters.has_value());
  const FramePtr any = frame(1, {{{"typhoon"}, {}, model::Severity::extreme, "debunk", {"zh"}}});
  EXPECT_FALSE(any->passes(*subscribe_of(R"("filters":[])").value().filters));
  EXPECT_FALSE(any->passes(*subscribe_of(R"("filter":{"topics":[]})").value().filters));
  EXPECT_FALSE(any->passes(*subscribe_of(R"("filter":{"regions":[]})").value().filters));
  EXPECT_TRUE(any->passes(*subscribe_of(R"("filter":{"regions":["440100"]})").value().filters));
}

TEST(Filter, PassesARevisionForWhatAnEarlierOneWas) {
  const model::Facets now{{"flood"}, {"440300"}, model::Severity::minor, "debunk", {"zh"}};
  const model::Facets before{{"typhoon"}, {"440100"}, model::Severity::severe, "debunk", {"zh"}};
  FilterSet typhoon(
      *subscribe_of(R"("filter":{"topics":["typhoon"],"regions":["440000"]})").value().filters);
  FilterSet crossed(
      *subscribe_of(R"("filter":{"topics":["typhoon"],"regions":["440300"]})").value().filters);
  EXPECT_NE(typhoon.pick(frame(2, {now, before})), nullptr);
  EXPECT_FALSE(typhoon.itself_passes(*frame(2, {now, before})));
  EXPECT_EQ(typhoon.pick(frame(3, {now})), nullptr);
  EXPECT_EQ(crossed.pick(frame(4, {now, before})), nullptr) << "no single revision passes";
}

TEST(Filter, IsSharedByAllThatAskTheSame) {
  FilterPool pool;
  const FilterPtr a =
      pool.intern(*subscribe_of(R"("filter":{"topics":["flood","typhoon"]})").value().filters);
  const FilterPtr b = pool.intern(
      *subscribe_of(R"("filter":{"topics":["typhoon","flood","flood"]})").value().filters);
  const FilterPtr c =
      pool.intern(*subscribe_of(R"("filter":{"topics":["typhoon"]})").value().filters);
  const FilterPtr none = pool.intern(*subscribe_of(R"("filter":{"topics":[]})").value().filters);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(none, c);
}

TEST(Filter, LeavesNothingBehindWhenItsReadersGo) {
  FilterPool pool;
  for (int i = 0; i < 1000; ++i) {
    model::Filter filter;
    filter.langs = {std::to_string(i)};
    static_cast<void>(pool.intern(std::vector{filter}));
  }
  EXPECT_LE(pool.size(), 64U);
}

}  // namespace
}  // namespace clarion::broadcast
