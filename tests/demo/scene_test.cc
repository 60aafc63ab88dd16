#include "demo/scene.h"

#include "demo/package.h"
#include "demo/people.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::demo {
namespace {

using namespace std::chrono_literals;

constexpr const char* kScenes = R"([{"id":"s","at_s":2,"post":"p","expert":"demo-expert",
  "verdict":{"verdict":"false"},"reject":{"reason":"more","patch":{"summary":"x"}},
  "notice":{"kind":"debunk","lasts_hours":24},
  "then":[{"after_s":9,"correct":{"correction":"why"}},
          {"after_s":5,"withdraw":{"reason_code":"wrong","reason":"r"}}]}])";

/// Answers as the server would, and keeps what was asked.
struct Server {
  struct Asked {
    std::string account, method, target;
    json::object body;
    std::optional<std::int64_t> version;
  };
  std::vector<Asked> asked;
  std::int64_t version = 0;
  std::string refuse;  // an end of a target
  std::string busy;    // the same, once
  std::string case_state = "open";
  std::string notice_state = "published";

  Send sender() {
    return [this](std::string_view account, std::string_view method, const std::string& target,
                  const json::object& body,
                  std::optional<std::int64_t> given) -> Result<json::object> {
      asked.push_back({std::string(account), std::string(method), target, body, given});
      if (!busy.empty() && target.ends_with(busy)) {
        busy.clear();
        return Error{Errc::overloaded, "busy", "overloaded"};
      }
      if (!refuse.empty() && target.ends_with(refuse))
        return Error{Errc::conflict, "POST 409: held", "held"};
      if (target.starts_with("/v1/cases?")) {
        return json::object{
            {"items",
             json::array{json::object{{"id", "c_1"}, {"state", case_state}, {"claim", "听说"}}}}};
      }
      return json::object{{"id", "n_1"},
                          {"version", ++version},
                          {"action", "publish"},
                          {"state", notice_state},
                          {"content", {{"zh", {{"title", "标题"}}}, {"en", {{"title", "T"}}}}}};
    };
  }
  std::vector<std::string> acts() const {
    std::vector<std::string> out;
    for (const Asked& each : asked)
      out.push_back(each.target.substr(each.target.find_last_of('/') + 1));
    return out;
  }
};

void play(Performance& run, Server& server, std::vector<std::string>* published = nullptr) {
  const Send send = server.sender();
  for (Played now = 2s; !run.done() && now < 5min; now += 100ms) {
    if (run.due() > now) continue;
    const auto out = run.step(send, now, model::Time(0ms));
    if (out && out.value() && published != nullptr) published->push_back(out.value()->act);
  }
}

Performance one_run(const char* scenes = kScenes) {
  auto read = read_scenes(scenes);
  return {std::move(read.value().front()), "听说"};
}

TEST(DemoScene, TakesACaseFromAssignmentToAWithdrawnNotice) {
  Server server;
  Performance run = one_run();
  std::vector<std::string> published;
  play(run, server, &published);
  ASSERT_TRUE(run.done());
  EXPECT_EQ(server.acts(), (std::vector<std::string>{
                               "cases?limit=20&q=%E5%90%AC%E8%AF%B4", "assign", "claim", "verdict",
                               "notices", "submit", "reject", "n_1", "submit", "approve", "publish",
                               "correct", "submit", "approve", "publish", "withdraw"}));
  EXPECT_EQ(published.size(), 3U);
}

TEST(DemoScene, SendsTheVersionItSawWithEachStepOfANotice) {
  Server server;
  Performance run = one_run();
  play(run, server);
  std::int64_t seen = 0;
  for (const auto& each : server.asked) {
    if (!each.target.starts_with("/v1/notices/")) continue;
    ASSERT_TRUE(each.version) << each.target;
    EXPECT_GT(*each.version, seen);
    seen = *each.version;
  }
}

TEST(DemoScene, NeverLetsTheAuthorApprove) {
  Server server;
  Performance run = one_run();
  play(run, server);
  for (const auto& each : server.asked) {
    if (each.target.ends_with("/approve") || each.target.ends_with("/reject")) {
      EXPECT_EQ(each.account, kApprover);
    }
    if (each.target.ends_with("/verdict")) {
      EXPECT_EQ(each.account, kExpert);
    }
    if (each.target == "/v1/notices") {
      EXPECT_EQ(each.account, kOperator);
      EXPECT_EQ(each.body.at("expires_at"), "1970-01-02T00:00:00.000Z");
      EXPECT_EQ(each.body.at("case"), "c_1");
    }
  }
}

constexpr const char* kReady =
    R"([{"id":"r","ready":true,"notice":{"kind":"debunk","lasts_hours":24}}])";

TEST(DemoScene, LeavesAReadyNoticeToTheVisitorsApproval) {
  Server server;
  Performance run = one_run(kReady);
  play(run, server);
  EXPECT_EQ(server.acts(), (std::vector<std::string>{"notices", "submit"}));
}

TEST(DemoScene, SubmitsAnotherRevisionOfAReadyNoticeThatWasPublished) {
  Server server;
  Performance run = one_run(kReady);
  play(run, server);
  server.notice_state = "submitted";
  run.ready_again(server.sender(), 1min);
  EXPECT_TRUE(run.done()) << "it still waits";
  server.notice_state = "published";
  run.ready_again(server.sender(), 1min);
  server.asked.clear();
  play(run, server);
  EXPECT_EQ(server.acts(), (std::vector<std::string>{"update", "submit"}));
}

TEST(DemoScene, EndsWhereTheDeskRefusesAStep) {
  Server server;
  server.refuse = "/claim";
  Performance run = one_run();
  play(run, server);
  EXPECT_TRUE(run.done());
  EXPECT_EQ(server.acts().back(), "claim");
  EXPECT_FALSE(run.renew(5min));
}

TEST(DemoScene, ComesAgainWhereTheServerWasBusy) {
  Server server;
  server.busy = "/claim";
  Performance run = one_run();
  play(run, server);
  EXPECT_EQ(server.acts().back(), "withdraw");
}

TEST(DemoScene, GivesUpACaseThatDoesNotCome) {
  Server server;
  auto read = read_scenes(kScenes);
  Performance run(std::move(read.value().front()), "别的");
  play(run, server);
  EXPECT_TRUE(run.done());
  EXPECT_EQ(server.acts().back().substr(0, 6), "cases?");
}

TEST(DemoScene, TakesUpACaseThatAnEarlierStartClosed) {
  Server server;
  server.case_state = "closed";
  Performance run = one_run();
  play(run, server);
  EXPECT_EQ(server.acts().at(1), "reopen");
}

TEST(DemoScene, RenewsOnlyWhatIsInForce) {
  Server server;
  Performance withdrawn = one_run();
  play(withdrawn, server);
  EXPECT_FALSE(withdrawn.renew(5min));
  Performance kept =
      one_run(R"([{"id":"k","at_s":2,"notice":{"kind":"science","lasts_hours":48}}])");
  EXPECT_FALSE(kept.renew(5min)) << "not yet published";
  Server other;
  play(kept, other);
  EXPECT_TRUE(kept.renew(3s));
  play(kept, other);
  EXPECT_EQ(other.acts().at(4), "update");
}

TEST(DemoScene, PackagedScenesAreSoundAndAllRolesHaveWork) {
  const auto scenes = read_scenes(scenes_json());
  ASSERT_TRUE(scenes) << scenes.error().text;
  std::size_t notices = 0, corrections = 0, withdrawals = 0, updates = 0, rejections = 0;
  for (const Scene& scene : scenes.value()) {
    for (const Step& step : scene.steps) {
      notices += step.act == "draft" ? 1 : 0;
      corrections += step.act == "correct" ? 1 : 0;
      withdrawals += step.act == "withdraw" ? 1 : 0;
      updates += step.act == "update" ? 1 : 0;
      rejections += step.act == "reject" ? 1 : 0;
    }
  }
  EXPECT_GE(notices, 12U);
  EXPECT_EQ(corrections, 1U);
  EXPECT_EQ(withdrawals, 1U);
  EXPECT_GE(updates, 1U);
  EXPECT_GE(rejections, 1U);
}

TEST(DemoScene, FirstPackagedNoticeIsOutWithinTwentySecondsAndTheNextOnesSoonAfter) {
  std::vector<Played> published;
  const auto scenes = read_scenes(scenes_json());
  ASSERT_TRUE(scenes);
  for (const Scene& scene : scenes.value()) {
    Played at = scene.at;
    for (const Step& step : scene.steps) {
      at += step.after;
      if (step.act == "publish" || step.act == "withdraw") published.push_back(at);
    }
  }
  std::sort(published.begin(), published.end());
  EXPECT_LE(published.front(), 18s);
  for (std::size_t i = 1; i < published.size(); ++i)
    EXPECT_LE(published[i] - published[i - 1], 30s) << i;
}

TEST(DemoScene, RefusesAPackageThatIsNotSound) {
  for (const char* text :
       {"{}", "[1]", R"([{"at_s":1}])", R"([{"id":"x","at_s":1}])", R"([{"id":"x","post":"p"}])",
        R"([{"id":"x","notice":{"kind":"a"},"then":[{"after_s":1}]}])"})
    EXPECT_FALSE(read_scenes(text)) << text;
}

}  // namespace
}  // namespace clarion::demo
