// Publishing to many WebSocket subscribers on loopback: `bench_fanout [SUBSCRIBERS] [NOTICES]
// [BYTES] [BURST]` (1000, 2000, 1024, 1). One core serves, another thread reads. Prints resident
// bytes an idle subscriber, the time from publish() to the last receipt, and the server thread's
// CPU a delivery.
#include "broadcast/gateway.h"
#include "ops/clock.h"
#include "ops/random.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <malloc.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::broadcast;
using Wall = std::chrono::steady_clock;

/// Frames of the one channel that is published to, for readers that fall behind the tail.
struct Log {
  std::mutex mutex;  // guards frames
  Frames frames;
};

Source source_of(Log& log) {
  Source source;
  source.page = [&log](std::string_view, std::uint64_t after, std::size_t,
                       std::size_t most) -> Result<Frames> {
    const std::lock_guard lock(log.mutex);
    const std::size_t from = std::min<std::size_t>(after, log.frames.size());
    return Frames(
        log.frames.begin() + static_cast<std::ptrdiff_t>(from),
        log.frames.begin() + static_cast<std::ptrdiff_t>(std::min(from + most, log.frames.size())));
  };
  source.live = [](std::string_view) -> Result<Snapshot> { return Snapshot{{"01BENCH", 0}, {}}; };
  source.authenticate = [](const Presented&) -> Result<Credential> {
    return Error{Errc::unauthorised, "no"};
  };
  return source;
}

std::size_t resident_bytes() {
  ::malloc_trim(0);
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long total = 0;
  unsigned long resident = 0;
  const int read = std::fscanf(file, "%lu %lu", &total, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

double thread_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void check(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(1);
}

/// A connected pair of loopback sockets: the server's end, the client's.
std::pair<int, int> pair_of(int listener, const sockaddr_in& address) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  check(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "connect");
  const int server = ::accept(listener, nullptr, nullptr);
  check(server >= 0, "accept");
  return {server, client};
}

std::string masked(std::string_view text) {
  std::string out{static_cast<char>(0x81), static_cast<char>(0x80U | text.size()), 0, 0, 0, 0};
  return out += text;  // a mask of zeros
}

/// Reads all clients and counts bytes.
class Readers {
 public:
  explicit Readers(const std::vector<int>& clients)
      : epoll_(::epoll_create1(0)), buffer_(1U << 20U) {
    for (const int client : clients) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = client;
      check(::epoll_ctl(epoll_, EPOLL_CTL_ADD, client, &event) == 0, "epoll_ctl");
    }
  }
  /// Reads until so many bytes have come in all.
  void until(std::uint64_t bytes) {
    std::array<epoll_event, 512> events;
    while (got_ < bytes) {
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 5000);
      check(ready > 0, "epoll_wait");
      for (int i = 0; i < ready; ++i) {
        const ssize_t got = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer_.data(),
                                   buffer_.size(), MSG_DONTWAIT);
        if (got > 0) got_ += static_cast<std::uint64_t>(got);
      }
    }
  }
  /// Takes what is there and forgets it.
  void settle() {
    std::array<epoll_event, 512> events;
    while (::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 300) > 0) {
      for (const epoll_event& event : events) {
        static_cast<void>(::recv(event.data.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT));
      }
    }
    got_ = 0;
  }

 private:
  int epoll_;
  std::vector<char> buffer_;
  std::uint64_t got_ = 0;
};

int run(std::size_t subscribers, std::size_t notices, std::size_t bytes, std::size_t burst) {
  boost::asio::io_context core{1};
  const auto clock = ops::make_system_clock();
  const auto random = ops::make_seeded_random(1);
  Log log;
  auto gateway = std::move(Gateway::open({}, source_of(log), {&core}, {*clock, *random}).value());
  std::jthread server([&core] { core.run(); });
  const auto on_core = [&core](auto job) {
    std::promise<double> done;
    boost::asio::post(core, [&] { done.set_value(job()); });
    return done.get_future().get();
  };

  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  check(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  check(::listen(listener, 4096) == 0, "listen");

  const auto dial = [&](std::vector<int>& clients, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto [server_end, client_end] = pair_of(listener, address);
      auto upgrade = std::make_shared<http::Upgrade>(
          http::Upgrade{boost::asio::ip::tcp::socket(core, boost::asio::ip::tcp::v4(), server_end),
                        {},
                        {},
                        0,
                        {}});
      upgrade->request.method = "GET";
      upgrade->request.headers = {{"connection", "Upgrade"},
                                  {"upgrade", "websocket"},
                                  {"sec-websocket-version", "13"},
                                  {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                  {"sec-websocket-protocol", "clarion.v1"}};
      boost::asio::post(core,
                        [take = gateway->take_over(), upgrade] { take(std::move(*upgrade)); });
      const std::string ask = masked(
          R"({"type":"subscribe","id":1,"channel":"notices","filter":{"topics":["typhoon"]}})");
      check(::send(client_end, ask.data(), ask.size(), MSG_NOSIGNAL) > 0, "send");
      clients.push_back(client_end);
    }
  };
  // The first hundred grow what all share: allocator arenas, maps, the reactor.
  std::vector<int> clients;
  dial(clients, 100);
  Readers(clients).settle();
  const std::size_t before = resident_bytes();
  dial(clients, subscribers);
  Readers readers(clients);
  readers.settle();
  const std::size_t after = resident_bytes();

  const model::Facets facets{{"typhoon"}, {}, model::Severity::moderate, "debunk", {"zh"}};
  std::vector<double> latency_ms;
  std::uint64_t wire = 0;
  const double cpu_before = on_core(thread_cpu_seconds);
  const auto start = Wall::now();
  for (std::size_t sent = 0; sent < notices; sent += burst) {
    const auto published = Wall::now();
    for (std::size_t i = 0; i < burst; ++i) {
      FramePtr frame = make_notice_frame("notices", {"01BENCH", sent + i + 1},
                                         fmt::format(R"({{"text":"{}"}})", std::string(bytes, 'x')),
                                         "e30..c2ln", {facets});
      wire += (frame->json().size() + frame->ws_head().size()) * clients.size();
      {
        const std::lock_guard lock(log.mutex);
        log.frames.push_back(frame);
      }
      gateway->publish("notices", std::move(frame));
    }
    readers.until(wire);
    latency_ms.push_back(
        std::chrono::duration<double, std::milli>(Wall::now() - published).count());
  }
  const double seconds = std::chrono::duration<double>(Wall::now() - start).count();
  const double cpu = on_core(thread_cpu_seconds) - cpu_before;
  std::sort(latency_ms.begin(), latency_ms.end());
  const double deliveries = static_cast<double>(notices) * static_cast<double>(clients.size());
  fmt::print("subscribers {}, notices {} of {} bytes, bursts of {}\n", clients.size(), notices,
             bytes, burst);
  fmt::print(
      "resident bytes a subscriber: {:.0f}\n",
      static_cast<double>(after > before ? after - before : 0) / static_cast<double>(subscribers));
  fmt::print("publish to last receipt, ms: median {:.2f}, 99 % {:.2f}, worst {:.2f}\n",
             latency_ms[latency_ms.size() / 2], latency_ms[latency_ms.size() * 99 / 100],
             latency_ms.back());
  fmt::print("server CPU seconds a million deliveries: {:.2f}; {:.0f} deliveries/s\n",
             cpu / deliveries * 1e6, deliveries / seconds);
  gateway->stop();
  core.stop();
  for (const int client : clients) ::close(client);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  return run(number(1, 1000), number(2, 2000), number(3, 1024),
             std::max<std::size_t>(number(4, 1), 1));
}
