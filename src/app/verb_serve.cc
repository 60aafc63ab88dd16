#include "app/command_line.h"
#include "app/demo_host.h"
#include "app/service.h"
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

/// `demo` is null without --demo.
int serve(const ops::Config& config, const ops::ConfigSources& sources, DemoHost* demo) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  if (demo != nullptr) {
    if (const Status prepared = demo->prepare(config); !prepared) return fail(prepared.error());
  }
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
  if (demo != nullptr) {
    if (const Status begun = demo->start(service.url()); !begun) {
      service.drain();
      service.stop();
      return fail(begun.error());
    }
  }

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
  if (demo != nullptr) demo->stop();
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
  if (const auto tls =
          http::Tls::load({config.value().server.tls_certificate, config.value().server.tls_key});
      !tls) {
    return fail(tls.error());
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

}  // namespace

void add_serve_verbs(CommandLine& line) {
  struct Given {
    std::string rules, listen;
    std::vector<std::string> sets;
    bool demo = false;
    double demo_speed = 1;
  };
  const auto given = std::make_shared<Given>();
  CLI::App& verb = line.verb("serve", "Run the system",
                             "clarion serve --data /var/lib/clarion --listen 127.0.0.1:8080");
  verb.add_option("--rules", given->rules, "Folder of rule packs (default: those built in)");
  verb.add_option("--listen", given->listen,
                  "ADDR:PORT; port 0 picks one (default 127.0.0.1:8080)");
  add_repeated(verb, "--set", given->sets, "KEY=VALUE, overrides the configuration");
  CLI::Option* demo = verb.add_flag("--demo", given->demo,
                                    "Plays fictional posts and people, on loopback alone; a fresh "
                                    "data folder that ends with it unless --data");
  verb.add_option("--demo-speed", given->demo_speed,
                  "How many times faster the demo plays (default 1)")
      ->needs(demo);
  line.run_on_config(verb, [given](ops::ConfigSources sources) {
    std::vector<ops::Override> overrides;
    for (const std::string& set : given->sets) {
      const std::size_t equals = set.find('=');
      overrides.push_back({set.substr(0, equals),
                           equals == std::string::npos ? "" : set.substr(equals + 1), "--set"});
    }
    // Options of their own win over --set.
    sources.overrides.insert(sources.overrides.begin(), overrides.begin(), overrides.end());
    if (!given->rules.empty()) sources.overrides.push_back({"rules.dir", given->rules, "--rules"});
    if (!given->listen.empty())
      sources.overrides.push_back({"server.listen", given->listen, "--listen"});
    std::unique_ptr<DemoHost> host;
    if (given->demo) {
      auto made = DemoHost::make(sources, given->demo_speed);
      if (!made) return fail(made.error());
      host = std::move(made.value());
    }
    const auto config = ops::load_config(sources);
    return config ? serve(config.value(), sources, host.get()) : fail(config.error());
  });

  const auto file = std::make_shared<std::string>();
  CLI::App& check = line.verb("check-config", "Check a configuration wholly without starting",
                              "clarion check-config /etc/clarion/clarion.toml");
  check.add_option("FILE", *file, "Configuration file (TOML)")->required();
  line.run(check, [file] {
    ops::ConfigSources sources;
    sources.file = *file;
    sources.environment = ops::clarion_environment();
    return check_config(sources);
  });
}

}  // namespace clarion::app
