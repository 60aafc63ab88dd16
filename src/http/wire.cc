#include "http/wire.h"

#include "http/detail/tls_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace clarion::http {
namespace {

using Time = Wire::Time;

/// Waits for `events` of the socket. False when the time is over. Errors: `cancelled`.
Result<bool> wait_for(int socket, short events, Time until, int stop) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> both{{{socket, events, 0}, {stop, POLLIN, 0}}};  // poll() passes over -1
    const int ready = poll(both.data(), both.size(),
                           static_cast<int>(std::min<std::int64_t>(left.count(), 60000)));
    if (ready > 0 && both[1].revents != 0) return Error{Errc::cancelled, "told to stop"};
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return Error{Errc::unavailable, std::strerror(errno)};
  }
}

struct Socket {
  int fd = -1;
  Socket() = default;
  explicit Socket(int number) : fd(number) {}
  Socket(Socket&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }
};

Result<Socket> open_socket(const Url& url, Time until, int stop) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
      failed != 0)
    return Error{Errc::unavailable, gai_strerror(failed)};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::string why = "no address";
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd < 0) return Error{Errc::unavailable, std::strerror(errno)};
    int state = ::connect(socket.fd, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    if (state == EINPROGRESS) {
      socklen_t size = sizeof state;
      CLARION_TRY(const bool ready, wait_for(socket.fd, POLLOUT, until, stop));
      if (!ready) {
        state = ETIMEDOUT;
      } else if (getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &state, &size) != 0) {
        state = errno;
      }
    }
    if (state == 0) {
      const int on = 1;
      setsockopt(socket.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
    why = std::strerror(state);
  }
  return Error{Errc::unavailable, why};
}

Result<std::size_t> send_raw(int socket, std::string_view bytes) {
  const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Error{Errc::unavailable, std::strerror(errno)};
}

Result<std::optional<std::size_t>> receive_raw(int socket, std::span<char> room) {
  const ssize_t got = ::recv(socket, room.data(), room.size(), 0);
  if (got >= 0) return std::optional<std::size_t>(static_cast<std::size_t>(got));
  if (errno == EAGAIN || errno == EINTR) return std::optional<std::size_t>();
  return Error{Errc::unavailable, std::strerror(errno)};
}

}  // namespace

struct Wire::Impl {
  std::string origin;
  Socket socket;
  int stop = -1;
  std::unique_ptr<detail::TlsClient> tls;  // null: plain

  /// Sends what TLS has ready, as far as the socket takes it.
  Status flush() {
    while (tls && !tls->outgoing().empty()) {
      CLARION_TRY(const std::size_t sent, send_raw(socket.fd, tls->outgoing()));
      if (sent == 0) break;
      tls->sent(sent);
    }
    return ok();
  }
  [[nodiscard]] bool has_outgoing() const { return tls && !tls->outgoing().empty(); }

  /// Gives TLS what the socket has. False when that was nothing.
  Result<bool> feed() {
    std::array<char, 16384> piece;
    CLARION_TRY(const auto got, receive_raw(socket.fd, piece));
    if (!got) return false;
    // TLS ends with a message of its own; without it the end may be anybody's.
    if (*got == 0) return Error{Errc::unavailable, "the connection was cut"};
    tls->received({piece.data(), *got});
    return true;
  }

  Status shake_hands(Time until) {
    for (;;) {
      CLARION_TRY(const bool done, tls->shake_hands());
      CLARION_TRY(flush());
      if (done && !has_outgoing()) return ok();
      CLARION_TRY(
          const bool ready,
          wait_for(socket.fd, static_cast<short>(has_outgoing() ? POLLOUT : POLLIN), until, stop));
      if (!ready) return Error{Errc::unavailable, "no TLS handshake in time"};
      CLARION_TRY(feed());
    }
  }
};

Wire::Wire(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

Result<Wire> Wire::connect(const Url& url, Time until, int stop) {
  auto impl = std::make_unique<Impl>();
  impl->origin = url.origin();
  impl->stop = stop;
  auto socket = open_socket(url, until, stop);
  if (!socket) return within(impl->origin, socket.error());
  impl->socket = std::move(socket).value();
  if (url.tls) {
    auto tls = detail::TlsClient::make(url.host);
    if (!tls) return within(impl->origin, tls.error());
    impl->tls = std::move(tls).value();
    if (const Status shaken = impl->shake_hands(until); !shaken)
      return within(impl->origin, shaken.error());
  }
  return Wire(std::move(impl));
}

Result<std::size_t> Wire::send_some(std::string_view bytes) {
  const auto send = [&]() -> Result<std::size_t> {
    if (!impl_->tls) return send_raw(impl_->socket.fd, bytes);
    CLARION_TRY(impl_->flush());
    if (impl_->has_outgoing()) return std::size_t{0};  // so that what waits stays bounded
    CLARION_TRY(const std::size_t taken, impl_->tls->write(bytes));
    CLARION_TRY(impl_->flush());
    return taken;
  };
  auto sent = send();
  if (!sent) return within(impl_->origin, sent.error());
  return sent;
}

Result<std::optional<std::size_t>> Wire::receive_some(std::span<char> room) {
  const auto receive = [&]() -> Result<std::optional<std::size_t>> {
    if (!impl_->tls) return receive_raw(impl_->socket.fd, room);
    for (;;) {
      CLARION_TRY(auto got, impl_->tls->read(room));
      CLARION_TRY(impl_->flush());
      if (got) return got;
      CLARION_TRY(const bool more, impl_->feed());
      if (!more) return std::optional<std::size_t>();
    }
  };
  auto got = receive();
  if (!got) return within(impl_->origin, got.error());
  return got;
}

Result<bool> Wire::wait(bool to_send, Time until) {
  if (impl_->tls && impl_->tls->has_incoming()) return true;
  const bool out = to_send || impl_->has_outgoing();
  auto ready = wait_for(impl_->socket.fd, static_cast<short>(out ? POLLIN | POLLOUT : POLLIN),
                        until, impl_->stop);
  if (!ready) return within(impl_->origin, ready.error());
  return ready;
}

Status Wire::send_all(std::string_view bytes, Time until) {
  while (!bytes.empty() || impl_->has_outgoing()) {
    CLARION_TRY(const std::size_t sent, send_some(bytes));
    bytes.remove_prefix(sent);
    if (bytes.empty() && !impl_->has_outgoing()) break;
    auto ready = wait_for(impl_->socket.fd, POLLOUT, until, impl_->stop);
    if (!ready) return within(impl_->origin, ready.error());
    if (!ready.value())
      return Error{Errc::unavailable, fmt::format("{}: takes nothing in time", impl_->origin)};
  }
  return ok();
}

bool Wire::is_readable() const {
  if (impl_->tls && impl_->tls->has_incoming()) return true;
  pollfd one{impl_->socket.fd, POLLIN, 0};
  return poll(&one, 1, 0) != 0;
}

}  // namespace clarion::http
