#include "http/detail/core.h"

#include "http/detail/answer.h"
#include "http/detail/connection.h"
#include "http/detail/tls_front.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/socket.h>

#include <vector>

namespace clarion::http::detail {
namespace {

/// How often deadlines are looked at; they are a few seconds at least.
constexpr std::chrono::milliseconds kTick{250};
/// After running out of file descriptors: long enough for some connection to end, short enough not
/// to be noticed.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Accepted in one go, so that a crowd of new clients does not starve those that are served.
constexpr std::size_t kAcceptBatch = 64;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

AddressBytes bytes_of(const asio::ip::address& address) {
  const auto v6 = address.is_v6() ? address.to_v6()
                                  : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  AddressBytes bytes{};
  const auto from = v6.to_bytes();
  std::copy(from.begin(), from.end(), bytes.begin());
  return bytes;
}

}  // namespace

Shared::Shared(ServerOptions server_options, Router table, TrustedProxies trusted,
               const ops::Clock& time, ops::Random& source)
    : options(std::move(server_options)),
      router(std::move(table)),
      proxies(std::move(trusted)),
      clock(time),
      random(source),
      limits(std::make_shared<Limits>(
          LimitOptions{options.max_connections, options.connections_per_address,
                       options.requests_per_address},
          time)),
      workers(options.max_queued) {}

Limits& Shared::limits_of(const Route& route) {
  const std::lock_guard lock(routes_mutex_);
  auto& own = route_limits_[&route];
  if (!own) {
    own = std::make_shared<Limits>(
        LimitOptions{.requests_per_address = route.requests_per_address}, clock);
  }
  return *own;
}

void Shared::opened() {
  const std::lock_guard lock(mutex_);
  ++open_;
}

void Shared::settled() {
  const std::lock_guard lock(mutex_);
  CLARION_ASSERT(open_ > 0);
  if (--open_ == 0) none_open_.notify_all();
}

bool Shared::wait_until_settled(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return none_open_.wait_for(lock, at_most, [this] { return open_ == 0; });
}

Core::Core(Shared& shared, std::size_t index)
    : shared_(shared),
      index_(index),
      work_(context_.get_executor()),
      acceptor_(context_),
      ticker_(context_),
      accept_pause_(context_) {}

Core::~Core() {
  stop();
  connections_.clear();
  fronts_.clear();
}

Status Core::listen(const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.set_option(ReusePort(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) acceptor_.non_blocking(true, ec);
  if (ec) {
    return Error{Errc::unavailable,
                 fmt::format("cannot listen on {} port {}: {}", endpoint.address().to_string(),
                             endpoint.port(), ec.message())};
  }
  return ok();
}

void Core::start() {
  wait_accept();
  tick();
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), fmt::format("http-core-{}", index_).c_str());
}

void Core::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& e) {
      shared_.log(fmt::format("http core {}: {}", index_, e.what()));
    } catch (...) {
      shared_.log(fmt::format("http core {}: an exception of no standard type", index_));
    }
  }
}

void Core::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void Core::drain() {
  asio::post(context_, [this] {
    // Whoever had connected before the listener closes gets an answer.
    if (acceptor_.is_open()) accept_some(shared_.options.max_connections);
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    std::vector<std::shared_ptr<Connection>> all;
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) connection->drain();
  });
}

std::string_view Core::date() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(shared_.clock.now().time_since_epoch())
          .count();
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(now);
  }
  return date_;
}

void Core::forget(const Connection* connection) { connections_.erase(connection); }
void Core::forget(const TlsFront* front) { fronts_.erase(front); }

void Core::wait_accept() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& ec) {
    if (ec || !acceptor_.is_open()) return;
    accept_some(kAcceptBatch);
    if (!accept_paused_) wait_accept();
  });
}

void Core::accept_some(std::size_t at_most) {
  for (std::size_t i = 0; i < at_most; ++i) {
    error_code ec;
    tcp::socket socket(context_);
    acceptor_.accept(socket, ec);
    if (!ec) {
      admit(std::move(socket));
      continue;
    }
    if (ec == asio::error::would_block || ec == asio::error::try_again) return;
    if (ec == asio::error::connection_aborted || ec == asio::error::interrupted) continue;
    // EMFILE and its like: the connection stays in the queue and would wake us at once again.
    shared_.log(fmt::format("http core {}: accept: {}", index_, ec.message()));
    accept_paused_ = true;
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](const error_code& cancelled) {
      accept_paused_ = false;
      if (!cancelled && acceptor_.is_open()) wait_accept();
    });
    return;
  }
}

void Core::admit(tcp::socket socket) {
  error_code ec;
  const auto endpoint = socket.remote_endpoint(ec);
  if (ec) return;  // gone again
  socket.non_blocking(true, ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (ec) return;
  const AddressBytes peer = bytes_of(endpoint.address());
  const bool proxy = shared_.proxies.trusts(peer);
  auto hold = shared_.limits->connection(peer, !proxy);
  if (!hold) {
    shared_.refused_limit.fetch_add(1, std::memory_order_relaxed);
    if (shared_.options.tls == nullptr) refuse_connection(*this, socket, hold.error());
    return;
  }
  if (shared_.options.tls == nullptr)
    return serve(std::move(socket), peer, std::move(hold).value());
  auto front = std::make_shared<TlsFront>(*this, std::move(socket), peer, std::move(hold).value(),
                                          shared_.options.tls->context());
  fronts_.emplace(front.get(), front);
  front->start();
}

void Core::serve(tcp::socket socket, const AddressBytes& peer, std::shared_ptr<void> hold) {
  auto connection = std::make_shared<Connection>(*this, std::move(socket), peer, std::move(hold));
  connections_.emplace(connection.get(), connection);
  connection->start();
}

void Core::tick() {
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const error_code& ec) {
    if (ec) return;
    const auto now = shared_.clock.steady();
    std::vector<std::shared_ptr<Connection>> late;
    for (const auto& [key, connection] : connections_) {
      if (connection->deadline() <= now) late.push_back(connection);
    }
    for (const auto& connection : late) connection->on_deadline();
    std::vector<std::shared_ptr<TlsFront>> slow;
    for (const auto& [key, front] : fronts_) {
      if (front->deadline() <= now) slow.push_back(front);
    }
    for (const auto& front : slow) front->close();
    tick();
  });
}

}  // namespace clarion::http::detail
