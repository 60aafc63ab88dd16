#include "ops/config_keys.h"

#include "ops/config_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <type_traits>

namespace clarion::ops {
namespace {

template <class Member>
ConfigMember at(Member& (*where)(Config&)) {
  return where;
}

#define CLARION_AT(member) at(+[](Config& c) -> decltype((c.member)) { return c.member; })

std::vector<ConfigKey> make_keys() {
  return {
      {.name = "server.listen",
       .member = CLARION_AT(server.listen),
       .doc = "Address and port to listen on; port 0 takes a free one.",
       .check = checks::listen_address},
      {.name = "server.public_url",
       .member = CLARION_AT(server.public_url),
       .doc = "Where readers reach this server, for links in notices and feeds; empty: from the "
              "listening address.",
       .check = checks::public_url},
      {.name = "server.tls_certificate",
       .member = CLARION_AT(server.tls_certificate),
       .doc = "PEM file of the certificate and its chain; with it and server.tls_key the listener "
              "speaks TLS alone. Read anew on reload."},
      {.name = "server.tls_key",
       .member = CLARION_AT(server.tls_key),
       .doc = "PEM file of the certificate's private key, mode 0600. Read anew on reload."},
      {.name = "server.drain_seconds",
       .member = CLARION_AT(server.drain_seconds),
       .doc = "Time to finish after SIGTERM before what is left is cut off.",
       .min = 1,
       .max = 600},

      {.name = "http.requests_per_address",
       .member = CLARION_AT(http.requests_per_address),
       .doc = "Requests a minute that one address may make; 0: no limit.",
       .min = 0,
       .max = 1e9},
      {.name = "http.trusted_proxies",
       .member = CLARION_AT(http.trusted_proxies),
       .doc =
           "Proxies whose X-Forwarded-For and X-Forwarded-Proto count: addresses or CIDR blocks.",
       .check = checks::address_block},
      {.name = "http.workers",
       .member = CLARION_AT(http.workers),
       .doc = "Threads that answer requests and may wait for the disk.",
       .min = 1,
       .max = 256},

      {.name = "gateway.connections_per_address",
       .member = CLARION_AT(gateway.connections_per_address),
       .doc = "Connections that one address may hold; 0: no limit.",
       .min = 0,
       .max = 1e9},
      {.name = "gateway.heartbeat_seconds",
       .member = CLARION_AT(gateway.heartbeat_seconds),
       .doc = "Between two heartbeats to a subscriber.",
       .min = 1,
       .max = 600},
      {.name = "gateway.max_backlog_bytes",
       .member = CLARION_AT(gateway.max_backlog_bytes),
       .doc = "Bytes that one subscriber may leave unread before its session goes back to filling "
              "from the log.",
       .min = 4096,
       .max = 64 << 20},
      {.name = "gateway.stall_seconds",
       .member = CLARION_AT(gateway.stall_seconds),
       .doc = "A subscriber that takes nothing for this long is closed (3008).",
       .min = 1,
       .max = 600},
      {.name = "gateway.allowed_origins",
       .member = CLARION_AT(gateway.allowed_origins),
       .doc = "Origins beside our own whose pages may open the stream with a session cookie.",
       .check = checks::origin},

      {.name = "data.dir",
       .member = CLARION_AT(data.dir),
       .doc =
           "The data folder: one process at a time. Relative paths start at the working directory.",
       .check = checks::not_empty},

      {.name = "rules.dir",
       .member = CLARION_AT(rules.dir),
       .doc = "Folder of rule packs (*.yaml); empty: the packs built into the program."},

      {.name = "scan.flag_score",
       .member = CLARION_AT(scan.flag_score),
       .doc = "A post with this score or more is flagged.",
       .min = 0,
       .max = 1},

      {.name = "group.max_groups",
       .member = CLARION_AT(group.max_groups),
       .doc = "Groups of near-duplicate posts held in memory; the quietest go first.",
       .min = 100,
       .max = 1'000'000},
      {.name = "group.window_hours",
       .member = CLARION_AT(group.window_hours),
       .doc = "A group that saw no post for this long takes no more.",
       .min = 1,
       .max = 24 * 90},
      {.name = "group.similarity",
       .member = CLARION_AT(group.similarity),
       .doc = "Posts this similar (share of common 4-grams) are near-duplicates.",
       .min = 0.3,
       .max = 1},

      {.name = "posts.retention_days",
       .member = CLARION_AT(posts.retention_days),
       .doc = "After this, text and author of kept posts are removed; counts stay.",
       .min = 1,
       .max = 3650},
      {.name = "posts.tombstone_days",
       .member = CLARION_AT(posts.tombstone_days),
       .doc = "How long a deletion at the source is remembered, so that a late copy stays deleted.",
       .min = 2,
       .max = 3650},

      {.name = "desk.name",
       .member = CLARION_AT(desk.name),
       .doc = "The issuer named in every notice.",
       .check = checks::not_empty},
      {.name = "desk.timezone",
       .member = CLARION_AT(desk.timezone),
       .doc = "Time zone (IANA name) of all civil time: bare dates, rosters, reports.",
       .check = checks::time_zone},
      {.name = "desk.operator_may_judge",
       .member = CLARION_AT(desk.operator_may_judge),
       .doc = "Lets operators give verdicts, which else only experts do."},
      {.name = "desk.lease_minutes",
       .member = CLARION_AT(desk.lease_minutes),
       .doc = "How long a claimed case is held for a person before it returns.",
       .min = 1,
       .max = 24 * 60},
      {.name = "desk.deadline_minutes",
       .member = CLARION_AT(desk.deadline_minutes),
       .doc = "Minutes from a case's opening to its verdict by severity, SEVERITY=MINUTES each "
              "(1..43200); one that is not named keeps its default.",
       .check = checks::severity_minutes},
      {.name = "desk.escalation_minutes",
       .member = CLARION_AT(desk.escalation_minutes),
       .doc = "After a missed deadline, between two steps of the chain: second line, operators, "
              "everyone on duty.",
       .min = 1,
       .max = 24 * 60},
      {.name = "desk.panel",
       .member = CLARION_AT(desk.panel),
       .doc = "Verdicts by a panel of experts, SEVERITY=SEATS:RULE each, 2..15 seats, rule any, "
              "majority or all; a severity that is not named needs one expert.",
       .check = checks::severity_panel},
      {.name = "desk.panel_minutes",
       .member = CLARION_AT(desk.panel_minutes),
       .doc = "How long a panel's votes are waited for.",
       .min = 1,
       .max = 7 * 24 * 60},

      {.name = "security.second_factor",
       .member = CLARION_AT(security.second_factor),
       .doc = "Roles that must give a one-time code (TOTP) when they sign in, and enrol one when "
              "they first do.",
       .choices = {"operator", "expert", "approver", "admin", "auditor"}},
      {.name = "security.token_approvals",
       .member = CLARION_AT(security.token_approvals),
       .doc = "Lets approvers approve with a desk token; false: only when signed in."},
      {.name = "security.session_idle_minutes",
       .member = CLARION_AT(security.session_idle_minutes),
       .doc = "A browser's session without a request for this long is over.",
       .min = 1,
       .max = 24 * 60},
      {.name = "security.session_hours",
       .member = CLARION_AT(security.session_hours),
       .doc = "The longest that a browser's session lives, whatever it does.",
       .min = 1,
       .max = 24 * 7},

      {.name = "outlets.allow_addresses",
       .member = CLARION_AT(outlets.allow_addresses),
       .doc = "Private or loopback targets that outlets may reach all the same. No effect yet: "
              "there are no outlets.",
       .check = checks::address_block},

      {.name = "log.level",
       .member = CLARION_AT(log.level),
       .doc = "Least level that is written. Followed on reload.",
       .choices = {"debug", "info", "warn", "error"}},
      {.name = "log.format",
       .member = CLARION_AT(log.format),
       .doc = "Lines for people, or one JSON object a line.",
       .choices = {"text", "json"}},
  };
}
#undef CLARION_AT

/// A TOML basic string. Defaults hold no control characters, so quotes and backslashes are all
/// there is to escape.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

std::string range(const ConfigKey& key) {
  const bool lower = key.min != std::numeric_limits<double>::lowest();
  const bool upper = key.max != std::numeric_limits<double>::max();
  if (!lower && !upper) return "";
  return fmt::format(", {:.12g}..{:.12g}", key.min, key.max);
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

std::string expectation(const ConfigKey& key) {
  const std::string one_of =
      key.choices.empty() ? "" : fmt::format(", of {}", fmt::join(key.choices, ", "));
  switch (key.member.index()) {
    case 0:
      return "text" + one_of;
    case 1:
      return "integer" + range(key);
    case 2:
      return "number" + range(key);
    case 3:
      return "true or false";
    default:
      return "list of texts" + one_of;
  }
}

std::string toml_value(const ConfigKey& key, const Config& config) {
  Config copy = config;
  return std::visit(
      [&](auto where) -> std::string {
        const auto& value = where(copy);
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return quoted(value);
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          std::vector<std::string> items;
          items.reserve(value.size());
          for (const std::string& item : value) items.push_back(quoted(item));
          return fmt::format("[{}]", fmt::join(items, ", "));
        } else {
          return fmt::format("{}", value);
        }
      },
      key.member);
}

std::string documented_config() {
  std::string out =
      "# Settings of Clarion 正音, each with its default. Start with: clarion serve --config FILE\n"
      "# An environment variable CLARION_SECTION__KEY wins over this file, --set section.key=value "
      "over both.\n"
      "# Unknown keys are errors; check a file with: clarion check-config FILE\n";
  const Config defaults;
  std::string_view section;
  for (const ConfigKey& key : config_keys()) {
    const std::size_t dot = key.name.find('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    out += fmt::format("# {} ({})\n{} = {}\n", key.doc, expectation(key), key.name.substr(dot + 1),
                       toml_value(key, defaults));
  }
  return out;
}

}  // namespace clarion::ops
