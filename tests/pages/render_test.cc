#include "pages/answer.h"
#include "pages/board.h"
#include "pages/card.h"
#include "pages/claim_review.h"
#include "pages/feeds.h"
#include "pages/notice_page.h"

#include <gtest/gtest.h>

namespace clarion::pages {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class PageRender : public testing::Test {
 protected:
  Shown notice(std::string id, std::uint64_t offset, std::string_view more = "{}") const {
    json::value form = json::parse(R"({"kind":"debunk","severity":"moderate","topics":["typhoon"],
      "regions":["440100"],"verdict":"false","issuer":"示例","content":{"zh":{"title":"题",
      "summary":"摘","body":"文"}},"claim":{"text":"网传"}})");
    merge_patch(form, json::parse(more));
    const json::object& row = form.as_object();
    store::RevisionRow out;
    out.notice_id = std::move(id);
    out.revision = 1;
    if (const auto* revision = row.if_contains("revision")) out.revision = revision->as_int64();
    out.action = std::string(string_or(row, "action", "publish"));
    out.mode = "Actual";
    out.offset = offset;
    out.form = json::serialize(form);
    model::Facets facets{strings_of(row.at("topics")),
                         strings_of(row.at("regions")),
                         model::parse_severity(string_or(row, "severity")).value(),
                         std::string(string_or(row, "kind")),
                         {"zh"}};
    out.facets = json::serialize(store::to_json(facets));
    out.published_at = now - hours(1);
    out.expires_at = now + hours(24);
    return shown_of(out);
  }
  std::string board(const std::vector<Shown>& notices, const BoardQuery& query = {}) const {
    return render_board(site, query, {"e_1", 9, notices}, now);
  }
  static http::Request asking(std::vector<std::pair<std::string, std::string>> query) {
    http::Request request;
    request.query = std::move(query);
    return request;
  }

  model::Time now{std::chrono::milliseconds(1'795'514'400'000)};  // 2026-11-24T10:00:00Z
  PageOptions options{"编辑部", "https://zy.example", ops::Zone::load("Asia/Shanghai").value()};
  Assets assets;
  Site site{options, assets};
  const Shown hostile = notice("n_1", 1, R"({"verdict":"<i>odd</i>","issuer":"<issuer>",
    "content":{"zh":{"title":"</title><script>alert(1)</script>\"'\u202E","summary":"<img src=x onerror=y>",
      "body":"[a](javascript:alert(1)) <script>b</script>","advice":["<b>c</b>"]}},
    "claim":{"text":"</script><script>d","appearances":["javascript:e","https://ok.example/\"><f>"]},
    "evidence":[{"title":"<g>","url":"javascript:h","publisher":"<j>"}],
    "experts":[{"name":"<k>","title":"<l>","affiliation":"<m>"}],
    "action":"correct","revision":2,"correction":"<o>"})");
};

TEST_F(PageRender, NoForeignTextBecomesMarkup) {
  const FeedQuery feed;
  for (const std::string& text :
       {board({hostile}), render_notice(site, {}, {hostile}, 2, {"e_1", 9}, now),
        render_rss(site, feed, {{&hostile}, now}), render_atom(site, feed, {{&hostile}, now})}) {
    for (const char* bad :
         {"<script>alert", "<img", "<i>odd", "<issuer>", "<script>b", "<b>c", "<script>d", "<g>",
          "<j>", "<k>", "<l>", "<m>", "<o>", "<f>", "href=\"javascript", "\u202E"})
      EXPECT_FALSE(has(text, bad)) << bad << "\n" << text;
  }
}

TEST_F(PageRender, BoardShowsWhatIsInForceAndWhatWasWithdrawnLately) {
  Shown expired = notice("n_2", 2, R"({"content":{"zh":{"title":"过期的"}}})");
  expired.expires_at = now - minutes(1);
  const Shown withdrawn =
      notice("n_3", 3, R"({"action":"withdraw","content":{"zh":{"title":"撤回的"}}})");
  Shown old = notice("n_4", 4, R"({"action":"withdraw","content":{"zh":{"title":"早撤的"}}})");
  old.published_at = now - kWithdrawnShown - minutes(1);
  const std::string page = board({old, withdrawn, expired, notice("n_5", 1)});
  EXPECT_TRUE(has(page, ">题</a>"));
  EXPECT_TRUE(has(page, ">撤回的</a>") && has(page, "已撤回"));
  EXPECT_FALSE(has(page, "过期的") || has(page, "早撤的"));
}

TEST_F(PageRender, BoardFiltersByWhatItsAddressSays) {
  const std::vector<Shown> notices{
      notice("n_1", 3, R"({"topics":["food"],"content":{"zh":{"title":"食品"}}})"),
      notice("n_2", 2, R"({"regions":["440300"],"content":{"zh":{"title":"深圳"}}})"),
      notice("n_3", 1, R"({"regions":[],"content":{"zh":{"title":"处处"}}})")};
  const std::string page =
      board(notices,
            read_board_query(asking({{"topic", "typhoon"}, {"region", "440100"}, {"lang", "en"}})));
  EXPECT_TRUE(has(page, ">处处</a>"));
  EXPECT_FALSE(has(page, ">食品</a>") || has(page, ">深圳</a>"));
  EXPECT_TRUE(has(page, "<html lang=\"en\">"));
  // Links keep what is asked for; the topic not shown can be chosen.
  EXPECT_TRUE(has(page, "href=\"/n/n_3?lang=en\""));
  EXPECT_TRUE(has(page, "href=\"/?region=440100&amp;lang=en\""));
  EXPECT_TRUE(has(page, "href=\"/?topic=typhoon&amp;region=440100&amp;lang=zh\""));
  EXPECT_TRUE(has(page, "<option value=\"440100\" selected>"));
  EXPECT_TRUE(has(page, R"("filter":{"topics":["typhoon"],"regions":["440100"]})"));
}

TEST_F(PageRender, BoardPassesOverWhatItDoesNotKnow) {
  const BoardQuery query = read_board_query(asking(
      {{"topic", "\"><x>"}, {"region", "999999"}, {"utm", "1"}, {"lang", "fr"}, {"before", "-"}}));
  EXPECT_TRUE(query.topics.empty() && query.regions.empty() && query.before == 0);
  EXPECT_FALSE(query.reader.chosen);
}

TEST_F(PageRender, BoardGoesOnToOlderNotices) {
  std::vector<Shown> notices;
  for (std::uint64_t i = 40; i > 0; --i) notices.push_back(notice("n_" + std::to_string(i), i));
  const std::string first = board(notices);
  EXPECT_TRUE(has(first, "href=\"/?before=11\"")) << first;
  EXPECT_FALSE(has(first, "id=\"n_10\""));
  BoardQuery query;
  query.before = 11;
  const std::string second = board(notices, query);
  EXPECT_TRUE(has(second, "id=\"n_10\"") && has(second, "id=\"n_1\""));
  EXPECT_FALSE(has(second, "id=\"n_11\"") || has(second, "board."));
}

TEST_F(PageRender, NoticeShowsItsRevisionsAndWhatWasWrong) {
  const Shown first = notice("n_1", 1);
  const std::string now_page = render_notice(site, {}, {first, hostile}, 2, {"e_1", 9}, now);
  EXPECT_TRUE(has(now_page, "href=\"/n/n_1?revision=1\""));
  EXPECT_TRUE(has(now_page, "&lt;o&gt;"));
  const std::string old_page = render_notice(site, {}, {first, hostile}, 1, {"e_1", 9}, now);
  EXPECT_TRUE(has(old_page, "这是第 1 版") && has(old_page, "noindex"));
  EXPECT_FALSE(has(old_page, "ld+json"));
}

TEST_F(PageRender, ClaimReviewStandsOnDebunksInForceAlone) {
  const auto review = claim_review(notice("n_1", 1), options, ops::Lang::zh, now);
  ASSERT_TRUE(review);
  EXPECT_EQ(review->at("url"), "https://zy.example/n/n_1");
  EXPECT_EQ(review->at("reviewRating").at("ratingValue"), 1);
  EXPECT_EQ(review->at("reviewRating").at("alternateName"), "不实");
  const auto off_scale =
      claim_review(notice("n_1", 1, R"({"verdict":"outdated"})"), options, ops::Lang::en, now);
  EXPECT_FALSE(off_scale->at("reviewRating").as_object().contains("ratingValue"));
  EXPECT_FALSE(
      claim_review(notice("n_1", 1, R"({"kind":"advisory"})"), options, ops::Lang::zh, now));
  EXPECT_FALSE(
      claim_review(notice("n_1", 1, R"({"action":"withdraw"})"), options, ops::Lang::zh, now));
}

TEST_F(PageRender, WithdrawnNoticeHasABannerAndNoMarkup) {
  const std::string page = render_notice(
      site, {},
      {notice("n_1", 1),
       notice("n_1", 2, R"({"action":"withdraw","revision":2,"reason_code":"wrong"})")},
      2, {"e_1", 9}, now);
  EXPECT_TRUE(has(page, "这条公告已撤回") && has(page, "内容有误"));
  EXPECT_FALSE(has(page, "ld+json"));
}

TEST_F(PageRender, ExpiredNoticeSaysSo) {
  Shown expired = notice("n_1", 1);
  expired.expires_at = now;
  EXPECT_TRUE(has(render_notice(site, {}, {expired}, 1, {"e_1", 9}, now), "已过有效期"));
}

TEST_F(PageRender, UnknownVerdictStandsInItsOwnWords) {
  const Stamp stamp = main_stamp(notice("n_1", 1, R"({"verdict":"张冠李戴"})"), ops::Lang::en);
  EXPECT_EQ(stamp.words, "张冠李戴");
}

TEST_F(PageRender, FeedsTellCorrectionsAndWithdrawalsApart) {
  const Shown corrected =
      notice("n_1", 3, R"({"action":"correct","revision":2,"correction":"错字"})");
  const FeedQuery query;
  const std::string atom = render_atom(site, query, {{&corrected}, now});
  EXPECT_TRUE(has(atom, "<id>urn:clarion:notice:n_1</id>"));
  EXPECT_TRUE(has(atom, "<title>更正 · 不实：题</title>"));
  EXPECT_TRUE(has(render_rss(site, query, {{&corrected}, now}), "urn:clarion:notice:n_1:2</guid>"));
  const json::value feed = json::parse(render_json_feed(site, query, {{&corrected}, now}));
  EXPECT_EQ(feed.at("items").at(0).at("id"), "urn:clarion:notice:n_1");
  EXPECT_EQ(feed.at("items").at(0).at("_clarion").at("revision"), 2);
  const Shown gone = notice("n_2", 4, R"({"action":"withdraw"})");
  const json::value data = json::parse(render_data_feed(site, query, {{&corrected, &gone}, now}));
  EXPECT_TRUE(data.at("dataFeedElement").at(0).as_object().contains("item"));
  EXPECT_TRUE(data.at("dataFeedElement").at(1).as_object().contains("dateDeleted"));
}

TEST_F(PageRender, FeedQueryRefusesWhatItDoesNotKnow) {
  EXPECT_TRUE(read_feed_query(
      asking({{"topic", "typhoon,food"}, {"kind", "debunk"}, {"min_severity", "severe"}})));
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"topic", "nothing"},
                                                        {"region", "1"},
                                                        {"kind", "x"},
                                                        {"lang", "fr"},
                                                        {"min_severity", "x"},
                                                        {"limit", "3"}}) {
    const auto refused = read_feed_query(asking({{name, value}}));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, "query_invalid");
  }
}

TEST_F(PageRender, FeedChangesWhenANoticeExpires) {
  Shown soon = notice("n_1", 1);
  soon.expires_at = now + minutes(5);
  const RecentNotices recent{"e_1", 1, {soon}};
  EXPECT_EQ(gather(recent, {}, now).changed_at, now - hours(1));
  const Feed later = gather(recent, {}, now + minutes(6));
  EXPECT_TRUE(later.entries.empty());
  EXPECT_EQ(later.changed_at, now + minutes(5));
}

TEST(PageAnswer, KnowsItsOwnDatesAndTags) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 section 5.6.7
  http::Request request;
  request.headers["if-modified-since"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(answer(request, {.type = "a/b", .body = "x", .modified = 784'111'777}).status, 304);
  EXPECT_EQ(answer(request, {.type = "a/b", .body = "x", .modified = 784'111'778}).status, 200);
  request.headers["if-modified-since"] = "Sunday, 06-Nov-94 08:49:37 GMT";
  EXPECT_EQ(answer(request, {.type = "a/b", .body = "x", .modified = 784'111'777}).status, 200);
}

TEST(PageAnswer, GzipsWhatIsLongForWhoTakesIt) {
  http::Request request;
  request.headers["accept-encoding"] = "br, gzip;q=0.8";
  const http::Response packed =
      answer(request, {.type = "text/html", .body = std::string(5000, 'x')});
  EXPECT_LT(packed.body.size(), 100U);
  request.headers["accept-encoding"] = "gzip;q=0";
  const http::Response plain =
      answer(request, {.type = "text/html", .body = std::string(5000, 'x')});
  EXPECT_EQ(plain.body.size(), 5000U);
}

}  // namespace
}  // namespace clarion::pages
