#include "app/service.h"
#include "app/verbs.h"
#include "rules/rule_set.h"

#include <fmt/format.h>

#include <csignal>
#include <sys/resource.h>
#include <thread>

#include <cstdio>

namespace clarion::app {
namespace {

/// Signals are taken by the main thread alone, so they are blocked before the first other one
/// starts.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

/// A subscriber is a descriptor: as many as the machine lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(const ops::Config& config, const ops::ConfigSources& sources) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  const auto log = ops::Log::to_stderr(
      ops::parse_log_level(config.log.level).value_or(ops::LogLevel::info),
      config.log.format == "json" ? ops::LogFormat::json : ops::LogFormat::text);
  auto opened = Service::open(config, sources, *log);
  if (!opened) return fail(opened.error());
  Service& service = *opened.value();
  service.start();
  if (const auto report = service.ready(); !report.ready) {
    for (const auto& [name, words] : report.checks)
      fmt::print(stderr, "clarion: not ready: {}: {}\n", name, words);
    service.stop();
    return 1;
  }
  fmt::print("ready {}\n", service.url());
  std::fflush(stdout);
  log->info("ready", {{"url", service.url()}});

  while (true) {
    const timespec tick{0, 200'000'000};
    const int signal = sigtimedwait(&signals, nullptr, &tick);
    if (signal == SIGHUP) {
      static_cast<void>(service.reload());  // says itself what is wrong
    } else if (signal == SIGTERM || signal == SIGINT) {
      break;
    } else {
      service.tick();
    }
  }
  service.drain();
  service.stop();
  log->info("stopped");
  return 0;
}

int check_config(const ops::ConfigSources& sources) {
  const auto config = ops::load_config(sources);
  if (!config) return fail(config.error());
  std::vector<rules::PackSource> packs = rules::builtin_packs();
  if (!config.value().rules.dir.empty()) {
    auto read = rules::read_packs(config.value().rules.dir);
    if (!read) {
      fmt::print(stderr, "clarion: rules.dir: {}\n", read.error().text);
      return 2;
    }
    packs = std::move(read.value());
  }
  const auto rules = rules::RuleSet::make(packs, {.flag_score = config.value().scan.flag_score});
  if (!rules) {
    fmt::print(stderr, "clarion: rules.dir: {}\n", rules.error().text);
    return 2;
  }
  fmt::print("ok: {} rules in {} packs\n", rules.value()->statistics().rules,
             rules.value()->statistics().packs);
  return 0;
}

}  // namespace clarion::app
