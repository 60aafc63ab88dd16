#pragma once

#include "base/result.h"

#include <string_view>

/// Checks of single values of the configuration. Each error's text says what was expected and
/// follows the key's name.
namespace clarion::ops::checks {

[[nodiscard]] Status listen_address(std::string_view text);
/// http or https, a host, no query; may be empty.
[[nodiscard]] Status public_url(std::string_view text);
/// As a browser sends it: https://desk.example.org or http://127.0.0.1:8080.
[[nodiscard]] Status origin(std::string_view text);
/// An address or a CIDR block, IPv4 or IPv6.
[[nodiscard]] Status address_block(std::string_view text);
[[nodiscard]] Status time_zone(std::string_view text);
[[nodiscard]] Status not_empty(std::string_view text);
/// SEVERITY=MINUTES, 1..43200.
[[nodiscard]] Status severity_minutes(std::string_view text);
/// SEVERITY=SEATS:RULE, 2..15 seats, rule any, majority or all.
[[nodiscard]] Status severity_panel(std::string_view text);

}  // namespace clarion::ops::checks
