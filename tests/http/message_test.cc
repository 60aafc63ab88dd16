#include "http/message.h"
#include "http/status.h"

#include <gtest/gtest.h>

namespace clarion::http {
namespace {

json::object body_of(const Response& response) { return json::parse(response.body).as_object(); }

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Problem, SaysWhatIsWrongInTheReadersLanguage) {
  Request request;
  request.request_id = "r1";
  const Error error{Errc::denied, "author u1", "four_eyes"};
  const Response zh = problem(request, error);
  EXPECT_EQ(zh.status, 403);
  EXPECT_EQ(header(zh, "Content-Type"), "application/problem+json");
  EXPECT_EQ(body_of(zh)["type"], "about:blank");
  EXPECT_EQ(body_of(zh)["title"], "没有权限");
  EXPECT_EQ(body_of(zh)["detail"], json::value(ops::words("four_eyes", ops::Lang::zh)));
  EXPECT_EQ(body_of(zh)["code"], "four_eyes");
  EXPECT_EQ(body_of(zh)["status"], 403);
  EXPECT_EQ(body_of(zh)["request_id"], "r1");
  EXPECT_FALSE(body_of(zh).contains("errors"));
  request.lang = ops::Lang::en;
  EXPECT_EQ(body_of(problem(request, error))["title"], "Forbidden");
}

TEST(Problem, ListsWrongMembers) {
  Error error{Errc::invalid, "two members are wrong", "request_invalid"};
  error.fields = {{"/title", "field_too_long", {{"max", "10"}}},
                  {"/regions/0", "region_unknown", {}}};
  const Response response = problem({}, error);
  EXPECT_EQ(response.status, 422);
  const json::array errors = body_of(response)["errors"].as_array();
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].at("pointer"), "/title");
  EXPECT_EQ(errors[0].at("detail"),
            json::value(ops::words("field_too_long", ops::Lang::zh, {{"max", "10"}})));
}

TEST(Problem, NeverTellsTheInsideOfAFailureOfOurs) {
  const Response response = problem({}, Error{Errc::corrupt, "page 7 of clarion.db"});
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("page 7"), std::string::npos);
  EXPECT_EQ(response.fault, "page 7 of clarion.db");
  EXPECT_EQ(problem({}, Error{Errc::unavailable, "db on 10.0.0.7", "code_unknown_to_the_catalogue"})
                .body.find("10.0.0.7"),
            std::string::npos);
}

TEST(Problem, ShowsTheTextOfAnInputErrorThatHasNoWords) {
  EXPECT_EQ(body_of(problem(
                {}, Error{Errc::invalid, "/a/b: the name stands twice", "no_such_code"}))["detail"],
            "/a/b: the name stands twice");
}

TEST(Problem, CarriesRetryAfterAndWwwAuthenticate) {
  EXPECT_EQ(
      header(problem({}, Error{Errc::overloaded, "", "too_many_requests", {{"retry_after", "7"}}}),
             "Retry-After"),
      "7");
  EXPECT_EQ(header(problem({}, Error{Errc::unavailable, ""}), "Retry-After"), "1");
  EXPECT_EQ(header(problem({}, Error{Errc::unauthorised, ""}), "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(header(problem({}, Error{Errc::denied, ""}), "WWW-Authenticate"), "");
}

TEST(Problem, HasATitleForEveryStatus) {
  for (const int status :
       {400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 417, 422, 428, 429, 431, 500, 503}) {
    EXPECT_TRUE(ops::knows_code("title_" + std::to_string(status))) << status;
    EXPECT_FALSE(reason_phrase(status).empty()) << status;
  }
}

TEST(HttpStatus, FollowsTheCodeThenTheFieldsThenTheKind) {
  EXPECT_EQ(http_status({Errc::conflict, "", "stale"}), 412);
  EXPECT_EQ(http_status({Errc::conflict, "", "if_match_required"}), 428);
  EXPECT_EQ(http_status({Errc::conflict, "", "idempotency_mismatch"}), 422);
  EXPECT_EQ(http_status({Errc::invalid, "", "field_required"}), 422);
  EXPECT_EQ(http_status({Errc::invalid, "", "json_invalid"}), 400);
  EXPECT_EQ(http_status({Errc::conflict, "", "held"}), 409);
  EXPECT_EQ(http_status({Errc::cancelled, ""}), 503);
}

Request with_body(std::string type, std::string body) {
  Request request;
  if (!type.empty()) request.headers["content-type"] = std::move(type);
  request.body = std::move(body);
  return request;
}

TEST(JsonBody, ReadsAnObjectOfEitherType) {
  EXPECT_EQ(json_body(with_body("application/json", R"({"a":1})")).value().at("a"), 1);
  EXPECT_TRUE(json_body(with_body("Application/JSON; charset=UTF-8", "{}")));
  EXPECT_TRUE(json_body(with_body("application/merge-patch+json", "{}")));
  EXPECT_TRUE(json_body(with_body("", "")).value().empty());
  EXPECT_TRUE(json_body(with_body("text/plain", "")).value().empty());
}

TEST(JsonBody, RefusesOtherTypesAndOtherValues) {
  EXPECT_EQ(json_body(with_body("", "{}")).error().errc, Errc::unsupported);
  EXPECT_EQ(json_body(with_body("text/json", "{}")).error().errc, Errc::unsupported);
  EXPECT_EQ(json_body(with_body("application/json; charset=gbk", "{}")).error().errc,
            Errc::unsupported);
  EXPECT_EQ(json_body(with_body("application/json", "[]")).error().code, "json_invalid");
  EXPECT_EQ(json_body(with_body("application/json", R"({"a":1,"a":2})")).error().errc,
            Errc::invalid);
}

}  // namespace
}  // namespace clarion::http
