#include "identity/device.h"

#include "base/bytes.h"
#include "identity/sessions.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <vector>

namespace clarion::identity {
namespace {

constexpr std::string_view kName = "clarion_device";
constexpr std::size_t kNonceBytes = 16, kMostAccounts = 8;
constexpr int kMaxAge = 180 * 24 * 3600;

std::string mark_of(std::string_view nonce, std::string_view key, std::string_view account) {
  static_assert(crypto_auth_KEYBYTES == 32);
  std::array<unsigned char, crypto_auth_BYTES> mac{};
  const std::string text = fmt::format("{}\n{}", nonce, account);
  if (key.size() != crypto_auth_KEYBYTES || sodium_init() < 0) return {};
  crypto_auth(mac.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
              reinterpret_cast<const unsigned char*>(key.data()));
  return to_base64url({reinterpret_cast<const char*>(mac.data()), 16});
}

/// Nonce and marks; nothing when the text is no device's.
std::vector<std::string> parts_of(std::string_view cookie_header) {
  std::vector<std::string> out;
  const std::string value = cookie_value(cookie_header, kName);
  std::string_view rest = value;
  while (!rest.empty() && out.size() <= kMostAccounts) {
    const std::string_view part = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    out.emplace_back(part);
  }
  const auto nonce =
      out.empty() ? Result<std::string>(Error{Errc::invalid, ""}) : from_base64url(out.front());
  if (!nonce || nonce.value().size() != kNonceBytes) out.clear();
  return out;
}

}  // namespace

Device known_device(std::string_view cookie_header, std::string_view key,
                    std::string_view account) {
  const std::vector<std::string> parts = parts_of(cookie_header);
  if (parts.empty()) return {};
  const std::string mark = mark_of(parts.front(), key, account);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!mark.empty() && equal_constant_time(parts[i], mark))
      return {parts.front(), cookie_value(cookie_header, kName)};
  }
  return {};
}

std::string device_cookie(std::string_view cookie_header, std::string_view key,
                          std::string_view account, ops::Random& random, bool secure) {
  std::vector<std::string> parts = parts_of(cookie_header);
  if (parts.empty()) parts = {to_base64url(random.bytes(kNonceBytes))};
  const std::string mark = mark_of(parts.front(), key, account);
  std::string value = parts.front() + "." + mark;
  std::size_t marks = 1;
  for (std::size_t i = 1; i < parts.size() && marks < kMostAccounts; ++i) {
    if (parts[i] == mark) continue;
    value += "." + parts[i];
    ++marks;
  }
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", kName, value,
                     kMaxAge, secure ? "; Secure" : "");
}

}  // namespace clarion::identity
