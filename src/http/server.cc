#include "http/server.h"

#include "http/detail/core.h"
#include "http/detail/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace clarion::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Another program may take a port between our look at it and our listening.
constexpr int kPortAttempts = 5;

/// The port on which all cores can listen. With SO_REUSEPORT set at once, a port that another
/// process of this user shares would be shared silently; without it the kernel tells.
Result<tcp::endpoint> probe(const tcp::endpoint& wanted) {
  boost::asio::io_context context(1);
  tcp::acceptor acceptor(context);
  error_code ec;
  acceptor.open(wanted.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(wanted, ec);
  if (!ec) acceptor.listen(1, ec);
  tcp::endpoint bound;
  if (!ec) bound = acceptor.local_endpoint(ec);
  if (ec) {
    return Error{Errc::unavailable,
                 fmt::format("cannot listen on {} port {}: {}", wanted.address().to_string(),
                             wanted.port(), ec.message())};
  }
  return bound;
}

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, Router router, detail::TrustedProxies proxies,
             const ops::Clock& clock, ops::Random& random)
      : shared_(std::move(options), std::move(router), std::move(proxies), clock, random) {}
  ~AsioServer() override { stop(); }
  AsioServer(const AsioServer&) = delete;
  AsioServer& operator=(const AsioServer&) = delete;

  Status listen(const tcp::endpoint& wanted) {
    std::size_t count = shared_.options.cores;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (int attempt = 1;; ++attempt) {
      CLARION_TRY(const tcp::endpoint endpoint, probe(wanted));
      cores_.clear();
      Status listening = ok();
      for (std::size_t i = 0; i < count && listening; ++i) {
        cores_.push_back(std::make_unique<detail::Core>(shared_, i));
        listening = cores_.back()->listen(endpoint);
      }
      port_ = endpoint.port();
      if (listening) return ok();
      if (wanted.port() != 0 || attempt == kPortAttempts) return listening;
    }
  }

  unsigned short port() const override { return port_; }
  std::size_t cores() const override { return cores_.size(); }
  boost::asio::io_context& core(std::size_t index) override { return cores_.at(index)->context(); }

  void start() override {
    shared_.workers.start(std::max<std::size_t>(1, shared_.options.workers));
    for (const auto& core : cores_) core->start();
  }

  void drain(std::chrono::milliseconds at_most) override {
    shared_.draining = true;
    for (const auto& core : cores_) core->drain();
    if (!shared_.wait_until_settled(at_most))
      shared_.log("http: some requests were still running at the end of the drain");
  }

  void stop() override {
    shared_.workers.stop();
    for (const auto& core : cores_) core->stop();
  }

  Stats stats() const override {
    const auto read = [](const std::atomic<std::uint64_t>& counter) {
      return counter.load(std::memory_order_relaxed);
    };
    Stats stats{read(shared_.requests), read(shared_.refused_busy), read(shared_.refused_limit),
                shared_.limits->connections()};
    std::transform(shared_.answers.begin(), shared_.answers.end(), stats.answers.begin(), read);
    stats.unauthorised = read(shared_.unauthorised);
    stats.limited = read(shared_.limited);
    return stats;
  }

 private:
  detail::Shared shared_;
  std::vector<std::unique_ptr<detail::Core>> cores_;
  unsigned short port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(ServerOptions options, Router router,
                                             const ops::Clock& clock, ops::Random& random) {
  CLARION_TRY(auto proxies, detail::TrustedProxies::make(options.trusted_proxies));
  error_code ec;
  const auto address = boost::asio::ip::make_address(
      options.address == "localhost" ? "127.0.0.1" : options.address, ec);
  if (ec)
    return Error{Errc::invalid, fmt::format("'{}' is no IP address to listen on", options.address)};
  const tcp::endpoint endpoint(address, options.port);
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(router),
                                             std::move(proxies), clock, random);
  CLARION_TRY(server->listen(endpoint));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace clarion::http
