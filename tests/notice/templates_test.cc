#include "notice/templates.h"

#include "notice/form.h"
#include "notice/prepared.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace clarion::notice {
namespace {

const ops::Zone& zone() {
  static const ops::Zone loaded = ops::Zone::load("Asia/Shanghai").value();
  return loaded;
}
const model::Time kNow{std::chrono::milliseconds(1'795'514'400'000)};  // 2026-11-24T10:00:00Z

std::set<std::string> slots_of(const json::value& value) {
  std::set<std::string> out;
  for (const Hole& hole : holes_in(value)) out.insert(hole.slot);
  return out;
}

TEST(Templates, AllAreDraftsOfBothLanguagesWithWordsForEverySlot) {
  std::set<std::string> ids;
  for (const json::value& each : templates()) {
    const json::object& shape = each.as_object();
    EXPECT_TRUE(ids.insert(std::string(string_or(shape, "id"))).second);
    json::object members{{"kind", shape.at("kind")}, {"content", shape.at("content")}};
    const auto draft = read_draft(members, zone());
    EXPECT_TRUE(draft) << string_or(shape, "id");
    for (const Hole& hole : holes_in(shape.at("content"))) {
      EXPECT_NE(slot_words(hole.slot, ops::Lang::zh), hole.slot) << hole.slot;
      EXPECT_NE(slot_words(hole.slot, ops::Lang::en), hole.slot) << hole.slot;
    }
  }
  for (const char* id :
       {"debunk", "debunk.mixed", "debunk.outdated", "debunk.number", "holding", "science",
        "correction", "withdrawal", "update", "reissue", "all_clear", "drill"})
    EXPECT_TRUE(ids.contains(id)) << id;
}

TEST(Templates, FillWhatTheCaseKnowsAndLeaveTheRestAsSlots) {
  const json::object draft = json::parse(R"({"claim":{"text":"着火了别跑"},"topics":["fire"],
    "regions":["440100","440300"],"evidence":[{"title":"通报","url":"https://a.example","publisher":"示例消防"}]})")
                                 .as_object();
  const json::object made = fill_template(
      *find_template("debunk"), {.draft = draft, .issuer = "台", .zone = zone(), .now = kNow});
  const json::object& zh = made.at("content").at("zh").as_object();
  EXPECT_NE(string_or(zh, "body").find("“着火了别跑”"), std::string_view::npos);
  EXPECT_EQ(string_or(zh, "summary"),
            "【核实】{{fact_one_sentence_zh}}（示例消防，2026-11-24 18:00）");
  const auto left = slots_of(made.at("content"));
  EXPECT_TRUE(left.contains("fact_zh"));
  EXPECT_TRUE(left.contains("claim_short_en"));  // nobody translated it
  EXPECT_FALSE(left.contains("source_zh"));
  EXPECT_EQ(string_or(made, "expires_at"), "2026-12-08T10:00:00.000Z");
}

TEST(Templates, AHoldingNoticeEndsInThreeHoursAndAnExtremeOneInOne) {
  const json::object severe{{"severity", "severe"}, {"topics", json::array{"fire"}}},
      extreme{{"severity", "extreme"}};
  const json::object made = fill_template(
      *find_template("holding"), {.draft = severe, .issuer = "台", .zone = zone(), .now = kNow});
  EXPECT_EQ(string_or(made, "expires_at"), "2026-11-24T13:00:00.000Z");
  EXPECT_NE(
      string_or(made.at("content").at("zh").as_object(), "body").find("2026-11-24 21:00前更新"),
      std::string_view::npos);
  EXPECT_EQ(made.at("content").at("zh").at("advice").as_array().back(), "需要帮助拨119");
  const json::object soon = fill_template(
      *find_template("holding"), {.draft = extreme, .issuer = "台", .zone = zone(), .now = kNow});
  EXPECT_EQ(string_or(soon, "expires_at"), "2026-11-24T11:00:00.000Z");
}

TEST(Templates, NeverTakeUsForTheOfficeThatLiftsAWarning) {
  const json::object draft{{"topics", json::array{"typhoon"}}};
  const json::object made = fill_template(
      *find_template("all_clear"), {.draft = draft, .issuer = "正音", .zone = zone(), .now = kNow});
  EXPECT_TRUE(slots_of(made.at("content")).contains("issuer_zh"));
}

TEST(Templates, FindEveryUnfilledSlotWithItsPlace) {
  const json::value draft =
      json::parse(R"({"a":"x {{one}} {{ two }} {{one}}","b":["{{","ok","}}"]})");
  EXPECT_EQ(holes_in(draft),
            (std::vector<Hole>{{"/a", "one"}, {"/a", "two"}, {"/b/0", ""}, {"/b/2", ""}}));
}

TEST(Prepared, ACorrectionNamesWhatWasSaidAndKeepsItsLanguages) {
  const json::object form =
      json::parse(
          R"({"kind":"debunk","revision":1,"published_at":"2026-11-24T09:00:00Z","severity":"minor",
    "content":{"zh":{"title":"旧题","summary":"旧摘","body":"旧文"}}})")
          .as_object();
  const json::object made = prepared_correction({form, "台", zone(), kNow});
  EXPECT_EQ(made.at("content").as_object().size(), 1U);
  const std::string_view body = string_or(made.at("content").at("zh").as_object(), "body");
  EXPECT_NE(body.find("我们在2026-11-24 17:00发布的“旧题”有误"), std::string_view::npos);
  EXPECT_NE(body.find("**原文**：旧摘"), std::string_view::npos);
  EXPECT_TRUE(slots_of(made.at("content")).contains("right_zh"));
  const json::object update = prepared_update({form, "台", zone(), kNow});
  EXPECT_NE(string_or(update.at("content").at("zh").as_object(), "body").find("更新（2）"),
            std::string_view::npos);
  EXPECT_TRUE(string_or(update.at("content").at("zh").as_object(), "body").ends_with("旧文"));
}

TEST(Prepared, AWithdrawalHasNoSlotSinceItGoesOutAtOnce) {
  const json::object form =
      json::parse(R"({"content":{"zh":{"title":"旧题"},"en":{"title":"Old"}}})").as_object();
  for (const std::string_view code : kReasonCodes) {
    const json::object content = withdrawal_content({form, "台", zone(), kNow}, code);
    EXPECT_TRUE(holes_in(content).empty());
    EXPECT_EQ(string_or(content.at("en").as_object(), "title"), "Withdrawn: Old");
  }
}

}  // namespace
}  // namespace clarion::notice
