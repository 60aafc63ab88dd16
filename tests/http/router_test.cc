#include "http/router.h"

#include <gtest/gtest.h>

namespace clarion::http {
namespace {

Router table() {
  Router router;
  for (const auto& [method, pattern] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/"},
                                                        {"GET", "/v1/cases"},
                                                        {"GET", "/v1/cases/{id}"},
                                                        {"POST", "/v1/cases/bulk"},
                                                        {"POST", "/v1/cases/{case}/claim"},
                                                        {"PATCH", "/v1/cases/{id}"},
                                                        {"GET", "/files/{name...}"}}) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = [](Request&) { return Response{}; };
    router.add(std::move(route));
  }
  return router;
}

std::string found(const Router::Match& match) {
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(Router, ServesAMirrorOfItsPathsOnlyAsTheyAreSpelled) {
  Router router = table();
  router.mirror("/drill", "/v1/");
  EXPECT_EQ(found(router.match("GET", "/drill/v1/cases/7")), "/v1/cases/{id}");
  EXPECT_EQ(router.match("GET", "/drill/v1/cases/7").params.at("id"), "7");
  for (const char* path : {"/drill/", "/drill/files/x", "/drill", "/drill/drill/v1/cases",
                           "/%64rill/v1/cases", "/drill/%761/cases", "/drillv1/cases"})
    EXPECT_EQ(router.match("GET", path).route, nullptr) << path;
}

TEST(Router, TellsAllItServes) {
  const auto all = table().all();
  EXPECT_EQ(all.size(), 7U);
  for (const auto& [method, pattern] : all)
    EXPECT_EQ(found(table().match(method, pattern)), pattern) << method << " " << pattern;
}

TEST(Router, LetsLiteralSegmentsWinOverNames) {
  const Router router = table();
  EXPECT_EQ(found(router.match("POST", "/v1/cases/bulk")), "/v1/cases/bulk");
  const auto match = router.match("GET", "/v1/cases/bulk");
  EXPECT_EQ(found(match), "/v1/cases/{id}");
  EXPECT_EQ(match.params.at("id"), "bulk");
  EXPECT_EQ(router.match("POST", "/v1/cases/bulk/claim").params.at("case"), "bulk");
  EXPECT_EQ(found(router.match("GET", "/")), "/");
}

TEST(Router, GivesHeadToGet) { EXPECT_EQ(found(table().match("HEAD", "/v1/cases")), "/v1/cases"); }

TEST(Router, GivesNoHeadToATakeOver) {
  Router router;
  Route stream;
  stream.method = "GET";
  stream.pattern = "/stream";
  stream.take_over = [](Upgrade) {};
  router.add(std::move(stream));
  const auto match = router.match("HEAD", "/stream");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, std::vector<std::string>{"GET"});
}

TEST(Router, ListsTheMethodsOfAPath) {
  const auto match = table().match("DELETE", "/v1/cases/bulk");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.path_known);
  EXPECT_EQ(match.allow, (std::vector<std::string>{"GET", "HEAD", "PATCH", "POST"}));
}

TEST(Router, KnowsNoOtherPaths) {
  const Router router = table();
  for (const char* path : {"/v1", "/v1/cases/", "/v1//cases", "//", "/v1/cases/x/claim/y",
                           "/v1/cases//claim", "", "*", "/files/", "/v1/cases/%zz"}) {
    EXPECT_FALSE(router.match("GET", path).path_known) << path;
  }
}

TEST(Router, DecodesSegmentsOneByOne) {
  EXPECT_EQ(table().match("GET", "/v1/cases/a%2Fclaim").params.at("id"), "a/claim");
  EXPECT_EQ(table().match("GET", "/v1/c%61ses").route->pattern, "/v1/cases");
  EXPECT_EQ(table().match("GET", "/files/a/b.js").params.at("name"), "a/b.js");
}

}  // namespace
}  // namespace clarion::http
