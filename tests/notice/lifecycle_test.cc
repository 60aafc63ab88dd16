#include "notice/lifecycle.h"

#include "identity/person.h"
#include "notice/audit_check.h"
#include "notice/notice_view.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

class Lifecycle : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([](store::Tx& tx) { return store::set_meta(tx, "epoch", "e_1"); }));
    options =
        std::make_unique<NoticeOptions>(NoticeOptions{"desk",
                                                      "Desk",
                                                      "",
                                                      ops::Zone::load("Asia/Shanghai").value(),
                                                      Keyring::open(*store, *store.random).value(),
                                                      {},
                                                      {}});
    options->published = [this](std::string_view channel, std::string_view,
                                const store::LogEntry& entry) {
      out.push_back(std::string(channel) + " " + std::to_string(entry.offset));
    };
  }

  template <class F>
  auto as(const identity::Actor& actor, F act) {
    return store->write(
        [&](store::Tx& tx) { return act(NoticeAction{tx, actor, policy, *options}); });
  }
  Result<store::NoticeRow> create(std::string_view more = "{}") {
    json::value body = json::parse(R"({"kind":"advisory","severity":"moderate","topics":["typhoon"],
      "content":{"zh":{"title":"题","summary":"摘","body":"文"}},"expires_at":"2026-12-01T00:00:00Z"})");
    merge_patch(body, json::parse(more));
    return as(anna,
              [&](const NoticeAction& action) { return create_notice(action, body.as_object()); });
  }
  Result<store::NoticeRow> act(const identity::Actor& actor, const store::NoticeRow& row,
                               std::string_view name, std::string_view body = "{}") {
    return as(actor, [&](const NoticeAction& action) {
      return act_on_notice(action, row.id, name, {true, row.version},
                           json::parse(body).as_object());
    });
  }
  store::NoticeRow approved(std::string_view more = "{}") {
    store::NoticeRow row = create(more).value();
    row = act(anna, row, "submit").value();
    return act(bo, row, "approve").value();
  }
  std::vector<std::string> findings() {
    return store->read([](store::View& view) { return verify_audit(view, std::nullopt); })
        .value()
        .findings;
  }

  store::TempStore store;
  identity::RightsPolicy policy;
  std::unique_ptr<NoticeOptions> options;
  identity::Actor anna = identity::person("anna", identity::Role::operator_),
                  bo = identity::person("bo", identity::Role::approver),
                  cai = identity::person("cai", identity::Role::approver);
  std::vector<std::string> out;
};

TEST_F(Lifecycle, PublishesWhatAnotherPersonApprovedAndTellsAfterwards) {
  const store::NoticeRow row = act(anna, approved(), "publish").value();
  EXPECT_EQ(row.revision, 1);
  EXPECT_FALSE(row.draft);
  EXPECT_EQ(out, std::vector<std::string>{"notices 1"});
  EXPECT_TRUE(findings().empty());
}

TEST_F(Lifecycle, SendsExercisesAndTestsToTheDrillChannelAlone) {
  act(anna, approved(R"({"mode":"Exercise"})"), "publish").value();
  act(anna, approved(R"({"mode":"Test"})"), "publish").value();
  EXPECT_EQ(out, (std::vector<std::string>{"drill 1", "drill 2"}));
}

TEST_F(Lifecycle, ApprovalEndsWithAnyEdit) {
  const store::NoticeRow row = approved();
  const auto edited = as(anna, [&](const NoticeAction& action) {
    return patch_notice(action, row.id, {true, row.version},
                        json::parse(R"({"severity":"minor"})"));
  });
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited.value().draft_state, "draft");
  EXPECT_EQ(act(anna, edited.value(), "publish").error().code, "not_approved");
  // The same text again: the approval that was void stays void.
  const auto back = as(anna, [&](const NoticeAction& action) {
    return patch_notice(action, row.id, {true, edited.value().version},
                        json::parse(R"({"severity":"moderate"})"));
  });
  const auto submitted = act(anna, back.value(), "submit");
  EXPECT_EQ(act(anna, submitted.value(), "publish").error().code, "not_approved");
}

TEST_F(Lifecycle, WhoEditedIsAnAuthorAndNeverApproves) {
  store::NoticeRow row = create().value();
  row = as(bo, [&](const NoticeAction& action) {
          return patch_notice(action, row.id, {true, row.version},
                              json::parse(R"({"severity":"minor"})"));
        }).value();
  row = act(anna, row, "submit").value();
  EXPECT_EQ(act(bo, row, "approve").error().code, "four_eyes");
  EXPECT_TRUE(act(cai, row, "approve"));
}

TEST_F(Lifecycle, AuthorsCarryOverToTheNextRevision) {
  store::NoticeRow row = act(anna, approved(), "publish").value();
  row = act(bo, row, "correct", R"({"correction":"数字有误"})").value();
  row = act(bo, row, "submit").value();
  EXPECT_EQ(act(bo, row, "approve").error().code, "four_eyes");
  row = act(cai, row, "approve").value();
  row = act(anna, row, "publish").value();
  EXPECT_EQ(row.revision, 2);
  EXPECT_EQ(row.authors, (std::vector<std::string>{"anna", "bo"}));
  EXPECT_TRUE(findings().empty());
}

TEST_F(Lifecycle, WithdrawalGoesOutAtOnceAndLeavesTheOpenDraftWithoutApprovals) {
  store::NoticeRow row = act(anna, approved(), "publish").value();
  row = act(anna, row, "update").value();
  row = act(anna, row, "submit").value();
  row = act(bo, row, "approve").value();
  EXPECT_EQ(
      act(anna, row, "withdraw", R"({"reason_code":"wrong","reason":"内部原因"})").error().code,
      "denied");
  row = act(cai, row, "withdraw", R"({"reason_code":"wrong","reason":"内部原因"})").value();
  EXPECT_EQ(row.revision, 2);
  EXPECT_EQ(row.draft_state, "draft");
  EXPECT_EQ(act(anna, row, "publish").error().code, "not_approved");
  const auto form =
      store->read([&](store::View& view) { return store::find_revision(view, row.id, 2); })
          .value()
          ->form;
  EXPECT_EQ(form.find("内部原因"), std::string::npos);
  EXPECT_NE(form.find("撤回：题"), std::string::npos);
  EXPECT_EQ(act(cai, row, "withdraw", R"({"reason_code":"wrong","reason":"x"})").error().code,
            "withdrawn");
}

TEST_F(Lifecycle, RefusesASecondOpenDraft) {
  store::NoticeRow row = act(anna, approved(), "publish").value();
  row = act(anna, row, "update").value();
  EXPECT_EQ(act(anna, row, "correct", R"({"correction":"x"})").error().code, "draft_exists");
}

TEST_F(Lifecycle, PublishesAtItsTimeWhatMayStillGoOut) {
  const store::NoticeRow row =
      act(anna, approved(), "publish", R"({"at":"2026-11-24T10:05:00Z"})").value();
  EXPECT_EQ(row.draft_state, "approved");
  const auto fire = [&](bool jumped) {
    return store->write([&](store::Tx& tx) { return publish_due(tx, *options, jumped); }).value();
  };
  EXPECT_EQ(fire(false).published, 0U);
  store.clock.advance(std::chrono::minutes(5));
  EXPECT_EQ(fire(false).published, 1U);
  EXPECT_EQ(out, std::vector<std::string>{"notices 1"});
}

TEST_F(Lifecycle, HoldsAScheduledPublicationThatExpiredMeanwhileOrWhenTheClockJumped) {
  const store::NoticeRow late = act(anna, approved(R"({"expires_at":"2026-11-24T10:06:00Z"})"),
                                    "publish", R"({"at":"2026-11-24T10:05:00Z"})")
                                    .value();
  const store::NoticeRow other =
      act(anna, approved(), "publish", R"({"at":"2026-11-24T12:00:00Z"})").value();
  store.clock.advance(std::chrono::minutes(10));
  const auto fired =
      store->write([&](store::Tx& tx) { return publish_due(tx, *options, false); }).value();
  EXPECT_EQ(fired.held, 1U);
  const auto jumped =
      store->write([&](store::Tx& tx) { return publish_due(tx, *options, true); }).value();
  EXPECT_EQ(jumped.held, 1U);
  EXPECT_TRUE(out.empty());
  const auto why = [&](const std::string& id) {
    return std::string(
        string_or(store->read([&](store::View& view) { return store::find_notice(view, id); })
                      .value()
                      ->draft_details,
                  "publish_held"));
  };
  EXPECT_EQ(why(late.id), "expired");
  EXPECT_EQ(why(other.id), "clock_jumped");
}

TEST_F(Lifecycle, PreviewPublishesNothingAndItsConfirmationFitsOneTextAlone) {
  const store::NoticeRow row = approved();
  const auto preview =
      as(anna, [&](const NoticeAction& action) { return preview_publication(action, row.id, {}); });
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview.value().at("channel").as_string(), "notices");
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(act(anna, row, "publish", R"({"confirm":"other"})").error().code, "confirm_mismatch");
  const std::string confirm(preview.value().at("confirm").as_string());
  EXPECT_TRUE(act(anna, row, "publish", R"({"confirm":")" + confirm + R"("})"));
}

TEST_F(Lifecycle, FacetsOfTheLogRememberEarlierRevisions) {
  store::NoticeRow row = act(anna, approved(), "publish").value();
  row = act(anna, row, "correct", R"({"correction":"主题有误","topics":["flood"]})").value();
  row = act(anna, row, "submit").value();
  row = act(bo, row, "approve").value();
  act(anna, row, "publish").value();
  const auto log = store
                       ->read([](store::View& view) {
                         return store::log_after(view, "notices", 1, 1 << 20, 10);
                       })
                       .value();
  ASSERT_EQ(log.size(), 1U);
  ASSERT_EQ(log[0].facets.size(), 2U);
  EXPECT_EQ(log[0].facets[0].topics, std::vector<std::string>{"flood"});
  EXPECT_EQ(log[0].facets[1].topics, std::vector<std::string>{"typhoon"});
}

}  // namespace
}  // namespace clarion::notice
