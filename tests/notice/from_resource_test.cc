#include "notice/from_resource.h"

#include "store/resources.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

class FromResource : public testing::Test {
 protected:
  void SetUp() override {
    actor.account = "anna";
    actor.role = identity::Role::operator_;
    actor.scope = identity::Scope::desk;
    row.id = "typhoon.x";
    row.origin = "shipped";
    row.record =
        parse_json(R"({"topic":"typhoon","phase":"before","audience":[],"regions":["440100"],
          "title":{"zh":"题","en":"T"},"summary":{"zh":"要","en":"S"},"body":{"zh":"文","en":"B"},
          "advice":{"zh":["做"],"en":["Do"]},
          "sources":[{"title":"指引","publisher":"三防","date":"2025-05-01"},
                     {"title":"页","publisher":"局","url":"https://a.example/"}],
          "reviewed_at":"2026-11-24","review_by":"2027-04-30","owner":"x"})")
            .value()
            .as_object();
  }
  Result<store::NoticeRow> draft(std::string_view body = R"({"resource":"typhoon.x"})") {
    return store->write([&](store::Tx& tx) -> Result<store::NoticeRow> {
      CLARION_TRY(store::put_resource(tx, row));
      return create_notice({tx, actor, policy, options}, parse_json(body).value().as_object());
    });
  }
  model::Time at(int year, int month, int day) { return options.zone.midnight(year, month, day); }

  store::TempStore store;
  identity::Actor actor;
  identity::RightsPolicy policy;
  NoticeOptions options{.zone = ops::Zone::load("Asia/Shanghai").value()};
  store::ResourceRow row;
};

TEST_F(FromResource, FillsADraftThatLacksNothing) {
  const auto made = draft();
  ASSERT_TRUE(made) << made.error().text;
  const json::object& form = *made.value().draft;
  EXPECT_EQ(string_or(form, "kind"), "science");
  EXPECT_EQ(string_or(form, "severity"), "moderate");
  EXPECT_EQ(json::serialize(form.at("topics")), R"(["typhoon"])");
  EXPECT_EQ(json::serialize(form.at("regions")), R"(["440100"])");
  EXPECT_EQ(form.at("content").at("zh").at("body").as_string(),
            "文\n\n**来源** 指引（三防，2025-05-01）；页（局）");
  EXPECT_EQ(form.at("content").at("en").at("body").as_string(),
            "B\n\n**Sources** 指引 (三防, 2025-05-01); 页 (局)");
  EXPECT_EQ(form.at("content").at("en").at("advice").at(0).as_string(), "Do");
  EXPECT_EQ(form.at("evidence").as_array().size(), 1U) << "what has an address";
  EXPECT_TRUE(check_complete(form, "publish", store.clock.now()));
  EXPECT_EQ(made.value().authors, std::vector<std::string>{"anna"});
}

TEST_F(FromResource, TheBodyWinsOverTheResource) {
  const auto made = draft(
      R"({"resource":"typhoon.x","severity":"severe","regions":["440300"],
          "expires_at":"2027-01-01T00:00:00Z"})");
  ASSERT_TRUE(made);
  EXPECT_EQ(string_or(*made.value().draft, "severity"), "severe");
  EXPECT_EQ(json::serialize(made.value().draft->at("regions")), R"(["440300"])");
  EXPECT_EQ(string_or(*made.value().draft, "expires_at"), "2027-01-01T00:00:00.000Z");
}

TEST_F(FromResource, WhoWroteInItNeverApprovesTheNotice) {
  row.authors = {"bo"};
  EXPECT_EQ(draft().value().authors, (std::vector<std::string>{"anna", "bo"}));
}

TEST_F(FromResource, NothingComesFromAnUnknownOrRetiredOne) {
  EXPECT_EQ(draft(R"({"resource":"nope"})").error().code, "not_found");
  row.state = "retired";
  EXPECT_EQ(draft().error().code, "resource_state");
}

TEST_F(FromResource, EndsWithTheSeasonOrAfterStatedDays) {
  const auto& zone = options.zone;
  EXPECT_EQ(default_end("typhoon", at(2026, 7, 1), zone), at(2026, 12, 1));
  EXPECT_EQ(default_end("typhoon", at(2026, 11, 28), zone), at(2026, 12, 5))
      << "seven days at least";
  EXPECT_EQ(default_end("typhoon", at(2026, 12, 10), zone), at(2027, 1, 9)) << "out of season";
  EXPECT_EQ(default_end("wildfire", at(2026, 11, 24), zone), at(2027, 5, 1)) << "over the year";
  EXPECT_EQ(default_end("wildfire", at(2027, 3, 1), zone), at(2027, 5, 1));
  EXPECT_EQ(default_end("fire", at(2026, 11, 1), zone), at(2027, 1, 30)) << "no season";
}

}  // namespace
}  // namespace clarion::notice
