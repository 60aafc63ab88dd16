#include "notice/form.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

const model::Time kNow = model::parse_time("2026-11-24T10:00:00Z").value().time;

ops::Zone zone() { return ops::Zone::load("Asia/Shanghai").value(); }

json::object complete() {
  return json::parse(
             R"({"kind":"debunk","severity":"moderate","topics":["typhoon"],"regions":["440100"],
    "content":{"zh":{"title":"题","summary":"摘","body":"文"}},"claim":{"text":"说法"},"verdict":"false",
    "expires_at":"2026-12-01T00:00:00.000Z"})")
      .as_object();
}

std::vector<std::string> pointers(const Error& error) {
  std::vector<std::string> out;
  for (const FieldError& each : error.fields) out.push_back(each.pointer);
  return out;
}

TEST(ReadDraft, NamesEveryWrongMemberAtOnce) {
  const auto read = read_draft(
      json::parse(
          R"j({"kind":"joke","topics":["volcano"],"regions":["999999"],"severity":3,"colour":"red",
    "content":{"fr":{}, "zh":{"title":7}},"evidence":[{"title":"t","url":"javascript:alert(1)"}],"expires_at":"soon"})j")
          .as_object(),
      zone());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "field_invalid");
  const auto wrong = pointers(read.error());
  for (const char* pointer :
       {"/kind", "/topics/0", "/regions/0", "/severity", "/colour", "/content/fr",
        "/content/zh/title", "/evidence/0/url", "/expires_at"}) {
    EXPECT_NE(std::find(wrong.begin(), wrong.end(), pointer), wrong.end()) << pointer;
  }
}

TEST(ReadDraft, ReadsABareDateInTheDesksZone) {
  EXPECT_EQ(read_draft(json::parse(R"({"expires_at":"2026-12-01"})").as_object(), zone())
                .value()
                .at("expires_at")
                .as_string(),
            "2026-11-30T16:00:00.000Z");
}

TEST(CheckComplete, TakesACompleteDebunkAndAsksForWhatIsMissing) {
  EXPECT_TRUE(check_complete(complete(), "publish", kNow));
  for (const char* member :
       {"kind", "severity", "topics", "content", "claim", "verdict", "expires_at"}) {
    json::object draft = complete();
    draft.erase(member);
    EXPECT_FALSE(check_complete(draft, "publish", kNow)) << member;
  }
}

TEST(CheckComplete, AsksForAnEndInTheFutureAndWithinADayForAHoldingNotice) {
  json::object draft = complete();
  draft["expires_at"] = "2026-11-24T09:59:59.000Z";
  EXPECT_EQ(pointers(check_complete(draft, "publish", kNow).error()),
            std::vector<std::string>{"/expires_at"});
  draft = complete();
  draft["kind"] = "holding";
  draft["owner"] = "anna";
  EXPECT_EQ(pointers(check_complete(draft, "publish", kNow).error()),
            std::vector<std::string>{"/expires_at"});
  draft["expires_at"] = "2026-11-25T10:00:00.000Z";
  EXPECT_TRUE(check_complete(draft, "publish", kNow));
  draft.erase("owner");
  EXPECT_EQ(pointers(check_complete(draft, "publish", kNow).error()),
            std::vector<std::string>{"/owner"});
}

TEST(CheckComplete, LetsNoUnfilledPlaceholderOut) {
  json::object draft = complete();
  draft["content"].as_object()["zh"].as_object()["advice"] =
      json::array{"先看 {{official_channel}}"};
  EXPECT_EQ(pointers(check_complete(draft, "publish", kNow).error()),
            std::vector<std::string>{"/content/zh/advice/0"});
}

TEST(CheckComplete, AsksWhyForACorrection) {
  EXPECT_EQ(pointers(check_complete(complete(), "correct", kNow).error()),
            std::vector<std::string>{"/correction"});
}

TEST(SignedForm, LeavesOutWhatStaysInsideAndTheHashWhatPublicationAdds) {
  json::object draft = complete();
  draft["owner"] = "anna";
  const Frame frame{"n_1", "publish", "Actual", "Desk", 1, std::nullopt, std::nullopt};
  const Seal seal{kNow, "e_1", 7, 3, "hash", {{"json", "/v1/notices/n_1"}}};
  const json::object plain = signed_form(draft, frame, nullptr);
  const json::object sealed = signed_form(draft, frame, &seal);
  EXPECT_FALSE(sealed.contains("owner"));
  EXPECT_EQ(sealed.at("position").at("offset").as_string(), "7");
  EXPECT_EQ(content_hash(plain).value(), content_hash(sealed).value());
  draft["verdict"] = "misleading";
  EXPECT_NE(content_hash(signed_form(draft, frame, nullptr)).value(), content_hash(plain).value());
  const Frame next{"n_1", "correct", "Actual", "Desk", 2, 1, std::nullopt};
  EXPECT_NE(content_hash(signed_form(complete(), next, nullptr)).value(),
            content_hash(plain).value());
}

TEST(Facets, OfAFormAreWhatFiltersAskFor) {
  const model::Facets facets = facets_of_form(signed_form(
      complete(), {"n_1", "publish", "Actual", "Desk", 1, std::nullopt, std::nullopt}, nullptr));
  EXPECT_EQ(facets,
            (model::Facets{{"typhoon"}, {"440100"}, model::Severity::moderate, "debunk", {"zh"}}));
}

}  // namespace
}  // namespace clarion::notice
