#include "broadcast/handshake.h"

#include "broadcast/harness.h"

#include <gtest/gtest.h>

namespace clarion::broadcast {
namespace {

http::Request request(const testing::World::Headers& headers,
                      std::vector<std::pair<std::string, std::string>> query = {}) {
  http::Request out;
  out.method = "GET";
  out.path = "/v1/stream";
  for (const auto& [name, value] : headers) out.headers[name] = value;
  out.query = std::move(query);
  return out;
}

testing::World::Headers changed(std::string_view name, std::string_view value,
                                std::string_view protocols = "clarion.v1") {
  auto headers = testing::World::websocket_headers(protocols);
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  headers.emplace_back(name, value);
  return headers;
}

int status_of(const http::Request& asked) {
  const auto sorted = sort_request(asked, {});
  const auto* refused = std::get_if<http::Response>(&sorted);
  return refused != nullptr ? refused->status : 0;
}

Entry entry_of(const http::Request& asked) {
  static const std::vector<std::string> allowed{"https://board.example"};
  return std::get<Entry>(sort_request(asked, allowed));
}

TEST(Handshake, AnswersTheKeyOfRfc6455Section13) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, RefusesWhatIsNoHandshake) {
  EXPECT_EQ(status_of(request(testing::World::websocket_headers())), 0);
  EXPECT_EQ(status_of(request({})), 426);
  EXPECT_EQ(status_of(request({{"accept", "text/html, */*"}})), 426);
  EXPECT_EQ(status_of(request(changed("sec-websocket-version", "8"))), 426);
  EXPECT_EQ(status_of(request(changed("connection", "keep-alive"))), 400);
  EXPECT_EQ(status_of(request(changed("sec-websocket-key", "dG9vIHNob3J0"))), 400);
  EXPECT_EQ(status_of(request(changed("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZZ=="))), 400);
  EXPECT_EQ(status_of(request(changed("sec-websocket-protocol", "mqtt, chat"))), 400);
  http::Request post = request(testing::World::websocket_headers());
  post.method = "HEAD";
  EXPECT_EQ(status_of(post), 405);
}

TEST(Handshake, TakesATokenFromTheSubprotocolListAndAnswersWithTheProtocolAlone) {
  const Entry entry =
      entry_of(request(testing::World::websocket_headers("clarion.v1, clarion.token.SECRET")));
  EXPECT_EQ(entry.presented.token, "SECRET");
  const auto& wire = std::get<WebSocketEntry>(entry.wire);
  EXPECT_TRUE(wire.token_in_list);
  const std::string answer = switching_protocols(wire, "r-1");
  EXPECT_NE(answer.find("Sec-WebSocket-Protocol: clarion.v1\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("SECRET"), std::string::npos);
  EXPECT_EQ(status_of(request(
                testing::World::websocket_headers("clarion.v1, clarion.token.A, clarion.token.B"))),
            400);
  EXPECT_EQ(status_of(request(testing::World::websocket_headers("clarion.token.A"))), 400);
}

TEST(Handshake, TakesNoTokenFromTheQuery) {
  const Entry entry = entry_of(
      request(testing::World::websocket_headers(), {{"token", "T"}, {"access_token", "T"}}));
  EXPECT_TRUE(entry.presented.empty());
  EXPECT_EQ(status_of(request({{"accept", "text/event-stream"}}, {{"token", "T"}})), 400);
}

TEST(Handshake, HeedsTheCookieOfAnAllowedOriginAlone) {
  const auto cookie = [](std::string_view origin) {
    auto headers = testing::World::websocket_headers();
    headers.emplace_back("cookie", "session=anna");
    if (!origin.empty()) headers.emplace_back("origin", origin);
    return entry_of(request(headers)).presented.cookie;
  };
  EXPECT_EQ(cookie("https://clarion.example"), "session=anna");
  EXPECT_EQ(cookie("https://board.example"), "session=anna");
  EXPECT_EQ(cookie("https://evil.example"), "");
  EXPECT_EQ(cookie(""), "");
  const Entry events =
      entry_of(request({{"accept", "text/event-stream"}, {"cookie", "session=anna"}}));
  EXPECT_EQ(events.presented.cookie, "session=anna") << "browsers send no Origin to their own host";
}

TEST(EventQuery, ReadsListsThatRepeatOrHaveCommas) {
  const Entry entry =
      entry_of(request({{"accept", "text/event-stream;q=1"}}, {{"topic", "typhoon,flood"},
                                                               {"topic", "earthquake"},
                                                               {"lang", ""},
                                                               {"min_severity", "severe"},
                                                               {"channel", "drill"},
                                                               {"from", "01E:7"}}));
  const Subscribe& wanted = std::get<EventStreamEntry>(entry.wire).subscribe;
  ASSERT_EQ(wanted.filters->size(), 1U);
  EXPECT_EQ(wanted.filters->front().topics,
            (std::vector<std::string>{"earthquake", "flood", "typhoon"}));
  EXPECT_TRUE(wanted.filters->front().langs->empty());
  EXPECT_EQ(wanted.channel, "drill");
  EXPECT_EQ(wanted.from.epoch, "01E");
  EXPECT_EQ(wanted.from.offset, 7U);
}

TEST(EventQuery, NamesTheParameterThatIsWrong) {
  const auto wrong = [](std::string_view name, std::string_view value) {
    const auto answer = sort_request(
        request({{"accept", "text/event-stream"}}, {{std::string(name), std::string(value)}}), {});
    const auto* refused = std::get_if<http::Response>(&answer);
    if (refused == nullptr || refused->status != 400) return std::string("passed");
    return std::string(
        parse_json(refused->body).value().at("errors").at(0).at("pointer").as_string());
  };
  EXPECT_EQ(wrong("topic", "typhoon"), "passed");
  EXPECT_EQ(wrong("topic", "unicorns"), "topic");
  EXPECT_EQ(wrong("region", "1"), "region");
  EXPECT_EQ(wrong("min_severity", "awful"), "min_severity");
  EXPECT_EQ(wrong("colour", "red"), "colour");
  EXPECT_EQ(wrong("from", "yesterday"), "from");
}

TEST(EventQuery, LetsLastEventIdWinOverFromAndTakesAStrangeOneForStale) {
  const auto from = [](std::string_view last) {
    const Entry entry =
        entry_of(request({{"accept", "text/event-stream"}, {"last-event-id", std::string(last)}},
                         {{"from", "live_notices"}}));
    return std::get<EventStreamEntry>(entry.wire).subscribe.from;
  };
  EXPECT_EQ(from("01E:9").offset, 9U);
  EXPECT_EQ(from("01E:9").epoch, "01E");
  EXPECT_EQ(from("nonsense").kind, From::Kind::position);
  EXPECT_EQ(from("nonsense").epoch, "");
  EXPECT_EQ(from("").kind, From::Kind::snapshot);
}

}  // namespace
}  // namespace clarion::broadcast
