#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::ops {

/// Every setting of the program, with its default. What each means, its range and its name in the
/// file stand in the table of config_keys.cc, from which deploy/clarion.toml is written too.
struct Config {
  struct Server {
    std::string listen = "127.0.0.1:8080";
    std::string public_url;
    std::string tls_certificate, tls_key;
    std::int64_t drain_seconds = 10;
    bool operator==(const Server&) const = default;
  } server;
  struct Http {
    std::int64_t requests_per_address = 600;
    std::vector<std::string> trusted_proxies;
    std::int64_t workers = 8;
    bool operator==(const Http&) const = default;
  } http;
  struct Gateway {
    std::int64_t connections_per_address = 100;
    std::int64_t heartbeat_seconds = 25;
    std::int64_t max_backlog_bytes = 262'144;
    std::int64_t stall_seconds = 15;
    std::vector<std::string> allowed_origins;
    bool operator==(const Gateway&) const = default;
  } gateway;
  struct Data {
    std::string dir = "./clarion-data";
    bool operator==(const Data&) const = default;
  } data;
  struct Rules {
    std::string dir;
    bool operator==(const Rules&) const = default;
  } rules;
  struct Scan {
    double flag_score = 0.5;
    bool operator==(const Scan&) const = default;
  } scan;
  struct Group {
    std::int64_t max_groups = 100'000;
    std::int64_t window_hours = 72;
    double similarity = 0.4;
    bool operator==(const Group&) const = default;
  } group;
  struct Posts {
    std::int64_t retention_days = 90;
    std::int64_t tombstone_days = 30;
    bool operator==(const Posts&) const = default;
  } posts;
  struct Desk {
    std::string name = "Clarion 正音";
    std::string timezone = "Asia/Shanghai";
    bool operator_may_judge = false;
    std::int64_t lease_minutes = 30;
    std::vector<std::string> deadline_minutes = {"extreme=30", "severe=60", "moderate=180",
                                                 "minor=720"};
    std::int64_t escalation_minutes = 10;
    std::vector<std::string> panel;
    std::int64_t panel_minutes = 60;
    bool operator==(const Desk&) const = default;
  } desk;
  struct Security {
    std::vector<std::string> second_factor = {"approver", "admin"};
    bool token_approvals = true;
    std::int64_t session_idle_minutes = 60;
    std::int64_t session_hours = 12;
    bool operator==(const Security&) const = default;
  } security;
  struct Outlets {
    std::vector<std::string> allow_addresses;
    bool operator==(const Outlets&) const = default;
  } outlets;
  struct Log {
    std::string level = "info";
    std::string format = "text";
    bool operator==(const Log&) const = default;
  } log;

  bool operator==(const Config&) const = default;
};

/// One setting given outside the file, in the words of who gave it.
struct Override {
  std::string key;               ///< "desk.timezone"
  std::string value;             ///< as typed; lists as ["a", "b"] or a,b
  std::string origin = "--set";  ///< names the option in an error
};

/// Where settings come from; a later member wins over an earlier one.
struct ConfigSources {
  std::optional<std::string> file;  ///< path of a TOML file
  std::map<std::string, std::string>
      environment;                  ///< names that are no CLARION_SECTION__KEY are passed over
  std::vector<Override> overrides;  ///< later ones win
};

/// The CLARION_… variables of this process.
[[nodiscard]] std::map<std::string, std::string> clarion_environment();

struct ConfigKey;
/// Reads and checks all sources; nothing is taken over when anything is wrong.
/// Errors: `invalid`; the text has a line for each fault, with the key and where it was given: file
/// and line, the variable, or the option. Values of secrets are never in it.
[[nodiscard]] Result<Config> load_config(const ConfigSources& sources);
/// The same over another table of keys.
[[nodiscard]] Result<Config> load_config(const ConfigSources& sources,
                                         std::span<const ConfigKey> keys);

/// ADDR:PORT taken apart: an IPv4 address or an IPv6 one in brackets, port 0..65535 (0: any free
/// one).
struct ListenAddress {
  std::string address;
  unsigned short port = 0;
  bool operator==(const ListenAddress&) const = default;
};
/// Errors: `invalid`.
[[nodiscard]] Result<ListenAddress> parse_listen(std::string_view text);

}  // namespace clarion::ops
