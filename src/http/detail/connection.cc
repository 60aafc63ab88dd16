#include "http/detail/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

namespace clarion::http::detail {
Connection::Connection(Core& core, tcp::socket socket, const AddressBytes& peer,
                       std::shared_ptr<void> hold)
    : core_(core),
      shared_(core.shared()),
      socket_(std::move(socket)),
      peer_(peer),
      hold_(std::move(hold)) {
  shared_.opened();
}

Connection::~Connection() { settle(); }

void Connection::start() {
  deadline_ = after(std::min(shared_.options.idle_timeout, shared_.options.request_timeout));
  wait_readable();
}

Connection::Time Connection::after(std::chrono::milliseconds time) const {
  return shared_.clock.steady() + time;
}

void Connection::wait_readable() {
  socket_.async_wait(tcp::socket::wait_read,
                     [self = shared_from_this()](const error_code& ec) { self->on_readable(ec); });
}

void Connection::on_readable(const error_code& ec) {
  if (ec || state_ == State::closed || state_ == State::writing) return;
  error_code failed;
  const std::size_t count = socket_.read_some(asio::buffer(core_.scratch()), failed);
  if (failed == asio::error::would_block || failed == asio::error::try_again)
    return wait_readable();
  // The end of the stream too: a request that is not whole by now never will be.
  if (failed) return close();
  if (state_ == State::lingering) return linger_on(count);
  in_.append(core_.scratch().data(), count);
  advance();
}

void Connection::advance() {
  if (state_ == State::head) return advance_head();
  if (state_ == State::body) return advance_body();
}

Status Connection::early_check() const {
  const auto malformed = [](const char* text) {
    return Error{Errc::invalid, text, "http_malformed"};
  };
  // A TLS greeting, say, would otherwise be waited for until its time is over.
  const char first = in_.front();
  if (!((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z')))
    return malformed("no method begins like this");
  for (std::size_t at = in_.find('\n', scanned_); at != std::string::npos;
       at = in_.find('\n', at + 1)) {
    if (in_[at - 1] != '\r') return malformed("the head holds a bare LF");
  }
  return ok();
}

void Connection::advance_head() {
  // Some clients send an empty line behind a body (RFC 9112 section 2.2).
  while (in_.starts_with("\r\n")) {
    in_.erase(0, 2);
    scanned_ = 0;
  }
  if (in_.empty() || in_ == "\r") return wait_readable();
  if (!head_begun_) {
    head_begun_ = true;
    deadline_ = after(shared_.options.request_timeout);
  }
  const std::size_t end = head_end(in_, scanned_);
  const bool too_large = end == std::string::npos ? in_.size() > shared_.options.max_header_bytes
                                                  : end > shared_.options.max_header_bytes;
  if (too_large) {
    return refuse(Error{Errc::too_large,
                        fmt::format("the head exceeds {} bytes", shared_.options.max_header_bytes),
                        "head_too_large"});
  }
  if (end == std::string::npos) {
    if (const Status fine = early_check(); !fine) return refuse(fine.error());
    scanned_ = in_.size() - std::min<std::size_t>(in_.size(), 3);
    return wait_readable();
  }
  auto head = parse_request_head(std::string_view(in_).substr(0, end));
  in_.erase(0, end);
  scanned_ = 0;
  if (!head) return refuse(head.error());
  begin_exchange(std::move(head).value());
}

void Connection::begin_exchange(RequestHead head) {
  shared_.requests.fetch_add(1, std::memory_order_relaxed);
  exchange_ = std::make_unique<Exchange>();
  if (const Status fine = fill(*exchange_, std::move(head), peer_, shared_); !fine)
    return refuse(fine.error());
  auto routed = find_route(*exchange_, shared_);
  if (!routed) {
    if (routed.error().errc == Errc::overloaded)
      shared_.refused_limit.fetch_add(1, std::memory_order_relaxed);
    return refuse(routed.error());
  }
  if (routed.value()) return answer(std::move(*routed.value()));
  const Route& route = *exchange_->route;
  if (route.take_over && exchange_->framing.has_body()) {
    return refuse(
        Error{Errc::invalid, "a request that leaves HTTP has no body", "body_unexpected"});
  }
  if (!route.guard && exchange_->framing.has_body()) return start_body();
  if (!route.guard && route.take_over) return hand_over();
  submit();
}

void Connection::start_body() {
  if (const Status fine = check_body(*exchange_); !fine) return refuse(fine.error());
  exchange_->body = BodyReader(exchange_->framing);
  state_ = State::body;
  deadline_ = after(shared_.options.request_timeout);
  if (in_.empty() && exchange_->http11 && exchange_->request.headers.contains("expect")) {
    // It fits the empty send buffer of a client that waits; where it does not, the client sends
    // without it.
    error_code ignored;
    socket_.write_some(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), ignored);
  }
  advance_body();
}

void Connection::advance_body() {
  std::string_view left = in_;
  const auto state =
      exchange_->body.take(left, exchange_->request.body, exchange_->route->max_body_bytes);
  in_.erase(0, in_.size() - left.size());
  switch (state) {
    case BodyReader::State::more:
      return wait_readable();
    case BodyReader::State::malformed:
      return refuse(Error{Errc::invalid, "the chunks of the body are malformed", "http_malformed"});
    case BodyReader::State::too_large:
      return refuse(
          Error{Errc::too_large,
                fmt::format("the body exceeds {} bytes", exchange_->route->max_body_bytes),
                "body_too_large"});
    case BodyReader::State::done:
      exchange_->body_read = true;
      return submit();
  }
}

void Connection::submit() {
  state_ = State::working;
  deadline_ = Time::max();
  if (shared_.workers.submit([self = shared_from_this()] { self->work(); })) return;
  shared_.refused_busy.fetch_add(1, std::memory_order_relaxed);
  refuse(Error{Errc::unavailable, "all workers are taken and the queue is full", "server_busy"});
}

void Connection::work() {
  const Next next = run_exchange(*exchange_, shared_, [this] { return make_answer(); });
  // The answer may come from elsewhere by now: from here on the exchange is no longer this
  // thread's.
  if (next == Next::wait) return;
  asio::post(core_.context(), [self = shared_from_this(), next] { self->after_work(next); });
}

void Connection::after_work(Next next) {
  if (state_ != State::working) return;
  switch (next) {
    case Next::answer:
      return answer(std::move(exchange_->response));
    case Next::read_body:
      return start_body();
    case Next::take_over:
      return hand_over();
    case Next::wait:
      return;
  }
}

Answer Connection::make_answer() {
  /// Shared by all copies of one Answer.
  struct Once {
    std::shared_ptr<Connection> connection;
    std::atomic<bool> given{false};
    explicit Once(std::shared_ptr<Connection> owner) : connection(std::move(owner)) {}
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;
    ~Once() {
      if (!given) give(std::nullopt);
    }
    void give(std::optional<Response> response) {
      if (given.exchange(true)) return;
      asio::io_context& context = connection->core_.context();
      asio::post(context, [self = std::move(connection), response = std::move(response)]() mutable {
        if (self->state_ != State::working) return;
        if (response) return self->answer(std::move(*response));
        self->refuse(Error{Errc::corrupt, "nothing answers any more", "internal"});
      });
    }
  };
  return [once = std::make_shared<Once>(shared_from_this())](Response response) {
    once->give(std::move(response));
  };
}

}  // namespace clarion::http::detail
