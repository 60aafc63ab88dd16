#include "http/detail/body.h"
#include "http/detail/gzip.h"
#include "http/detail/head.h"
#include "http/detail/target.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

namespace clarion::http::detail {
namespace {

std::string request(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestHead, JoinsRepeatedFieldsAndLowersTheirNames) {
  const auto head =
      parse_request_head(request("ACCEPT: a\r\nAccept:  b \r\nCookie: c=1\r\nCookie: d=2\r\n"))
          .value();
  EXPECT_EQ(head.fields.at("accept"), "a, b");
  EXPECT_EQ(head.fields.at("cookie"), "c=1; d=2");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.framing.has_body());
}

TEST(RequestHead, RefusesWhatTwoServersCouldReadDifferently) {
  const std::string nul("X: a\0b\r\n", 8);
  for (const std::string& fields : {
           std::string("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
           std::string("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
           std::string("Content-Length: 1\r\nContent-Length: 1\r\n"),
           std::string("Content-Length: 1, 1\r\n"),
           std::string("Content-Length: +1\r\n"),
           std::string("Content-Length: -1\r\n"),
           std::string("Content-Length: 0x1\r\n"),
           std::string("Content-Length: \r\n"),
           std::string("Content-Length: 99999999999999999999\r\n"),
           std::string("Transfer-Encoding: gzip\r\n"),
           std::string("Transfer-Encoding: gzip, chunked\r\n"),
           std::string("Transfer-Encoding: chunked, chunked\r\n"),
           std::string("Transfer-Encoding: xchunked\r\n"),
           std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
           std::string("Transfer-Encoding : chunked\r\n"),
           std::string("Transfer-Encoding: \x0b"
                       "chunked\r\n"),
           std::string("X: a\r\n b\r\n"),
           std::string(" X: a\r\n"),
           std::string("X: a\rb\r\n"),
           std::string("X: a\nY: b\r\n"),
           nul,
           std::string("X a\r\n"),
           std::string(": a\r\n"),
           std::string("X\x7f: a\r\n"),
           std::string("Host: y\r\n"),
           std::string("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
           std::string("Connection: \x01\r\n"),
       }) {
    const auto head = parse_request_head(request(fields));
    ASSERT_FALSE(head) << fields;
    EXPECT_EQ(head.error().code, "http_malformed");
  }
}

TEST(RequestHead, RefusesBrokenRequestLinesAndHosts) {
  for (const char* bytes :
       {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\r\nHost: x\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET / http/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_FALSE(parse_request_head(bytes)) << bytes;
  }
  EXPECT_TRUE(parse_request_head("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(parse_request_head("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"));
}

TEST(RequestHead, BoundsTheNumberOfFields) {
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "a: b\r\n";
  EXPECT_FALSE(parse_request_head(request(fields)));
}

TEST(ResponseHead, ReadsStatusAndFraming) {
  const auto head =
      parse_response_head("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n").value();
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.framing.content_length, 3U);
}

using State = BodyReader::State;

Framing chunked() { return {.content_length = {}, .chunked = true}; }

TEST(BodyReader, ReadsChunksWhateverTheCut) {
  const std::string wire =
      "5;name=\"x\"\r\nhello\r\n00A\r\n, world!!!\r\n0\r\nTrailer: t\r\n\r\nnext";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    BodyReader reader(chunked());
    std::string out, in;
    State state = State::more;
    std::size_t at = 0;
    while (state == State::more && at < wire.size()) {
      in += wire.substr(at, step);
      at += step;
      std::string_view left = in;
      state = reader.take(left, out, 15);
      in.erase(0, in.size() - left.size());
    }
    ASSERT_EQ(state, State::done) << step;
    ASSERT_EQ(out, "hello, world!!!");
    ASSERT_EQ(in + wire.substr(std::min(at, wire.size())), "next");
  }
}

TEST(BodyReader, RefusesMalformedChunks) {
  for (const std::string& wire :
       {std::string("\r\n"), std::string("x\r\n"), std::string("-1\r\n"), std::string("1\nab"),
        std::string("1\r\nab"), std::string("1\r\na\n"), std::string("1 \r\na\r\n"),
        std::string("1000000000000000\r\n"), std::string("0\r\n x: y\r\n\r\n"),
        std::string("0\r\n\rx"), std::string("0\r\nx\n"), std::string("1;a\nb\r\na\r\n"),
        std::string("1;\0\r\n", 5), "1;" + std::string(20000, 'a')}) {
    BodyReader reader(chunked());
    std::string out;
    std::string_view left = wire;
    EXPECT_EQ(reader.take(left, out, 100), State::malformed) << wire.substr(0, 20);
  }
}

TEST(BodyReader, StopsAtItsBoundBeforeTheBytesCome) {
  BodyReader chunks(chunked());
  std::string out;
  std::string_view left = "ffffff\r\na";
  EXPECT_EQ(chunks.take(left, out, 100), State::too_large);
  EXPECT_EQ(out, "");
  BodyReader length(Framing{.content_length = 101});
  const std::string body(101, 'a');
  left = body;
  EXPECT_EQ(length.take(left, out, 100), State::too_large);
}

TEST(BodyReader, LeavesWhatFollowsABodyOfKnownLength) {
  BodyReader reader(Framing{.content_length = 3});
  std::string out;
  std::string_view left = "abcdef";
  EXPECT_EQ(reader.take(left, out, 100), State::done);
  EXPECT_EQ(out, "abc");
  EXPECT_EQ(left, "def");
}

TEST(ParseTarget, KeepsAnEncodedSlashInItsSegment) {
  const auto target = parse_target("/a%2fb/%E8%B0%A3?x=1%2F2&y=a+b%2B&&z").value();
  EXPECT_EQ(target.raw_path, "/a%2fb/%E8%B0%A3");
  EXPECT_EQ(target.path, "/a%2Fb/谣");
  const std::vector<std::pair<std::string, std::string>> query = {
      {"x", "1/2"}, {"y", "a b+"}, {"z", ""}};
  EXPECT_EQ(target.query, query);
}

TEST(ParseTarget, ReadsTheAbsoluteForm) {
  EXPECT_EQ(parse_target("HTTP://host:80/a?b").value().path, "/a");
  EXPECT_EQ(parse_target("http://host").value().path, "/");
  const auto bare = parse_target("https://host?a=b").value();
  EXPECT_EQ(bare.path, "/");
  EXPECT_EQ(bare.query.at(0).second, "b");
}

TEST(ParseTarget, RefusesWrongEscapesNulOtherBytesAndForms) {
  for (const char* text : {"/%", "/%4", "/%zz", "/%00", "/%ff", "/\xc3", "/a?b=%ff", "/a?%=1",
                           "host:80", "a", "", "/a#b", "http:///a", "ftp://a/b"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  EXPECT_TRUE(parse_target("*"));
  std::string many = "/?";
  for (int i = 0; i < 257; ++i) many += "a&";
  EXPECT_FALSE(parse_target(many));
}

std::string gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(InflateGzip, ReadsOneMemberOrSeveral) {
  EXPECT_EQ(inflate_gzip(gzip("hello"), 100).value(), "hello");
  EXPECT_EQ(inflate_gzip(gzip("hello ") + gzip("world"), 100).value(), "hello world");
  EXPECT_EQ(inflate_gzip(gzip(std::string(100, 'a')), 100).value().size(), 100U);
  EXPECT_EQ(inflate_gzip(gzip(""), 0).value(), "");
}

TEST(InflateGzip, StopsABombAtItsBound) {
  const std::string bomb = gzip(std::string(50U << 20U, '\0'));
  ASSERT_LT(bomb.size(), 100000U);
  EXPECT_EQ(inflate_gzip(bomb, 1U << 20U).error().errc, Errc::too_large);
}

TEST(InflateGzip, RefusesCutDamagedAndForeignBytes) {
  const std::string good = gzip("hello, hello, hello");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = inflate_gzip(std::string_view(good).substr(0, size), 100);
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().code, "gzip_invalid");
  }
  std::string damaged = good;
  damaged[damaged.size() - 6] ^= 1;  // in the checksum
  EXPECT_FALSE(inflate_gzip(damaged, 100));
  EXPECT_FALSE(inflate_gzip("not gzip at all", 100));
  EXPECT_FALSE(inflate_gzip(good + "tail", 100));
}

}  // namespace
}  // namespace clarion::http::detail
