#include "broadcast/follow_state.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace clarion::broadcast {
namespace {

using Take = FollowState::Take;

json::object message(std::string_view text) { return json::parse(text).as_object(); }
json::object at(std::uint64_t offset, std::string_view epoch = "e1") {
  return message(fmt::format(R"({{"epoch":"{}","offset":"{}"}})", epoch, offset));
}
json::object subscribed(std::string_view marks, std::uint64_t head, std::string_view epoch = "e1") {
  return message(fmt::format(R"({{{}"head":{{"epoch":"{}","offset":"{}"}}}})", marks, epoch, head));
}
constexpr std::string_view kRecovered = R"("recovered":true,)";
From position(std::uint64_t offset) { return {From::Kind::position, "e1", offset}; }
std::uint64_t place(const FollowState& state) { return state.position().value().offset; }

TEST(FollowState, KeepsTheHeadThenEachNoticeAndHeartbeatAsItsPosition) {
  FollowState state({}, true);
  EXPECT_EQ(state.from().kind, From::Kind::head);
  ASSERT_TRUE(state.subscribed(subscribed("", 7)));
  EXPECT_EQ(place(state), 7U);
  EXPECT_EQ(state.notice(at(9)).value().take, Take::fresh);
  EXPECT_EQ(place(state), 9U);
  ASSERT_TRUE(state.heartbeat(at(12)));
  state.disconnected();
  const From from = state.from();
  EXPECT_EQ(from.kind, From::Kind::position);
  EXPECT_EQ(from.epoch, "e1");
  EXPECT_EQ(from.offset, 12U);
}

TEST(FollowState, TakesNoPositionBeforeASnapshotIsWhole) {
  FollowState state({From::Kind::snapshot, {}, 0}, false);
  ASSERT_TRUE(state.subscribed(subscribed(R"("snapshot":true,)", 9)));
  EXPECT_EQ(state.notice(at(2)).value().take, Take::snapshot);
  EXPECT_EQ(state.notice(at(8)).value().take, Take::snapshot);
  EXPECT_FALSE(state.position());
  state.disconnected();
  EXPECT_EQ(state.from().kind, From::Kind::snapshot);
  ASSERT_TRUE(state.subscribed(subscribed(R"("snapshot":true,)", 9)));
  ASSERT_TRUE(state.snapshot_end(at(9)));
  EXPECT_EQ(place(state), 9U);
  EXPECT_EQ(state.notice(at(10)).value().take, Take::fresh);
}

TEST(FollowState, SaysWhatWasMissedWhenItsPositionIsNotFound) {
  for (const auto& [reason, epoch] : {std::pair{"epoch", "e2"}, std::pair{"ahead", "e1"}}) {
    FollowState state(position(50), false);
    const auto seen = state.subscribed(
        subscribed(fmt::format(R"("recovered":false,"reason":"{}",)", reason), 40, epoch));
    ASSERT_TRUE(seen.value().missed);
    EXPECT_EQ(seen.value().missed->reason, reason);
    EXPECT_EQ(seen.value().missed->after->offset, 50U);
    EXPECT_EQ(seen.value().missed->until, (model::Position{epoch, 40}));
    EXPECT_FALSE(state.position()) << "none before the snapshot's end";
    ASSERT_TRUE(state.notice(at(3, epoch)));
    ASSERT_TRUE(state.snapshot_end(at(40, epoch)));
    EXPECT_EQ(state.position(), (model::Position{epoch, 40}));
  }
}

TEST(FollowState, ResumesOnceAtAJumpAndCallsItMissedWhenItIsStillThere) {
  FollowState state(position(5), false);
  ASSERT_TRUE(state.subscribed(subscribed(kRecovered, 9)));
  ASSERT_TRUE(state.notice(at(6)));
  EXPECT_EQ(state.notice(at(8)).error().errc, Errc::corrupt);
  EXPECT_EQ(place(state), 6U);
  state.disconnected();
  ASSERT_TRUE(state.subscribed(subscribed(kRecovered, 9)));
  const auto seen = state.notice(at(8)).value();
  ASSERT_TRUE(seen.missed);
  EXPECT_EQ(seen.missed->reason, "gap");
  EXPECT_EQ(seen.missed->after->offset, 6U);
  EXPECT_EQ(seen.missed->until.offset, 8U);
  EXPECT_EQ(place(state), 8U);
}

TEST(FollowState, TakesAHeartbeatPastItsPositionForAJumpUnlessItFilters) {
  FollowState all(position(5), false), some(position(5), true);
  for (FollowState* state : {&all, &some})
    ASSERT_TRUE(state->subscribed(subscribed(kRecovered, 9)));
  EXPECT_TRUE(all.heartbeat(at(5)));
  EXPECT_FALSE(all.heartbeat(at(6)));
  EXPECT_TRUE(some.heartbeat(at(6)));
  EXPECT_EQ(place(some), 6U);
}

TEST(FollowState, TellsWhatCameBeforeAndStaysWhereItIs) {
  FollowState state(position(5), false);
  ASSERT_TRUE(state.subscribed(subscribed(kRecovered, 9)));
  EXPECT_EQ(state.notice(at(5)).value().take, Take::repeated);
  EXPECT_EQ(state.heartbeat(at(4)).value().take, Take::repeated);
  EXPECT_EQ(place(state), 5U);
}

TEST(FollowState, RefusesMessagesThatBreakTheOrderOfTheStream) {
  FollowState state(position(5), true);
  EXPECT_FALSE(state.notice(at(6))) << "before 'subscribed'";
  EXPECT_FALSE(state.subscribed(message("{}")));
  EXPECT_FALSE(state.subscribed(subscribed("", 9))) << "does not say whether it recovered";
  EXPECT_FALSE(state.subscribed(subscribed(kRecovered, 9, "e2"))) << "of another epoch";
  ASSERT_TRUE(state.subscribed(subscribed(kRecovered, 9)));
  EXPECT_FALSE(state.notice(at(6, "e2")));
  EXPECT_FALSE(state.snapshot_end(at(9)));
  EXPECT_FALSE(state.notice(message(R"({"epoch":"e1","offset":7})")));
  FollowState snapshot({From::Kind::snapshot, {}, 0}, true);
  ASSERT_TRUE(snapshot.subscribed(subscribed(R"("snapshot":true,)", 9)));
  EXPECT_FALSE(snapshot.heartbeat(at(9)));
  ASSERT_TRUE(snapshot.notice(at(4)));
  EXPECT_FALSE(snapshot.notice(at(4)));
  EXPECT_FALSE(snapshot.notice(at(10)));
  EXPECT_FALSE(snapshot.snapshot_end(at(8)));
}

}  // namespace
}  // namespace clarion::broadcast
