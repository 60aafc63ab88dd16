#include "desk/actions.h"
#include "desk/bulk.h"
#include "desk/evidence.h"
#include "group/spread.h"
#include "identity/person.h"
#include "store/accounts.h"
#include "store/regroup.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <random>
#include <set>

namespace clarion::desk {
namespace {

class Regroup : public testing::Test {
 protected:
  /// A case of `posts` posts in one group, as the pipeline makes it.
  std::string open(int posts, std::string topic = "typhoon") {
    return store
        ->write([&](store::Tx& tx) -> Result<std::string> {
          store::GroupRow group;
          group.mode = "Actual";
          group.first_seen = group.last_seen = tx.now();
          group.case_id = tx.ids().make("c_");
          for (int i = 0; i < posts; ++i) {
            CLARION_TRY(add(tx, group, topic, i == 0));
          }
          return *group.case_id;
        })
        .value();
  }
  Status add(store::Tx& tx, store::GroupRow& group, const std::string& topic, bool first) {
    model::Post post;
    post.source = count_ % 2 == 0 ? "weibo" : "rss";
    post.id = fmt::format("p{}", ++count_);
    post.text = fmt::format("说法第{}条", count_);
    model::ScanResult scan;
    scan.flagged = true;
    scan.score = 0.5 + 0.001 * count_;
    scan.topics = {topic};
    CLARION_TRY(auto spread, group::Spread::parse(group.figures));
    spread.count(post.source, tx.now());
    group.figures = spread.to_text();
    group.rate = group::rate_after_post(group.rate, group.first_seen, group.last_seen, tx.now());
    ++group.size;
    if (first) {
      CLARION_TRY(store::add_group(tx, group));
    } else {
      CLARION_TRY(store::update_group(tx, group));
    }
    store::PostRow row{0,
                       "Actual",
                       post.source,
                       post.id,
                       "|",
                       "h",
                       json::serialize(json::object{{"text", post.text}}),
                       "[]",
                       scan.score,
                       group.id,
                       *group.case_id,
                       tx.now()};
    CLARION_TRY(store::add_post(tx, row));
    if (!first) return grow_case(tx, options, {row, post, scan, group});
    CLARION_TRY(open_case(tx, options, *group.case_id, {row, post, scan, group}));
    return ok();
  }
  /// One more post of a group, as a late near-duplicate.
  void late_post(std::int64_t id) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(auto group, store::find_group(tx, id));
      return add(tx, *group, "typhoon", false);
    }));
  }
  Result<store::CaseRow> act(std::string_view id, std::string_view name, const json::object& body,
                             const identity::Actor* who = nullptr) {
    return store->write([&](store::Tx& tx) {
      return act_on_case({tx, who != nullptr ? *who : anna, policy, options, id, std::nullopt},
                         name, body);
    });
  }
  /// As the route does it: a dry run is undone.
  json::object bulk(const json::object& body) {
    json::object done;
    const Status written = store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(done, act_on_cases({tx, anna, policy, options, {}, {}}, body, ops::Lang::en));
      if (done.at("dry_run").as_bool()) return Error{Errc::cancelled, ""};
      return ok();
    });
    EXPECT_EQ(written.has_value(), !done.at("dry_run").as_bool());
    return done;
  }
  store::CaseRow now(std::string_view id) {
    return *store->read([&](store::View& view) { return store::find_case(view, id); }).value();
  }
  std::vector<store::PostRow> posts(std::string_view id) {
    return store->read([&](store::View& view) { return store::posts_of_case(view, id, 0, 1000); })
        .value();
  }
  std::int64_t newest_event(std::string_view id) {
    return store->read([&](store::View& view) { return store::last_event(view, id); }).value();
  }
  json::object naming(const std::vector<store::PostRow>& some) {
    json::array list;
    for (const auto& post : some) list.push_back({{"source", post.source}, {"id", post.id}});
    return {{"posts", std::move(list)}};
  }
  std::vector<store::CaseRow> all_cases() {
    store::CaseQuery query;
    query.by_id = true;
    query.limit = 10'000;
    return store->read([&](store::View& view) { return store::list_cases(view, query); })
        .value()
        .rows;
  }
  /// Where each post is: post → case and group.
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> places() {
    std::map<std::int64_t, std::pair<std::string, std::int64_t>> out;
    for (const auto& row : all_cases()) {
      for (const auto& post : posts(row.id)) out[post.seq] = {post.case_id, post.group};
    }
    return out;
  }
  /// What holds after whatever people did.
  void check() {
    const auto rows = all_cases();
    std::set<std::int64_t> seen;
    std::size_t total = 0;
    for (const auto& row : rows) {
      const auto mine = posts(row.id);
      total += mine.size();
      EXPECT_EQ(mine.empty(), row.state == "merged") << row.id;
      const auto groups =
          store->read([&](store::View& view) { return store::groups_of_case(view, row.id); })
              .value();
      std::map<std::int64_t, std::int64_t> in_group;
      for (const auto& post : mine) {
        EXPECT_TRUE(seen.insert(post.seq).second);
        ++in_group[post.group];
      }
      double score = 0;
      for (const auto& post : mine) score = std::max(score, post.score);
      if (!mine.empty()) {
        EXPECT_DOUBLE_EQ(row.details.at("score").as_double(), score);
      }
      for (const auto& group : groups) {
        EXPECT_EQ(group.size, in_group[group.id]) << group.id;
        const auto spread = group::Spread::parse(group.figures).value();
        std::int64_t by_source = 0;
        for (const auto& [source, count] : spread.sources()) by_source += count;
        EXPECT_EQ(by_source, group.size);
        in_group.erase(group.id);
      }
      EXPECT_TRUE(in_group.empty()) << "a post stands in a case that its group does not";
    }
    EXPECT_EQ(total, static_cast<std::size_t>(count_));
  }

  store::TempStore store;
  DeskOptions options;
  identity::RightsPolicy policy;
  identity::Actor anna = identity::person("anna", identity::Role::operator_);
  int count_ = 0;
};

TEST_F(Regroup, MergedPostsAndLaterOnesStandInTheTarget) {
  const std::string a = open(3, "quake"), b = open(2);
  const std::int64_t group = *now(a).group;
  ASSERT_TRUE(act(a, "merge", {{"into", b}}));
  EXPECT_EQ(now(a).state, "merged");
  EXPECT_EQ(posts(b).size(), 5U);
  EXPECT_EQ(now(b).topics, (std::vector<std::string>{"quake", "typhoon"}));
  late_post(group);
  EXPECT_EQ(posts(b).size(), 6U);
  check();
}

TEST_F(Regroup, AMergeIsTakenBackExactlyWithWhatCameSince) {
  const std::string a = open(3, "quake"), b = open(2);
  const store::CaseRow before_a = now(a), before_b = now(b);
  ASSERT_TRUE(act(a, "merge", {{"into", b}}));
  late_post(*before_a.group);
  ASSERT_TRUE(act(a, "undo", {{"event", newest_event(a)}}));
  EXPECT_EQ(now(a).state, before_a.state);
  EXPECT_EQ(posts(a).size(), 4U);
  EXPECT_EQ(now(b).topics, before_b.topics);
  EXPECT_EQ(now(b).details.at("reach"), before_b.details.at("reach"));
  EXPECT_FALSE(now(b).details.contains("merged_from"));
  check();
}

TEST_F(Regroup, WhatWasDoneSinceStandsAgainstUndoAndIsNamed) {
  const std::string a = open(1), b = open(1);
  ASSERT_TRUE(act(a, "merge", {{"into", b}}));
  const std::int64_t event = newest_event(a);
  const auto bo = identity::person("bo", identity::Role::approver);
  ASSERT_TRUE(act(b, "dismiss", {{"reason", "r"}}, &bo));
  const auto refused = act(a, "undo", {{"event", event}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "undo_conflict");
  EXPECT_EQ(refused.error().params[0].second, "bo");
  EXPECT_EQ(refused.error().params[1].second, "dismiss");
  ASSERT_TRUE(act(b, "undo", {{"event", newest_event(b)}}));
  EXPECT_TRUE(act(a, "undo", {{"event", event}}));
  EXPECT_EQ(act(a, "undo", {{"event", event}}).error().code, "undone");
  check();
}

TEST_F(Regroup, SplitPostsGetACaseAndAGroupOfTheirOwn) {
  const std::string a = open(4);
  const auto before = places();
  const auto mine = posts(a);
  ASSERT_TRUE(act(a, "split", naming({mine[0], mine[2]})));
  const auto rows = all_cases();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(posts(rows[1].id).size(), 2U);
  EXPECT_EQ(rows[1].claim, "说法第1条");
  EXPECT_EQ(now(a).claim, "说法第2条");  // its own first post went
  check();
  late_post(*rows[1].group);
  EXPECT_EQ(posts(rows[1].id).size(), 3U);
  ASSERT_TRUE(act(a, "undo", {{"event", newest_event(a)}}));
  EXPECT_EQ(posts(a).size(), 5U);
  EXPECT_EQ(now(a).claim, "说法第1条");
  auto after = places();
  after.erase(after.rbegin()->first);  // the late one
  EXPECT_EQ(after, before);
  check();
}

TEST_F(Regroup, NeedsATargetThatThePersonMaySeeAndThatIsAlive) {
  const std::string a = open(1), b = open(1), c = open(1);
  EXPECT_EQ(act(a, "merge", {{"into", a}}).error().fields.at(0).code, "merge_into_itself");
  EXPECT_EQ(act(a, "merge", {{"into", "c_x"}}).error().fields.at(0).code, "case_unknown");
  ASSERT_TRUE(act(b, "merge", {{"into", c}}));
  EXPECT_EQ(act(a, "merge", {{"into", b}}).error().code, "case_state");
  EXPECT_EQ(act(a, "split", naming(posts(a))).error().fields.at(0).code, "split_all");
  EXPECT_EQ(act(a, "split", naming(posts(c))).error().fields.at(0).code, "post_unknown");
  const auto chen = identity::person("chen", identity::Role::expert);
  EXPECT_EQ(act(a, "merge", {{"into", c}}, &chen).error().errc, Errc::denied);
}

TEST_F(Regroup, APersonsClaimIsNotOverwrittenAndIsTakenBack) {
  const std::string a = open(2);
  ASSERT_TRUE(
      act(a, "edit", {{"claim", "改写的说法"}, {"topics", {"food"}}, {"severity", "extreme"}}));
  late_post(*now(a).group);
  EXPECT_EQ(now(a).claim, "改写的说法");
  EXPECT_EQ(now(a).topics, std::vector<std::string>{"food"});
  ASSERT_TRUE(store->write([&](store::Tx& tx) { return forget_text(tx, posts(a)[0].seq); }));
  EXPECT_EQ(now(a).claim, "改写的说法");
  ASSERT_TRUE(act(a, "undo", {{"event", newest_event(a)}}));
  EXPECT_EQ(now(a).claim, "说法第1条");
  EXPECT_EQ(now(a).topics, std::vector<std::string>{"typhoon"});
  EXPECT_EQ(now(a).severity, model::Severity::minor);
}

TEST_F(Regroup, NoCopyOfAPostsTextStandsInTheHistoryOfAnEdit) {
  const std::string a = open(1);
  ASSERT_TRUE(act(a, "edit", {{"claim", "改写"}}));
  const auto events =
      store->read([&](store::View& view) { return store::case_events(view, a); }).value();
  for (const auto& event : events)
    EXPECT_EQ(json::serialize(event.detail).find("说法第1条"), std::string::npos);
}

TEST_F(Regroup, TheTextOfADeletedPostLeavesTheClaimOfACaseThatWasMergedToo) {
  const std::string a = open(1), b = open(1);
  const std::int64_t post = *now(a).claim_post;
  ASSERT_TRUE(act(a, "merge", {{"into", b}}));
  ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
    CLARION_TRY(auto row, store::find_post(tx, post));
    row->record.clear();
    CLARION_TRY(store::update_post(tx, *row));
    return forget_text(tx, post);
  }));
  EXPECT_EQ(now(a).claim, "");
}

TEST_F(Regroup, AnotherPostMayStandForTheClaim) {
  const std::string a = open(3);
  const auto mine = posts(a);
  ASSERT_TRUE(act(a, "head", {{"source", mine[2].source}, {"post", mine[2].id}}));
  EXPECT_EQ(now(a).claim_post, mine[2].seq);
  EXPECT_EQ(now(a).claim, "说法第3条");
  ASSERT_TRUE(act(a, "undo", {{"event", newest_event(a)}}));
  EXPECT_EQ(now(a).claim_post, mine[0].seq);
}

TEST_F(Regroup, BulkSaysFirstWhatWouldBeRefusedAndIsTakenBackAsAWhole) {
  const std::string a = open(2), b = open(1), c = open(1);
  ASSERT_TRUE(act(c, "dismiss", {{"reason", "r"}}));
  json::object wish{{"ids", {a, b, c, "c_x"}}, {"action", "dismiss"}, {"reason", "水军"}};
  wish["dry_run"] = true;
  const json::object first = bulk(wish);
  EXPECT_EQ(first.at("done").as_int64(), 2);
  EXPECT_EQ(first.at("refused").as_int64(), 2);
  EXPECT_EQ(first.at("posts").as_int64(), 3);
  EXPECT_EQ(now(a).state, "open");
  wish["dry_run"] = false;
  const json::object done = bulk(wish);
  EXPECT_EQ(now(a).state, "dismissed");
  const json::object back = bulk({{"action", "undo"}, {"bulk", done.at("bulk")}});
  EXPECT_EQ(back.at("done").as_int64(), 2);
  EXPECT_EQ(now(a).state, "open");
  EXPECT_EQ(now(c).state, "dismissed");
}

/// Any sequence of merge, split, dismiss, reopen and undo leaves every post in exactly one case
/// that lives, and the counts right; and an undo at once restores every post's place.
TEST_F(Regroup, AnySequenceLeavesEveryPostInOneLiveCase) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    const auto below = [&random](std::size_t bound) { return random() % bound; };
    for (int i = 0; i < 5; ++i) open(1 + static_cast<int>(below(4)));
    int changed = 0;
    for (int step = 0; step < 60; ++step) {
      const auto rows = all_cases();
      const auto& row = rows[below(rows.size())];
      const auto before = places();
      const std::size_t kind = below(6);
      bool did = false;
      if (kind == 0) {
        did = act(row.id, "merge", {{"into", rows[below(rows.size())].id}}).has_value();
      } else if (kind == 1) {
        auto mine = posts(row.id);
        std::shuffle(mine.begin(), mine.end(), random);
        if (!mine.empty()) mine.resize(1 + below(mine.size()));
        did = act(row.id, "split", naming(mine)).has_value();
      } else if (kind == 2) {
        did = act(row.id, "dismiss", {{"reason", "r"}}).has_value();
      } else if (kind == 3) {
        did = act(row.id, "reopen", {{"reason", "r"}}).has_value();
      } else if (kind == 4) {
        const std::int64_t newest = newest_event(row.id);
        static_cast<void>(act(
            row.id, "undo",
            {{"event", 1 + static_cast<std::int64_t>(below(static_cast<std::size_t>(newest)))}}));
      } else {
        const auto groups =
            store->read([&](store::View& view) { return store::groups_of_case(view, row.id); })
                .value();
        if (!groups.empty()) late_post(groups[below(groups.size())].id);
      }
      check();
      if (did && kind < 3 && below(3) == 0) {
        ASSERT_TRUE(act(row.id, "undo", {{"event", newest_event(row.id)}})) << kind;
        EXPECT_EQ(places(), before) << kind;
        check();
      }
      if (did) ++changed;
      if (HasFailure()) FAIL() << "seed " << seed << " step " << step << " kind " << kind;
    }
    EXPECT_GT(changed, 5);
  }
}

}  // namespace
}  // namespace clarion::desk
