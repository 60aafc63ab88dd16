#include "intake/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace clarion::intake {
namespace {

using model::Post;
using model::Time;
constexpr auto kUpsert = Post::Op::upsert;
constexpr auto kDelete = Post::Op::remove;

Order rev(std::int64_t number) { return {.rev = number, .at = {}}; }
Order at(std::int64_t ms) { return {.rev = {}, .at = Time(std::chrono::milliseconds(ms))}; }
std::optional<Known> text(Order order) { return Known{order, false}; }
std::optional<Known> tombstone(Order order) { return Known{order, true}; }

TEST(Order, IsTheRevisionThenTheEditThenTheCreation) {
  Post post;
  EXPECT_TRUE(order_of(post).none());
  post.created_at = model::CivilOrInstant{Time(std::chrono::milliseconds(5)), false};
  EXPECT_EQ(order_of(post), at(5));
  post.edited_at = model::CivilOrInstant{Time(std::chrono::milliseconds(9)), true};
  EXPECT_EQ(order_of(post), at(9));
  post.rev = 3;
  EXPECT_EQ(order_of(post).rev, 3);
  EXPECT_LT(Order{}, at(0));
  EXPECT_LT(at(1'000'000), rev(-4));
  EXPECT_LT(rev(1), rev(2));
  EXPECT_LT(rev(2), (Order{.rev = 2, .at = Time{}}));
}

TEST(Decide, TakesAnUnknownPostAsFreshAndRemembersAnUnknownDelete) {
  EXPECT_EQ(decide(std::nullopt, {}, kUpsert, false), Change::fresh);
  EXPECT_EQ(decide(std::nullopt, rev(1), kDelete, false), Change::remove);
}

TEST(Decide, LetsTheLaterOrderWin) {
  EXPECT_EQ(decide(text(rev(2)), rev(3), kUpsert, false), Change::edit);
  EXPECT_EQ(decide(text(rev(2)), rev(3), kUpsert, true), Change::edit);
  EXPECT_EQ(decide(text(rev(2)), rev(1), kUpsert, false), Change::stale);
  EXPECT_EQ(decide(text(rev(2)), {}, kUpsert, false), Change::stale);
  EXPECT_EQ(decide(text({}), at(1), kUpsert, false), Change::edit);
}

TEST(Decide, AtEqualOrderCallsTheSameTextADuplicateAndLetsTheLaterReceivedWinElse) {
  EXPECT_EQ(decide(text(at(5)), at(5), kUpsert, true), Change::duplicate);
  EXPECT_EQ(decide(text(at(5)), at(5), kUpsert, false), Change::edit);
  EXPECT_EQ(decide(text({}), {}, kUpsert, true), Change::duplicate);
  EXPECT_EQ(decide(text({}), {}, kUpsert, false), Change::edit);
}

TEST(Decide, LetsADeleteWithoutOrderWinBeforeAndAfter) {
  EXPECT_EQ(decide(text(rev(9)), {}, kDelete, false), Change::remove);
  EXPECT_EQ(decide(tombstone({}), rev(10), kUpsert, false), Change::stale);
  EXPECT_EQ(decide(tombstone({}), rev(10), kDelete, false), Change::duplicate);
  EXPECT_EQ(decide(tombstone(rev(4)), {}, kDelete, false), Change::remove);
}

TEST(Decide, RevivesADeletedPostOnlyByALaterOrder) {
  EXPECT_EQ(decide(text(rev(5)), rev(4), kDelete, false), Change::stale);
  EXPECT_EQ(decide(text(rev(5)), rev(5), kDelete, false), Change::remove);
  EXPECT_EQ(decide(tombstone(rev(5)), rev(5), kUpsert, true), Change::stale);
  EXPECT_EQ(decide(tombstone(rev(5)), rev(6), kUpsert, false), Change::fresh);
  EXPECT_EQ(decide(tombstone(rev(5)), rev(5), kDelete, false), Change::duplicate);
  EXPECT_EQ(decide(tombstone(rev(5)), rev(4), kDelete, false), Change::stale);
}

TEST(Decide, EndsTheSameWhateverTheSequenceOfArrival) {
  struct Message {
    Order order;
    Post::Op op;
    std::string body;
  };
  const std::array<std::vector<Message>, 3> sets = {{
      {{rev(1), kUpsert, "a"},
       {rev(2), kUpsert, "b"},
       {rev(3), kDelete, ""},
       {rev(4), kUpsert, "d"}},
      {{at(1), kUpsert, "a"}, {at(2), kUpsert, "b"}, {{}, kDelete, ""}, {at(3), kUpsert, "d"}},
      {{at(1), kUpsert, "a"}, {rev(0), kUpsert, "b"}, {{}, kUpsert, "c"}, {rev(0), kDelete, ""}},
  }};
  for (const auto& messages : sets) {
    std::vector<std::size_t> sequence = {0, 1, 2, 3};
    std::optional<std::string> outcome;
    do {
      std::optional<Known> known;
      std::string body;
      for (const std::size_t i : sequence) {
        const Message& message = messages[i];
        switch (decide(known, message.order, message.op, body == message.body)) {
          case Change::fresh:
          case Change::edit:
            known = Known{message.order, false};
            body = message.body;
            break;
          case Change::remove:
            known = Known{message.order, true};
            body = "(deleted)";
            break;
          case Change::duplicate:
          case Change::stale:
            break;
        }
      }
      if (!outcome) outcome = body;
      EXPECT_EQ(*outcome, body);
    } while (std::next_permutation(sequence.begin(), sequence.end()));
  }
}

}  // namespace
}  // namespace clarion::intake
