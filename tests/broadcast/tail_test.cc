#include "broadcast/tail.h"

#include <gtest/gtest.h>

namespace clarion::broadcast {
namespace {

FramePtr frame(std::uint64_t offset) {
  return make_notice_frame("notices", {"E", offset}, "{}", "", {model::Facets{}});
}

TEST(Tail, KeepsTheNewestWithinBothBounds) {
  Tail few(1U << 20U, 3);
  for (std::uint64_t offset = 5; offset <= 9; ++offset) few.push(frame(offset));
  EXPECT_EQ(few.find(6), nullptr);
  ASSERT_NE(few.find(7), nullptr);
  EXPECT_EQ((*few.find(9))->offset(), 9U);
  EXPECT_EQ(few.find(10), nullptr);
  Tail small(1, 100);
  small.push(frame(1));
  small.push(frame(2));
  EXPECT_EQ(small.find(1), nullptr);
  EXPECT_NE(small.find(2), nullptr) << "the newest stays, whatever its size";
}

TEST(Tail, StartsAnewAfterAGapSoThatNoneIsHiddenInIt) {
  Tail tail(1U << 20U, 100);
  tail.push(frame(1));
  tail.push(frame(3));
  EXPECT_EQ(tail.find(1), nullptr);
  EXPECT_EQ(tail.find(2), nullptr);
  EXPECT_NE(tail.find(3), nullptr);
}

TEST(Frame, GivesItsBytesToBothWiresAndHidesItsIdInASnapshot) {
  const FramePtr one = frame(7);
  EXPECT_EQ(
      one->json(),
      R"({"type":"notice","channel":"notices","epoch":"E","offset":"7","notice":{},"jws":""})");
  EXPECT_EQ(one->event(), "id: E:7\nevent: notice\ndata: " + std::string(one->json()) + "\n\n");
  EXPECT_EQ(one->event_without_id(), "event: notice\ndata: " + std::string(one->json()) + "\n\n");
  EXPECT_EQ(static_cast<unsigned char>(one->ws_head()[1]), one->json().size());
}

}  // namespace
}  // namespace clarion::broadcast
