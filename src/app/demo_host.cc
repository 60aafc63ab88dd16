#include "app/demo_host.h"

#include "demo/duty.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace clarion::app {
namespace {

/// What the caller may set otherwise, and what not.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kDefaults{{
    {"log.level", "warn"},
    {"http.requests_per_address", "0"},  // the demo's own people ask from this address too
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFixed{{
    {"desk.name", "Clarion 正音 演示（内容虚构）· demonstration, all fictional"},
    {"security.second_factor", "[]"},
    {"security.token_approvals", "true"},
}};

Status check_loopback(const std::string& listen) {
  CLARION_TRY(auto at, ops::parse_listen(listen));
  if (at.address == "::1" || at.address.starts_with("127.")) return ok();
  return Error{Errc::invalid,
               fmt::format("--demo listens on loopback alone, not on {}: its password is known to "
                           "whoever reads the terminal",
                           at.address)};
}

Result<std::string> make_temporary_folder() {
  const char* base = std::getenv("TMPDIR");
  std::string path =
      fmt::format("{}/clarion-demo-XXXXXX", base != nullptr && *base == '/' ? base : "/tmp");
  if (::mkdtemp(path.data()) == nullptr)
    return Error{Errc::unavailable, fmt::format("{}: {}", path, std::strerror(errno))};
  return path;
}

std::string absolute(const std::string& path) {
  std::error_code failed;
  auto out = std::filesystem::absolute(path, failed);
  return failed ? path : out.lexically_normal().string();
}

std::string own_program() {
  std::error_code failed;
  auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "clarion" : path.string();
}

}  // namespace

Result<std::unique_ptr<DemoHost>> DemoHost::make(ops::ConfigSources& sources, double speed) {
  if (!(speed >= 0.1 && speed <= 1000))
    return Error{Errc::invalid, fmt::format("--demo-speed: {} is not 0.1 to 1,000", speed)};
  std::unique_ptr<DemoHost> host(new DemoHost(speed));
  std::vector<ops::Override> defaults;
  defaults.reserve(kDefaults.size());
  for (const auto& [key, value] : kDefaults)
    defaults.push_back({std::string(key), std::string(value), "--demo"});
  sources.overrides.insert(sources.overrides.begin(), defaults.begin(), defaults.end());
  for (const auto& [key, value] : kFixed)
    sources.overrides.push_back({std::string(key), std::string(value), "--demo"});
  CLARION_TRY(auto config, ops::load_config(sources));
  CLARION_TRY(check_loopback(config.server.listen));
  if (!config.server.tls_certificate.empty() || !config.server.tls_key.empty()) {
    return Error{Errc::invalid,
                 "--demo speaks plain HTTP on loopback: leave server.tls_certificate and "
                 "server.tls_key out"};
  }
  const bool named = std::any_of(sources.overrides.begin(), sources.overrides.end(),
                                 [](const ops::Override& each) { return each.key == "data.dir"; });
  if (!named) {
    CLARION_TRY(host->own_folder_, make_temporary_folder());
    sources.overrides.push_back({"data.dir", host->own_folder_, "--demo"});
  }
  return host;
}

DemoHost::~DemoHost() {
  demo_.reset();
  std::error_code failed;
  if (!own_folder_.empty()) std::filesystem::remove_all(own_folder_, failed);
}

Status DemoHost::prepare(const ops::Config& config) {
  folder_ = config.data.dir;
  // Before the server opens the store, so that no running desk is changed; its own lock follows.
  CLARION_TRY(auto lock, FolderLock::take(folder_));
  CLARION_TRY(auto folder, open_folder(folder_, Missing::make));
  CLARION_TRY(people_, demo::make_people(*folder.database, *random_));
  CLARION_TRY(const auto zone, ops::Zone::load(config.desk.timezone));
  return folder.database->write([&](store::Tx& tx) { return demo::make_roster(tx, zone); });
}

Status DemoHost::start(const std::string& url) {
  const auto say = [](const std::string& line) {
    fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
  };
  CLARION_TRY(demo_, demo::Demo::make({url, absolute(folder_), own_program(), speed_, say},
                                      std::move(people_), *clock_, *random_));
  return demo_->start();
}

void DemoHost::stop() {
  if (demo_) demo_->stop();
}

}  // namespace clarion::app
