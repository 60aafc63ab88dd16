#include "pages/html.h"
#include "pages/markdown.h"

#include <gtest/gtest.h>

#include <chrono>

namespace clarion::pages {
namespace {

TEST(PageMarkup, EscapesWhatHtmlAndXmlRead) {
  EXPECT_EQ(escape("<script>\"&'</script>"), "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;");
  EXPECT_EQ(Markup().raw("<p").attribute("title", "\" onclick=\"x").raw(">").take(),
            "<p title=\"&quot; onclick=&quot;x\">");
}

TEST(PageMarkup, LeavesOutWhatReordersTextAndWhatXmlDoesNotKnow) {
  EXPECT_EQ(escape("a\u202Eb\u2066c\u2069d\u202Ae"), "abcde");
  EXPECT_EQ(escape(std::string_view("a\0b\x01\x7F"
                                    "c\td\n",
                                    9)),
            "abc\td\n");
  EXPECT_EQ(escape("x\uFFFEy\uFFFFz"), "xyz");
  EXPECT_EQ(escape("‘台风’\u200F\u2028中"), "‘台风’\u200F\u2028中");
}

TEST(PageMarkup, TakesOnlyWebAddressesForLinks) {
  for (const char* good :
       {"http://a.example", "https://a.example/x?y=1&z=\"2\"", "HTTPS://A.example"})
    EXPECT_TRUE(is_web_link(good)) << good;
  for (const char* bad :
       {"", "http://", "javascript:alert(1)", "//a.example", "/n/1", "data:text/html,x",
        "java\nscript:x", "http://a b", "https://a.example/\u202Egnp", " http://a"})
    EXPECT_FALSE(is_web_link(bad)) << bad;
}

TEST(PageMarkup, NothingEndsADataBlock) {
  EXPECT_EQ(json_block(json::object{{"a", "</script><!--&"}}),
            R"({"a":"\u003c/script\u003e\u003c!--\u0026"})");
}

TEST(PageMarkdown, RendersParagraphsListsAndEmphasis) {
  EXPECT_EQ(render_markdown("**事实** 一\n\n1. 甲\n2. 乙\n"),
            "<p><strong>事实</strong> 一</p>\n<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>\n");
}

TEST(PageMarkdown, LeavesOutRawHtml) {
  const std::string html =
      render_markdown("<script>alert(1)</script>\n\na <b onclick=x>b</b> <!-- c -->");
  EXPECT_EQ(html.find("<script"), std::string::npos) << html;
  EXPECT_EQ(html.find("onclick"), std::string::npos) << html;
}

TEST(PageMarkdown, LinksGoToTheWebAlone) {
  EXPECT_EQ(render_markdown("[x](https://a.example/?q=\"&b)"),
            "<p><a href=\"https://a.example/?q=&quot;&amp;b\" rel=\"nofollow noopener "
            "noreferrer\">x</a></p>\n");
  for (const char* bad :
       {"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](/n/1)",
        "[x](data:text/html;base64,eA==)", "<javascript:alert(1)>", "[x][r]\n\n[r]: vbscript:x"}) {
    const std::string html = render_markdown(bad);
    EXPECT_EQ(html.find("<a"), std::string::npos) << html;
  }
}

TEST(PageMarkdown, PicturesBecomeLinks) {
  EXPECT_EQ(
      render_markdown("![图](https://a.example/x.png)"),
      "<p><a href=\"https://a.example/x.png\" rel=\"nofollow noopener noreferrer\">图</a></p>\n");
  const std::string nested =
      render_markdown("[![图](https://a.example/x.png)](https://b.example/)");
  EXPECT_EQ(nested.find("<img"), std::string::npos) << nested;
  EXPECT_EQ(nested.find("<a"), nested.rfind("<a")) << nested;
}

TEST(PageMarkdown, HeadingsStandBelowThoseOfThePage) {
  EXPECT_EQ(render_markdown("# 一\n\n###### 六"), "<h3>一</h3>\n<h6>六</h6>\n");
}

TEST(PageMarkdown, LongAndDeepBodiesCostLittle) {
  // 20,000 characters are the most a body has (contract section 2).
  for (const std::string& piece : {std::string(">"), std::string("["), std::string("**a_"),
                                   std::string("![](http://a/"), std::string("- ")}) {
    std::string body;
    while (body.size() + piece.size() <= 20'000) body += piece;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(render_markdown(body).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5)) << piece;
  }
}

}  // namespace
}  // namespace clarion::pages
