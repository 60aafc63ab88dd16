#include "http/detail/connection.h"

#include "http/detail/answer.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::http::detail {
namespace {

/// How long, and for how many bytes, a client that is still sending is listened to after its last
/// answer: closing at once would reset the connection and destroy the answer on its way (RFC 9112
/// section 9.6).
constexpr std::chrono::seconds kLinger{5};
constexpr std::chrono::milliseconds kLingerDraining{500};
constexpr std::size_t kLingerBytes = 32U << 20U;
/// A reader slower than this is cut.
constexpr std::size_t kSlowestBytesPerSecond = 16U << 10U;
/// An idle connection keeps no larger buffer.
constexpr std::size_t kIdleBufferBytes = 1024;

/// What a client holds that came through a proxy: its own count beside the proxy's connection.
struct TwoHolds {
  std::shared_ptr<void> connection, client;
};

}  // namespace

void Connection::refuse(const Error& error) {
  if (!exchange_) {
    // Nothing is known of the request, and where the next one begins neither.
    exchange_ = std::make_unique<Exchange>();
    exchange_->keep_alive = false;
    exchange_->request_id = make_request_id(shared_.random);
  }
  // A deferred handler may have taken the request along.
  exchange_->request.request_id = exchange_->request_id;
  Response response = problem(exchange_->request, error);
  // Refusals are counted; a line each would only add to the load that caused them.
  response.fault.clear();
  answer(std::move(response));
}

void Connection::answer(Response response) {
  Exchange& exchange = *exchange_;
  exchange.close = !exchange.keep_alive || !exchange.body_read ||
                   shared_.draining.load(std::memory_order_relaxed);
  exchange.head =
      answer_head(response, {exchange.request_id, core_.date(), exchange.http11, exchange.close});
  shared_.count_answer(response.status);
  exchange.response = std::move(response);
  if (exchange.head_only || !status_has_body(exchange.response.status))
    exchange.response.body.clear();
  state_ = State::writing;
  const std::size_t size = exchange.head.size() + exchange.response.body.size();
  deadline_ =
      after(shared_.options.request_timeout + std::chrono::seconds(size / kSlowestBytesPerSecond));
  write();
}

void Connection::write() {
  Exchange& exchange = *exchange_;
  const std::string_view parts[] = {exchange.head, exchange.response.body};
  for (;;) {
    std::array<asio::const_buffer, 2> buffers;
    std::size_t skip = exchange.sent;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const std::size_t begin = std::min(skip, parts[i].size());
      buffers[i] = asio::buffer(parts[i].substr(begin));
      skip -= begin;
    }
    if (asio::buffer_size(buffers) == 0) return after_answer();
    error_code ec;
    exchange.sent += socket_.write_some(buffers, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) break;
    if (ec) return close();
  }
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& ec) {
    if (self->state_ != State::writing) return;
    if (ec) return self->close();
    self->write();
  });
}

void Connection::after_answer() {
  const bool ends = exchange_->close;
  exchange_.reset();
  if (ends) return linger();
  state_ = State::head;
  head_begun_ = false;
  deadline_ = after(shared_.options.idle_timeout);
  if (in_.empty()) {
    if (in_.capacity() > kIdleBufferBytes) in_ = std::string();
    return wait_readable();
  }
  // Posted, since a thousand pipelined requests must not be a thousand calls deep.
  asio::post(core_.context(), [self = shared_from_this()] { self->advance(); });
}

void Connection::linger() {
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) return close();
  settle();
  state_ = State::lingering;
  in_ = std::string();
  deadline_ =
      shared_.draining.load(std::memory_order_relaxed) ? after(kLingerDraining) : after(kLinger);
  wait_readable();
}

void Connection::linger_on(std::size_t bytes) {
  lingered_ += bytes;
  if (lingered_ > kLingerBytes) return close();
  wait_readable();
}

void Connection::on_deadline() {
  const bool asked = (state_ == State::head && head_begun_) || state_ == State::body;
  if (!asked) return close();
  refuse(Error{Errc::invalid, "the request was not read in time", "timeout"});
}

void Connection::drain() {
  error_code ignored;
  const bool idle = state_ == State::head && !head_begun_ && in_.empty();
  // A request that has come and was not read yet is answered.
  if (idle && socket_.available(ignored) == 0) close();
}

void Connection::hand_over() {
  const auto self = shared_from_this();
  if (shared_.draining)
    return refuse(Error{Errc::unavailable, "the server is stopping", "draining"});
  std::shared_ptr<void> hold = std::move(hold_);
  if (exchange_->client != peer_) {
    auto client = shared_.limits->client_connection(exchange_->client);
    if (!client) {
      hold_ = std::move(hold);
      shared_.refused_limit.fetch_add(1, std::memory_order_relaxed);
      return refuse(client.error());
    }
    hold = std::make_shared<TwoHolds>(TwoHolds{std::move(hold), std::move(client).value()});
  }
  Upgrade upgrade{std::move(socket_), std::move(exchange_->request), std::move(in_), core_.index(),
                  std::move(hold)};
  const Route& route = *exchange_->route;
  state_ = State::closed;
  deadline_ = Time::max();
  settle();
  core_.forget(this);
  try {
    route.take_over(std::move(upgrade));
  } catch (const std::exception& e) {
    shared_.log(fmt::format("http {} taking over: {}", exchange_->request_id,
                            std::string_view(e.what()).substr(0, 200)));
  }
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  deadline_ = Time::max();
  error_code ignored;
  socket_.close(ignored);
  hold_.reset();
  settle();
  core_.forget(this);
}

void Connection::settle() {
  if (!settled_) shared_.settled();
  settled_ = true;
}

void refuse_connection(Core& core, tcp::socket& socket, const Error& error) {
  Request request;
  request.request_id = make_request_id(core.shared().random);
  const Response response = problem(request, error);
  const std::string bytes =
      answer_head(response, {request.request_id, core.date(), true, true}) + response.body;
  error_code ignored;
  socket.write_some(asio::buffer(bytes), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace clarion::http::detail
