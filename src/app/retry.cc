#include "app/retry.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace clarion::app {

using std::chrono::milliseconds;

milliseconds Backoff::next(milliseconds at_least) {
  const auto bound = std::min(kMost.count(), kFirst.count() << std::min(tries_++, 16U));
  return at_least + milliseconds(random_.below(static_cast<std::uint64_t>(bound) + 1));
}

Result<int> open_stop_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const int stop = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (stop < 0) return Error{Errc::unavailable, std::strerror(errno)};
  return stop;
}

bool pause(milliseconds time, int stop) {
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    pollfd one{stop, POLLIN, 0};
    const int ready = poll(&one, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return false;
    if (ready == 0) return true;
  }
}

milliseconds retry_after(std::string_view header) {
  int seconds = 0;
  const auto [end, failed] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (failed != std::errc() || end != header.data() + header.size()) return milliseconds(0);
  return std::chrono::seconds(std::clamp(seconds, 0, 60));
}

milliseconds retry_after(const Error& error) {
  for (const auto& [name, value] : error.params) {
    if (name == "retry_after") return retry_after(value);
  }
  return milliseconds(0);
}

Result<std::string> read_token(const std::string& file) {
  std::string token;
  if (file.empty()) {
    const char* given = std::getenv("CLARION_TOKEN");
    token = given != nullptr ? given : "";
  } else {
    std::ifstream in(file);
    if (!in || !std::getline(in, token))
      return Error{Errc::not_found, fmt::format("{}: no token can be read from it", file)};
    while (token.ends_with('\r') || token.ends_with(' ')) token.pop_back();
  }
  const bool sound =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!sound || token.size() > 4096)
    return Error{Errc::invalid,
                 fmt::format("{} holds no token", file.empty() ? "CLARION_TOKEN" : file)};
  return token;
}

}  // namespace clarion::app
