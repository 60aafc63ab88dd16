#include "http/harness.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

namespace clarion::http::testing {

Harness::Harness(std::function<void(Router&)> routes, std::function<void(ServerOptions&)> change) {
  ServerOptions options;
  options.port = 0;
  options.cores = 2;
  options.workers = 4;
  options.connections_per_address = 0;
  options.requests_per_address = 0;
  options.log = [this](const std::string& line) {
    const std::lock_guard lock(mutex_);
    log_.push_back(line);
  };
  if (change) change(options);
  Router router;
  routes(router);
  auto opened = Server::open(std::move(options), std::move(router), clock, *random);
  if (!opened) {
    ADD_FAILURE() << opened.error().text;
    return;
  }
  server = std::move(opened).value();
  server->start();
}

Harness::~Harness() {
  if (server) server->stop();
}

std::string Harness::url(std::string_view target) const {
  return fmt::format("http://127.0.0.1:{}{}", server->port(), target);
}

Client Harness::client() const { return Client::make(url()).value(); }

std::vector<std::string> Harness::logged() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

RawClient::RawClient(unsigned short port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), in_(std::move(other.in_)) {}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawClient::readable(std::chrono::milliseconds within) const {
  pollfd one{socket_, POLLIN, 0};
  return poll(&one, 1, static_cast<int>(within.count())) > 0;
}

bool RawClient::receive() {
  pollfd one{socket_, POLLIN, 0};
  if (poll(&one, 1, 20000) <= 0) {
    ADD_FAILURE() << "nothing came within 20 s; so far: " << in_.substr(0, 300);
    return false;
  }
  std::array<char, 65536> piece;
  const ssize_t got = ::recv(socket_, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  in_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_answer() {
  for (;;) {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::size_t length = 0;
      const std::size_t at = in_.find("\r\nContent-Length: ");
      if (at < end) std::from_chars(in_.data() + at + 18, in_.data() + end, length);
      if (in_.size() >= end + 4 + length) {
        const std::string answer = in_.substr(0, end + 4 + length);
        in_.erase(0, answer.size());
        return answer;
      }
    }
    if (!receive()) return {};
  }
}

std::string RawClient::read_all() {
  while (receive()) {
  }
  return std::exchange(in_, {});
}

std::string RawClient::read_bytes(std::size_t count) {
  while (in_.size() < count && receive()) {
  }
  return std::exchange(in_, {});
}

int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 "))
    std::from_chars(answer.data() + 9, answer.data() + answer.size(), status);
  return status;
}

std::string body_of(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(answer.substr(end + 4));
}

Route route(std::string method, std::string pattern, Handler handler) {
  Route made;
  made.method = std::move(method);
  made.pattern = std::move(pattern);
  made.handler = std::move(handler);
  return made;
}

Handler says(std::string text) {
  return [text = std::move(text)](Request&) {
    return Response{200, {{"Content-Type", "text/plain"}}, text};
  };
}

}  // namespace clarion::http::testing
