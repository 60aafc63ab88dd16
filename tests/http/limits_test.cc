#include "http/detail/limits.h"
#include "http/detail/workers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

namespace clarion::http::detail {
namespace {

AddressBytes address(std::string_view text) { return parse_address(text).value(); }

TEST(ParseAddress, TreatsMappedIpv4AsIpv4) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(show_address(address("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(show_address(address("2001:DB8:0:0::1")), "2001:db8::1");
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "localhost", "1.2.3.4 "})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(TrustedProxies, TrustsBlocksOfBothFamilies) {
  const auto proxies =
      TrustedProxies::make({"10.0.0.0/8", "192.0.2.7", "2001:db8::/33", "203.0.113.128/25"})
          .value();
  for (const char* text :
       {"10.255.0.1", "192.0.2.7", "2001:db8:7fff::1", "203.0.113.128", "::ffff:10.1.1.1"})
    EXPECT_TRUE(proxies.trusts(address(text))) << text;
  for (const char* text : {"11.0.0.1", "192.0.2.8", "2001:db8:8000::1", "203.0.113.127", "::1"})
    EXPECT_FALSE(proxies.trusts(address(text))) << text;
}

TEST(TrustedProxies, NamesAnEntryThatIsNone) {
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8 ", "proxy", "::/129", ""}) {
    const auto made = TrustedProxies::make({text});
    ASSERT_FALSE(made) << text;
    EXPECT_NE(made.error().text.find(fmt::format("'{}'", text)), std::string::npos);
  }
}

TEST(TrustedProxies, FindTheFirstAddressFromTheEndThatIsNotTheirs) {
  const auto proxies = TrustedProxies::make({"10.0.0.0/8"}).value();
  const auto client = [&](std::string_view peer, std::string_view header) {
    return show_address(proxies.client(address(peer), header));
  };
  EXPECT_EQ(client("10.0.0.1", "198.51.100.9"), "198.51.100.9");
  EXPECT_EQ(client("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2"), "198.51.100.9");
  EXPECT_EQ(client("10.0.0.1", "[2001:db8::5]:1234"), "2001:db8::5");
  EXPECT_EQ(client("10.0.0.1", "198.51.100.9:77"), "198.51.100.9");
  EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "198.51.100.9, unknown"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "10.0.0.3"), "10.0.0.3");
  EXPECT_EQ(client("192.0.2.1", "198.51.100.9"), "192.0.2.1");
}

struct Fixture {
  ops::ManualClock clock{model::Time{}};
  std::shared_ptr<Limits> make(LimitOptions options) {
    return std::make_shared<Limits>(options, clock);
  }
};

TEST(Limits, CountConnectionsOfAnAddressWhileTheyLive) {
  Fixture f;
  const auto limits = f.make({.connections_per_address = 2});
  auto first = limits->connection(address("192.0.2.1"), true).value();
  auto second = limits->connection(address("192.0.2.1"), true).value();
  EXPECT_EQ(limits->connection(address("192.0.2.1"), true).error().code,
            "too_many_connections_here");
  EXPECT_TRUE(limits->connection(address("192.0.2.2"), true));
  EXPECT_TRUE(limits->connection(address("192.0.2.1"), false));
  first.reset();
  EXPECT_TRUE(limits->connection(address("192.0.2.1"), true));
  EXPECT_EQ(limits->connections(), 1U);
}

TEST(Limits, CountIpv6ByItsFirst64Bits) {
  Fixture f;
  const auto limits = f.make({.connections_per_address = 1});
  const auto first = limits->connection(address("2001:db8::1"), true).value();
  EXPECT_FALSE(limits->connection(address("2001:db8::2"), true));
  EXPECT_TRUE(limits->connection(address("2001:db8:0:1::1"), true));
}

TEST(Limits, BoundTheWhole) {
  Fixture f;
  const auto limits = f.make({.max_connections = 1, .connections_per_address = 0});
  const auto first = limits->connection(address("192.0.2.1"), true).value();
  EXPECT_EQ(limits->connection(address("192.0.2.2"), true).error().errc, Errc::unavailable);
  EXPECT_TRUE(limits->client_connection(address("192.0.2.2")));
}

TEST(Limits, HoldsOutliveTheirServer) {
  Fixture f;
  auto limits = f.make({});
  auto hold = limits->connection(address("192.0.2.1"), true).value();
  limits.reset();
  hold.reset();
}

TEST(Limits, RefillAnAddressEvenlyOverAMinute) {
  Fixture f;
  const auto limits = f.make({.requests_per_address = 60});
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(limits->request(address("192.0.2.1")));
  const auto refused = limits->request(address("192.0.2.1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().params.at(0),
            (std::pair<std::string, std::string>("retry_after", "1")));
  EXPECT_TRUE(limits->request(address("192.0.2.2")));
  f.clock.advance(std::chrono::seconds(2));
  EXPECT_TRUE(limits->request(address("192.0.2.1")));
  EXPECT_TRUE(limits->request(address("192.0.2.1")));
  EXPECT_FALSE(limits->request(address("192.0.2.1")));
}

TEST(Limits, ForgetTheAddressUnseenLongest) {
  Fixture f;
  const auto limits = f.make({.requests_per_address = 1, .max_addresses = 100});
  const auto kept = limits->connection(address("192.0.2.1"), true).value();
  EXPECT_TRUE(limits->request(address("192.0.2.1")));
  EXPECT_TRUE(limits->request(address("198.51.100.1")));
  for (int i = 0; i < 200; ++i)
    EXPECT_TRUE(limits->request(address(fmt::format("203.0.{}.{}", i / 100, i % 100))));
  EXPECT_FALSE(limits->request(address("192.0.2.1"))) << "has a connection, so it is remembered";
  EXPECT_TRUE(limits->request(address("198.51.100.1"))) << "forgotten";
}

TEST(Workers, RefuseWhatDoesNotFitTheQueue) {
  Workers workers(1);
  workers.start(1);
  std::promise<void> running, go;
  ASSERT_TRUE(workers.submit([&] {
    running.set_value();
    go.get_future().wait();
  }));
  running.get_future().wait();
  std::promise<void> second;
  EXPECT_TRUE(workers.submit([&] { second.set_value(); }));
  EXPECT_FALSE(workers.submit([] {}));
  go.set_value();
  second.get_future().wait();
  workers.stop();
  EXPECT_FALSE(workers.submit([] {}));
}

}  // namespace
}  // namespace clarion::http::detail
