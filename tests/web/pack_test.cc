#include "web/pack.h"

#include "web/routes.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace clarion::web {
namespace {

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A pack of a page and one script, the script gzipped.
std::string a_pack() {
  const std::string script = gzipped(std::string(2000, 'x'));
  return R"(CLARIONPACK1
[{"name":"index.html","type":"text/html; charset=utf-8","size":4,"stored":4,"gzip":false},{"name":"assets/app/a.js","type":"text/javascript; charset=utf-8","size":2000,"stored":)" +
         std::to_string(script.size()) + R"(,"gzip":true}]
page)" + script;
}

http::Response asked(const Pack& pack, const std::string& path, const std::string& encoding = "",
                     const std::string& known = "") {
  http::Router router;
  add_routes(router, pack);
  const auto match = router.match("GET", path);
  if (match.route == nullptr) return {404, {}, ""};
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.params = match.params;
  if (!encoding.empty()) request.headers["accept-encoding"] = encoding;
  if (!known.empty()) request.headers["if-none-match"] = known;
  return match.route->handler(request);
}

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [each, value] : response.headers) {
    if (each == name) return value;
  }
  return {};
}

TEST(WebPack, GivesItsFilesPackedAndPlain) {
  const std::string bytes = a_pack();
  const auto pack = Pack::read(bytes);
  ASSERT_TRUE(pack);
  EXPECT_EQ(Pack::plain(*pack.value().find("index.html")), "page");
  EXPECT_EQ(Pack::plain(*pack.value().find("assets/app/a.js")), std::string(2000, 'x'));
  EXPECT_EQ(pack.value().find("nothing"), nullptr);
}

TEST(WebPack, RefusesWhatIsCutOrNoPack) {
  const std::string bytes = a_pack();
  for (std::size_t end = 1; end < bytes.size(); end += 7)
    EXPECT_FALSE(Pack::read(std::string_view(bytes).substr(0, end))) << end;
  EXPECT_FALSE(Pack::read("CLARIONPACK1\n{}\n"));
  EXPECT_FALSE(Pack::read("CLARIONPACK1\n[{\"name\":\"a\",\"stored\":-1},3]\n"));
  EXPECT_TRUE(Pack::read(""));
}

TEST(WebRoutes, AnswerThePageAtItsAddressesOnBothDesksAndNowhereElse) {
  const std::string bytes = a_pack();
  const auto pack = Pack::read(bytes);
  ASSERT_TRUE(pack);
  for (const char* path : {"/desk", "/signin", "/cases/c_1", "/notices", "/notices/n_1/edit",
                           "/roster", "/drill/desk", "/drill/cases/c_1"}) {
    const http::Response response = asked(pack.value(), path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "page") << path;
    EXPECT_EQ(header(response, "Cache-Control"), "no-store") << path;
    EXPECT_NE(header(response, "Content-Security-Policy").find("script-src 'self';"),
              std::string::npos)
        << path;
  }
  EXPECT_EQ(asked(pack.value(), "/").status, 404);
  EXPECT_EQ(asked(pack.value(), "/drill").status, 404);
}

TEST(WebRoutes, SendAFilePackedToWhomTakesItAndOnceToWhomKeepsIt) {
  const std::string bytes = a_pack();
  const auto pack = Pack::read(bytes);
  ASSERT_TRUE(pack);
  const http::Response packed = asked(pack.value(), "/assets/app/a.js", "gzip, br");
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 100U);
  EXPECT_EQ(header(packed, "Cache-Control"), "public, max-age=31536000, immutable");
  const http::Response plain = asked(pack.value(), "/assets/app/a.js", "gzip;q=0");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(plain.body.size(), 2000U);
  EXPECT_NE(header(packed, "ETag"), header(plain, "ETag"));
  const http::Response again =
      asked(pack.value(), "/assets/app/a.js", "gzip", header(packed, "ETag"));
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
  EXPECT_EQ(asked(pack.value(), "/assets/app/b.js").status, 404);
}

TEST(WebRoutes, SayPlainlyWhenTheProgramHasNoPage) {
  const Pack none;
  const http::Response response = asked(none, "/desk");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("CLARION_WEB=OFF"), std::string::npos);
  EXPECT_EQ(asked(none, "/cases/c_1").status, 404);
}

}  // namespace
}  // namespace clarion::web
