#pragma once

#include "http/router.h"
#include "http/tls.h"
#include "ops/clock.h"
#include "ops/random.h"

#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace clarion::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8080;     ///< 0 picks one
  std::size_t cores = 0;          ///< threads with an io_context and a listener each; 0: one a core
  std::size_t workers = 8;        ///< threads that run guards and handlers
  std::size_t max_queued = 1024;  ///< requests waiting for a worker; more are answered 503
  std::size_t max_header_bytes = 16U << 10U;
  std::size_t max_connections = 16000;
  std::size_t connections_per_address = 100;  ///< 0: none
  std::size_t requests_per_address = 600;     ///< a minute; 0: none
  std::vector<std::string> trusted_proxies;   ///< addresses or CIDR whose X-Forwarded-For counts
  std::chrono::seconds idle_timeout{60};      ///< between requests
  std::chrono::seconds request_timeout{30};   ///< to read the head, and again to read the body
  std::shared_ptr<Tls> tls;                   ///< speaks TLS alone; null: clear text alone
  /// Told what went wrong inside (a handler's exception, a failing accept), one line without
  /// request bodies; from any thread.
  std::function<void(const std::string& line)> log;
};

/// The HTTP/1.1 server: one thread a core, each with its own io_context and SO_REUSEPORT listener,
/// and a pool of workers.
class Server {
 public:
  /// Binds; serves nothing yet. Errors: `unavailable` with the address when it can't listen
  /// (another owner of the port included); `invalid` for an address or trusted proxy that is none.
  /// The clock's steady time drives all limits and deadlines.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(ServerOptions options, Router router,
                                                            const ops::Clock& clock,
                                                            ops::Random& random);
  virtual ~Server() = default;
  [[nodiscard]] virtual unsigned short port() const = 0;
  [[nodiscard]] virtual std::size_t cores() const = 0;
  /// The io_context of one core: for sessions that left HTTP and for what must run on that core's
  /// thread.
  [[nodiscard]] virtual boost::asio::io_context& core(std::size_t index) = 0;
  /// Starts the threads.
  virtual void start() = 0;
  /// Stops accepting, lets running requests end until the deadline, closes idle connections.
  /// Taken-over sockets are not touched. Blocks.
  virtual void drain(std::chrono::milliseconds at_most) = 0;
  /// Ends everything at once; joins the threads, so it waits for the handlers that run. Sockets
  /// that were taken over must be destroyed before the server is.
  virtual void stop() = 0;
  /// Counters since the start, but `connections`, which are open now (those that were taken over
  /// included).
  struct Stats {
    std::uint64_t requests = 0;      ///< heads read
    std::uint64_t refused_busy = 0;  ///< 503: no worker free and the queue full
    std::uint64_t refused_limit =
        0;  ///< connections and requests over an address's or the whole limit
    std::uint64_t connections = 0;
    std::array<std::uint64_t, 6> answers{};       ///< by the first digit of the status
    std::uint64_t unauthorised = 0, limited = 0;  ///< 401 and 429 among them
  };
  [[nodiscard]] virtual Stats stats() const = 0;
};

}  // namespace clarion::http
