#include "broadcast/ws_frame.h"

#include "broadcast/harness.h"

#include <gtest/gtest.h>

#include <random>

namespace clarion::broadcast::ws {
namespace {

using testing::client_frame;
using Kind = Event::Kind;

/// All events of the bytes, given in pieces of that size.
std::vector<Event> read_all(std::string_view bytes, std::size_t piece = 1U << 20U,
                            std::size_t most = 64U << 10U) {
  Reader reader(most);
  std::vector<Event> events;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view input = bytes.substr(at, piece);
    while (!input.empty()) {
      Event event = reader.next(input);
      if (event.kind != Kind::none) events.push_back(std::move(event));
    }
  }
  return events;
}

Event only(std::string_view bytes) {
  const auto events = read_all(bytes);
  return events.size() == 1 ? events.front() : Event{};
}

TEST(WsFrame, ReadsTheMaskedHelloOfRfc6455Section57) {
  const std::string bytes("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  const Event event = only(bytes);
  EXPECT_EQ(event.kind, Kind::text);
  EXPECT_EQ(event.payload, "Hello");
}

TEST(WsFrame, BuildsTheHeadsOfRfc6455Section57) {
  const auto bytes = [](std::size_t size) {
    const Head head = server_head(Opcode::binary, size);
    return std::string(head.bytes.data(), head.size);
  };
  EXPECT_EQ(bytes(125), std::string("\x82\x7d", 2));
  EXPECT_EQ(bytes(256), std::string("\x82\x7e\x01\x00", 4));
  EXPECT_EQ(bytes(65536), std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(WsFrame, ReadsAServersFramesAndRefusesMaskedOnesFromIt) {
  Reader reader(1000, Sender::server);
  std::string bytes;
  append_frame(bytes, Opcode::text, "台风");
  std::string_view input = bytes;
  EXPECT_EQ(reader.next(input).payload, "台风");
  const std::string masked = client_frame(Opcode::text, "x");
  input = masked;
  const Event event = reader.next(input);
  EXPECT_EQ(event.kind, Kind::violation);
  EXPECT_EQ(event.code, 1002);
}

TEST(WsFrame, MasksWhatAClientSends) {
  std::string bytes;
  append_masked_frame(bytes, Opcode::text, "Hello", {0x37, 0xfa, 0x21, 0x3d});
  EXPECT_EQ(bytes, std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U}) {
    bytes.clear();
    append_masked_frame(bytes, Opcode::binary, std::string(size, 'b'), {1, 2, 3, 4});
    EXPECT_EQ(read_all(bytes, 1U << 20U, 1U << 20U).front().payload, std::string(size, 'b'));
  }
}

TEST(WsFrame, GivesTheSameMessagesHoweverTheBytesAreCut) {
  std::string bytes = client_frame(Opcode::text, "台风", false) + client_frame(Opcode::ping, "p") +
                      client_frame(Opcode::continuation, "来了") + client_frame(Opcode::text, "") +
                      client_frame(Opcode::binary, std::string(70000, 'b').substr(0, 60000));
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U, 100000U}) {
    const auto events = read_all(bytes, piece);
    ASSERT_EQ(events.size(), 4U) << piece;
    EXPECT_EQ(events[0].kind, Kind::ping);
    EXPECT_EQ(events[1].payload, "台风来了");
    EXPECT_EQ(events[2].payload, "");
    EXPECT_EQ(events[3].payload.size(), 60000U);
  }
}

TEST(WsFrame, RefusesWhatTheRfcForbids) {
  const auto code = [](std::string bytes) { return only(bytes).code; };
  EXPECT_EQ(code(std::string("\x81\x05Hello", 7)), 1002) << "not masked";
  EXPECT_EQ(code(std::string("\xc1\x80\0\0\0\0", 6)), 1002) << "reserved bit";
  EXPECT_EQ(code(std::string("\x83\x80\0\0\0\0", 6)), 1002) << "unknown opcode";
  EXPECT_EQ(code(client_frame(Opcode::ping, "x", false)), 1002) << "control frame in fragments";
  EXPECT_EQ(code(client_frame(Opcode::ping, std::string(126, 'x'))), 1002) << "long control frame";
  EXPECT_EQ(code(client_frame(Opcode::continuation, "x")), 1002) << "nothing to continue";
  EXPECT_EQ(code(client_frame(Opcode::text, "a", false) + client_frame(Opcode::text, "b")), 1002);
  EXPECT_EQ(code(std::string("\x81\xfe\x00\x05\0\0\0\0", 8)), 1002)
      << "length not in its shortest form";
  EXPECT_EQ(code(std::string("\x81\xff\xff\0\0\0\0\0\0\0\0\0\0\0", 14)), 1002)
      << "highest bit of the length";
}

TEST(WsFrame, RefusesALongMessageBeforeItsBytesCome) {
  EXPECT_EQ(only(std::string("\x81\xff\0\0\0\x01\0\0\0\0\0\0\0\0", 14)).code, 1009);
  const std::string half(40000, 'a');
  EXPECT_EQ(
      only(client_frame(Opcode::text, half, false) + client_frame(Opcode::continuation, half)).code,
      1009);
}

TEST(WsFrame, FailsAtTheFirstByteThatNoTextCanHold) {
  // The frame announces ten bytes; the second already breaks UTF-8.
  std::string bytes = client_frame(Opcode::text, "a\xff________");
  bytes.resize(6 + 2);
  EXPECT_EQ(only(bytes).code, 1007);
  EXPECT_EQ(only(client_frame(Opcode::text, "\xe5\x8f")).code, 1007)
      << "half a character at the end";
  EXPECT_EQ(only(client_frame(Opcode::text, "\xed\xa0\x80")).code, 1007) << "a surrogate";
  EXPECT_EQ(only(client_frame(Opcode::text, "\xe5", false) +
                 client_frame(Opcode::continuation, "\x8f\xb0"))
                .payload,
            "台");
}

TEST(WsFrame, KnowsWhichCloseCodesMayBeSent) {
  for (const std::uint16_t code : {1000, 1003, 1007, 1011, 3001, 3999, 4999}) {
    const Event event = only(client_frame(Opcode::close, close_payload(code, "why")));
    EXPECT_EQ(event.kind, Kind::close);
    EXPECT_EQ(event.code, code);
    EXPECT_EQ(event.payload, "why");
  }
  for (const std::uint16_t code : {999, 1004, 1005, 1006, 1015, 1016, 2999, 5000}) {
    EXPECT_EQ(only(client_frame(Opcode::close, close_payload(code, ""))).code, 1002) << code;
  }
  EXPECT_EQ(only(client_frame(Opcode::close, "")).code, 0);
  EXPECT_EQ(only(client_frame(Opcode::close, "\x03")).code, 1002);
  EXPECT_EQ(only(client_frame(Opcode::close, "\x03\xe8\xff")).code, 1007);
}

TEST(WsFrame, CutsALongReasonAtACharactersEnd) {
  std::string reason;
  for (int i = 0; i < 60; ++i) reason += "风";
  const std::string payload = close_payload(3001, reason);
  EXPECT_EQ(payload.size(), 2U + 123U);  // 41 characters of three bytes
  EXPECT_EQ(only(client_frame(Opcode::close, payload)).kind, Kind::close);
}

TEST(WsFrame, SaysNothingAfterACloseOrAViolation) {
  EXPECT_EQ(read_all(client_frame(Opcode::close, "") + client_frame(Opcode::text, "late")).size(),
            1U);
  EXPECT_EQ(
      read_all(client_frame(Opcode::continuation, "") + client_frame(Opcode::text, "late")).size(),
      1U);
}

TEST(WsFrame, TakesTenThousandMutatedStreamsInAnyPiecesWithTheSameOutcome) {
  std::mt19937_64 random(20261124);
  const std::string seed =
      client_frame(Opcode::text, R"({"type":"ping"})") + client_frame(Opcode::text, "台", false) +
      client_frame(Opcode::ping, "p") + client_frame(Opcode::continuation, "风") +
      client_frame(Opcode::binary, std::string(300, 'b')) +
      client_frame(Opcode::close, close_payload(1000, "bye"));
  for (int round = 0; round < 10'000; ++round) {
    std::string bytes = seed;
    for (std::uint64_t i = random() % 4 + 1; i > 0; --i) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] =
              static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << (random() % 8)));
          break;
        case 2:
          bytes.erase(at, random() % 8 + 1);
          break;
        default:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
      }
      if (bytes.empty()) bytes = "x";
    }
    const auto whole = read_all(bytes);
    const auto pieces = read_all(bytes, random() % 9 + 1);
    ASSERT_EQ(whole.size(), pieces.size()) << "round " << round;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      ASSERT_EQ(whole[i].kind, pieces[i].kind) << "round " << round;
      ASSERT_EQ(whole[i].payload, pieces[i].payload) << "round " << round;
      ASSERT_EQ(whole[i].code, pieces[i].code) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace clarion::broadcast::ws
