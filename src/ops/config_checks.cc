#include "ops/config_checks.h"

#include "model/topic.h"
#include "ops/civil.h"
#include "ops/config.h"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace clarion::ops {
namespace {

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most)
    return std::nullopt;
  return value;
}

bool is_address(int family, std::string_view text) {
  unsigned char bytes[16];
  return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

/// host or host:port, with characters that a host may have.
bool is_authority(std::string_view text) {
  std::string_view host = text;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !is_address(AF_INET6, text.substr(1, close - 1)))
      return false;
    host = "v6";
    text.remove_prefix(close + 1);
    if (text.empty()) return true;
    if (text.front() != ':') return false;
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
  }
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
  return plain && !host.empty() && (text.empty() || number(text.substr(1), 65535).has_value());
}

/// The text behind http:// or https://, or nothing.
std::optional<std::string_view> behind_scheme(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

Error expected(std::string_view what) {
  return Error{Errc::invalid, fmt::format("{} was expected", what)};
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    std::string_view address = text.substr(0, colon);
    const auto port = number(text.substr(colon + 1), 65535);
    int family = AF_INET;
    if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
      address = address.substr(1, address.size() - 2);
      family = AF_INET6;
    }
    if (port && is_address(family, address)) {
      return ListenAddress{std::string(address), static_cast<unsigned short>(*port)};
    }
  }
  return expected("ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080,");
}

namespace checks {

Status listen_address(std::string_view text) {
  CLARION_TRY(parse_listen(text));
  return ok();
}

Status public_url(std::string_view text) {
  if (text.empty()) return ok();
  const auto rest = behind_scheme(text);
  if (!rest || rest->find_first_of("?# \"<>\\") != std::string_view::npos || rest->ends_with('/') ||
      !is_authority(rest->substr(0, rest->find('/')))) {
    return expected("a URL without query and closing slash, as https://zhengyin.example.org,");
  }
  return ok();
}

Status origin(std::string_view text) {
  const auto rest = behind_scheme(text);
  if (!rest || !is_authority(*rest)) return expected("an origin, as https://desk.example.org,");
  return ok();
}

Status address_block(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const int family = address.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  const bool length_fits = slash == std::string_view::npos ||
                           number(text.substr(slash + 1), family == AF_INET ? 32 : 128).has_value();
  if (!is_address(family, address) || !length_fits) {
    return expected("an address or block, as 10.0.0.0/8 or ::1,");
  }
  return ok();
}

Status time_zone(std::string_view text) {
  CLARION_TRY(Zone::load(text));
  return ok();
}

Status not_empty(std::string_view text) {
  if (text.empty()) return expected("a text that is not empty");
  return ok();
}

Status severity_minutes(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos && model::parse_severity(text.substr(0, equals))) {
    const auto minutes = number(text.substr(equals + 1), 43'200);
    if (minutes && *minutes > 0) return ok();
  }
  return expected("SEVERITY=MINUTES, as extreme=30,");
}

Status severity_panel(std::string_view text) {
  const std::size_t equals = text.find('='), colon = text.find(':');
  if (equals != std::string_view::npos && colon != std::string_view::npos && colon > equals &&
      model::parse_severity(text.substr(0, equals))) {
    const auto seats = number(text.substr(equals + 1, colon - equals - 1), 15);
    const std::string_view rule = text.substr(colon + 1);
    if (seats && *seats > 1 && (rule == "any" || rule == "majority" || rule == "all")) return ok();
  }
  return expected("SEVERITY=SEATS:RULE, as extreme=3:majority,");
}

}  // namespace checks
}  // namespace clarion::ops
