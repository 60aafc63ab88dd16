#include "http/detail/tls_front.h"

#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <cerrno>

namespace clarion::http::detail {
namespace {

/// A TLS record's most (RFC 8446 section 5.1).
constexpr std::size_t kRecordBytes = 16U << 10U;
/// Kernel memory that a client who does not read may cost us.
constexpr int kSendBufferBytes = 128 << 10;
/// Moves in a row before others get their turn.
constexpr int kMovesInARow = 16;
/// After our last byte, for the client to read it and say goodbye.
constexpr std::chrono::seconds kGoodbye{5};

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

}  // namespace

TlsFront::TlsFront(Core& core, tcp::socket client, const AddressBytes& peer,
                   std::shared_ptr<void> hold, const Tls::Context& context)
    : core_(core),
      client_(std::move(client)),
      inner_(core.context()),
      peer_(peer),
      hold_(std::move(hold)),
      context_(context),
      tls_(SSL_new(context.get()), &SSL_free),
      deadline_(core.shared().clock.steady() + core.shared().options.request_timeout) {}

TlsFront::~TlsFront() = default;

void TlsFront::start() {
  error_code ignored;
  client_.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  if (tls_ == nullptr || SSL_set_fd(tls_.get(), client_.native_handle()) != 1) return close();
  SSL_set_accept_state(tls_.get());
  step();
}

void TlsFront::step() {
  if (closed_) return;
  client_read_ = client_write_ = inner_read_ = inner_write_ = false;
  if (!established_ && !shake_hands()) return;
  bool moved = true;
  for (int i = 0; i < kMovesInARow && moved && !closed_; ++i) {
    client_read_ = client_write_ = inner_read_ = inner_write_ = false;
    moved = move_up();
    moved = move_down() || moved;
  }
  if (closed_) return;
  if (moved) {
    asio::post(core_.context(), [self = shared_from_this()] { self->step(); });
    return;
  }
  if (down_ended_ && up_ended_ && down_.empty()) return close();
  arm();
}

bool TlsFront::shake_hands() {
  ERR_clear_error();
  const int result = SSL_accept(tls_.get());
  if (result != 1) {
    const unsigned long code = ERR_peek_error();
    switch (wants(result)) {
      case Wait::none:
        if (ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST) refuse_plain_http();
        close();
        break;
      case Wait::read:
        client_read_ = true;
        arm();
        break;
      case Wait::write:
        client_write_ = true;
        arm();
        break;
    }
    return false;
  }
  established_ = true;
  deadline_ = Time::max();
  if (open_inner()) return true;
  close();
  return false;
}

bool TlsFront::open_inner() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return false;
  error_code ec;
  inner_.assign(tcp::v4(), pair[0], ec);
  tcp::socket served(core_.context());
  error_code other;
  served.assign(tcp::v4(), pair[1], other);
  if (!other) served.non_blocking(true, other);
  if (ec || other) return false;
  core_.serve(std::move(served), peer_, hold_);
  return true;
}

bool TlsFront::move_up() {
  if (up_.empty() && !up_ended_) {
    ERR_clear_error();
    const int got = SSL_read(tls_.get(), core_.scratch().data(), kRecordBytes);
    if (got > 0) {
      up_.assign(core_.scratch().data(), static_cast<std::size_t>(got));
    } else {
      const Wait lacks = wants(got);
      client_read_ = lacks == Wait::read;
      client_write_ = lacks == Wait::write;
      if (lacks != Wait::none) return false;
      up_ended_ = true;  // with a goodbye or without: what is cut short is told by HTTP's framing
      error_code ignored;
      inner_.shutdown(tcp::socket::shutdown_send, ignored);
      return true;
    }
  }
  if (up_.empty()) return false;
  const ssize_t sent = ::send(inner_.native_handle(), up_.data(), up_.size(), MSG_NOSIGNAL);
  if (sent < 0 && would_block(errno)) {
    inner_write_ = true;
    return false;
  }
  // Who serves it has closed: what the client still says is for nobody.
  up_.erase(0, sent < 0 ? up_.size() : static_cast<std::size_t>(sent));
  if (up_.empty()) up_ = std::string();
  return true;
}

bool TlsFront::move_down() {
  bool moved = false;
  if (down_.empty() && !down_ended_) {
    const ssize_t got = ::recv(inner_.native_handle(), core_.scratch().data(), kRecordBytes, 0);
    if (got < 0 && would_block(errno)) {
      inner_read_ = true;
      return false;
    }
    moved = true;
    if (got > 0) {
      down_.assign(core_.scratch().data(), static_cast<std::size_t>(got));
      deadline_ = core_.shared().clock.steady() + core_.shared().options.request_timeout;
    } else {
      down_ended_ = true;
    }
  }
  if (!down_.empty()) {
    ERR_clear_error();
    const int sent = SSL_write(tls_.get(), down_.data(), static_cast<int>(down_.size()));
    if (sent <= 0) {
      const Wait lacks = wants(sent);
      if (lacks == Wait::none) {
        close();
        return false;
      }
      (lacks == Wait::read ? client_read_ : client_write_) = true;
      return false;
    }
    moved = true;
    down_.erase(0, static_cast<std::size_t>(sent));
    if (!down_.empty()) return true;
    down_ = std::string();
    deadline_ = Time::max();
  }
  if (down_ended_) end_down();
  return moved;
}

void TlsFront::end_down() {
  if (goodbye_) return;
  goodbye_ = true;
  ERR_clear_error();
  SSL_shutdown(tls_.get());
  error_code ignored;
  client_.shutdown(tcp::socket::shutdown_send, ignored);
  deadline_ = core_.shared().clock.steady() + kGoodbye;
}

TlsFront::Wait TlsFront::wants(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Wait::read;
    case SSL_ERROR_WANT_WRITE:
      return Wait::write;
    default:
      return Wait::none;
  }
}

void TlsFront::arm() {
  if (client_read_) wait(client_, Wait::read, client_read_armed_);
  if (client_write_) wait(client_, Wait::write, client_write_armed_);
  if (inner_read_) wait(inner_, Wait::read, inner_read_armed_);
  if (inner_write_) wait(inner_, Wait::write, inner_write_armed_);
}

void TlsFront::wait(tcp::socket& socket, Wait what, bool& armed) {
  if (armed) return;
  armed = true;
  socket.async_wait(what == Wait::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                    [self = shared_from_this(), &armed](const error_code& ec) {
                      armed = false;
                      if (!ec) self->step();
                    });
}

void TlsFront::refuse_plain_http() {
  // As far as the socket takes it; the greeting is gone, so no more can be said of the request.
  static constexpr std::string_view kAnswer =
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
      "Content-Length: 30\r\n\r\nthis port speaks HTTPS alone\r\n";
  error_code ignored;
  client_.write_some(asio::buffer(kAnswer), ignored);
  client_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TlsFront::close() {
  if (closed_) return;
  closed_ = true;
  deadline_ = Time::max();
  error_code ignored;
  client_.close(ignored);
  inner_.close(ignored);
  hold_.reset();
  core_.forget(this);
}

}  // namespace clarion::http::detail
