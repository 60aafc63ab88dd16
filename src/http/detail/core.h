#pragma once

#include "http/detail/limits.h"
#include "http/detail/proxies.h"
#include "http/detail/workers.h"
#include "http/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace clarion::http::detail {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class Connection;
class TlsFront;

/// What all cores use.
struct Shared {
  Shared(ServerOptions server_options, Router table, TrustedProxies trusted, const ops::Clock& time,
         ops::Random& source);

  const ServerOptions options;
  const Router router;
  const TrustedProxies proxies;
  const ops::Clock& clock;
  ops::Random& random;
  const std::shared_ptr<Limits> limits;
  /// The limits of a route that has its own; made at its first request.
  [[nodiscard]] Limits& limits_of(const Route& route);
  Workers workers;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> requests{0}, refused_busy{0}, refused_limit{0};

  std::array<std::atomic<std::uint64_t>, 6> answers{};     // by the status's first digit
  std::atomic<std::uint64_t> unauthorised{0}, limited{0};  // 401 and 429 among them
  void count_answer(int status) {
    if (status == 401) unauthorised.fetch_add(1, std::memory_order_relaxed);
    if (status == 429) limited.fetch_add(1, std::memory_order_relaxed);
    answers[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))].fetch_add(
        1, std::memory_order_relaxed);
  }

  /// Connections that may still owe an answer; drain() waits for none.
  void opened();
  void settled();
  [[nodiscard]] bool wait_until_settled(std::chrono::milliseconds at_most);
  void log(const std::string& line) const {
    if (options.log) options.log(line);
  }

 private:
  std::mutex routes_mutex_;  // guards route_limits_
  std::unordered_map<const Route*, std::shared_ptr<Limits>> route_limits_;
  std::mutex mutex_;  // guards open_
  std::condition_variable none_open_;
  std::size_t open_ = 0;
};

/// One thread with its io_context, listener and connections. All but the constructor, run() and
/// stop() belongs to that thread.
class Core {
 public:
  Core(Shared& shared, std::size_t index);
  ~Core();

  /// Before the thread runs. Errors: `unavailable`.
  [[nodiscard]] Status listen(const tcp::endpoint& endpoint);
  void start();
  /// From any thread: serves what is already connected, closes the listener and the idle
  /// connections.
  void drain();
  /// From another thread; joins.
  void stop();

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] Shared& shared() noexcept { return shared_; }
  /// Where bytes are read to before they belong to a connection.
  [[nodiscard]] std::array<char, 65536>& scratch() noexcept { return scratch_; }
  [[nodiscard]] std::string_view date();
  /// Serves a client's connection, or what its TLS front hands on in clear.
  void serve(tcp::socket socket, const AddressBytes& peer, std::shared_ptr<void> hold);
  void forget(const Connection* connection);
  void forget(const TlsFront* front);

 private:
  void wait_accept();
  void accept_some(std::size_t at_most);
  void admit(tcp::socket socket);
  void tick();
  void run();

  Shared& shared_;
  const std::size_t index_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer ticker_, accept_pause_;
  bool accept_paused_ = false;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
  std::unordered_map<const TlsFront*, std::shared_ptr<TlsFront>> fronts_;
  std::array<char, 65536> scratch_;
  std::int64_t date_second_ = -1;
  std::string date_;
  std::thread thread_;
};

}  // namespace clarion::http::detail
