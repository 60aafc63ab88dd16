// An echo server over the stream's own codec and connection, for the Autobahn test suite
// (fuzzingclient, agent at ws://127.0.0.1:PORT): `ws_echo [PORT]`, 9001 by default; the port goes
// to stdout. Runs until it is killed.
#include "broadcast/connection.h"
#include "broadcast/handshake.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>

#include <cctype>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <set>
#include <string>

namespace clarion::broadcast {
namespace {

using boost::asio::ip::tcp;

/// Autobahn's largest message is 16 MiB.
constexpr std::size_t kMostBytes = 17U << 20U;

class Echo;
std::set<std::shared_ptr<Echo>> open_peers;

class Echo final : public Connection {
 public:
  Echo(tcp::socket socket, std::span<char> buffer, Counters& counters)
      : Connection(std::move(socket), {.wire = Wire::websocket, .max_message_bytes = kMostBytes},
                   buffer, counters) {}
  void open(std::string_view head, std::string_view read_ahead) {
    send_bytes(head);
    begin(read_ahead);
  }

 private:
  void answer(ws::Opcode opcode, std::string_view payload) {
    std::string frame;
    ws::append_frame(frame, opcode, payload);
    send_bytes(frame);
  }
  void on_message(std::string text) override { answer(ws::Opcode::text, text); }
  void on_binary(std::string bytes) override { answer(ws::Opcode::binary, bytes); }
  void on_blocked() override {}
  void on_writable() override {}
  void on_closing() override {}
  void on_gone() override {
    boost::asio::post(core_, [self = std::static_pointer_cast<Echo>(shared_from_this())] {
      open_peers.erase(self);
    });
  }

 public:
  static boost::asio::io_context core_;
};
boost::asio::io_context Echo::core_{1};

/// Reads the head line by line: enough for a test suite that sends well-formed handshakes.
http::Request read_head(std::istream& head) {
  http::Request request;
  std::string line;
  std::getline(head, line);
  request.method = line.substr(0, line.find(' '));
  while (std::getline(head, line) && line.size() > 1) {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t from = line.find_first_not_of(" \t", colon + 1);
    request.headers[name] = line.substr(from, line.find_last_not_of("\r ") + 1 - from);
  }
  return request;
}

int run(unsigned short port) {
  std::vector<char> buffer(64U << 10U);
  Counters counters;
  tcp::acceptor acceptor(Echo::core_, {boost::asio::ip::address_v4::loopback(), port});
  std::cout << acceptor.local_endpoint().port() << std::endl;
  const std::function<void()> accept = [&] {
    acceptor.async_accept([&](boost::system::error_code error, tcp::socket socket) {
      if (!error) {
        boost::asio::streambuf bytes;
        boost::asio::read_until(socket, bytes, "\r\n\r\n", error);
        std::istream head(&bytes);
        http::Request request = read_head(head);
        request.headers.erase("sec-websocket-protocol");
        auto sorted = sort_request(request, {});
        if (auto* entry = std::get_if<Entry>(&sorted)) {
          std::string rest(std::istreambuf_iterator<char>(head), {});
          auto peer = std::make_shared<Echo>(std::move(socket), buffer, counters);
          open_peers.insert(peer);
          peer->open(switching_protocols(std::get<WebSocketEntry>(entry->wire), "echo"), rest);
        }
      }
      accept();
    });
  };
  accept();
  Echo::core_.run();
  return 0;
}

}  // namespace
}  // namespace clarion::broadcast

int main(int argc, char** argv) {
  const long port = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 9001;
  return clarion::broadcast::run(static_cast<unsigned short>(port));
}
