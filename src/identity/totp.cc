#include "identity/totp.h"

#include "base/bytes.h"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <qrencode.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace clarion::identity {
namespace {

constexpr std::size_t kSecretBytes = 20;  // as RFC 4226 section 4 recommends
constexpr std::size_t kRecoveryCodes = 10, kRecoveryBytes = 10;

struct Free {
  void operator()(char* text) const { std::free(text); }  // liboath allocates by malloc
};
using OathText = std::unique_ptr<char, Free>;

std::string base32(std::string_view bytes) {
  char* out = nullptr;
  std::size_t size = 0;
  if (oath_base32_encode(bytes.data(), bytes.size(), &out, &size) != OATH_OK) return {};
  const OathText owned(out);
  std::string text(out, size);
  text.resize(std::min(text.size(), text.find('=')));
  return text;
}

std::string from_base32(std::string_view text) {
  char* out = nullptr;
  std::size_t size = 0;
  if (oath_base32_decode(text.data(), text.size(), &out, &size) != OATH_OK) return {};
  const OathText owned(out);
  return {out, size};
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string make_totp_secret(ops::Random& random) { return base32(random.bytes(kSecretBytes)); }

std::string totp_code(std::string_view secret, std::int64_t step, unsigned digits) {
  const std::string key = from_base32(secret);
  std::array<char, 16> out{};
  if (key.empty() || step < 0 ||
      oath_hotp_generate(key.data(), key.size(), static_cast<std::uint64_t>(step), digits, false,
                         OATH_HOTP_DYNAMIC_TRUNCATION, out.data()) != OATH_OK)
    return {};
  return out.data();
}

std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view given,
                                       model::Time now, std::int64_t used) {
  std::string code;
  for (const char c : given) {
    if (c != ' ') code += c;
  }
  const std::int64_t current =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()) / kTotpStep;
  std::optional<std::int64_t> found;
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const std::string wanted = totp_code(secret, step);
    if (step > used && !wanted.empty() && equal_constant_time(wanted, code)) found = step;
  }
  return found;
}

std::string otpauth_uri(std::string_view issuer, std::string_view account,
                        std::string_view secret) {
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits={}&period={}",
                     percent_encoded(issuer), percent_encoded(account), secret,
                     percent_encoded(issuer), kTotpDigits, kTotpStep.count());
}

std::vector<std::string> make_recovery_codes(ops::Random& random) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    const std::string text = base32(random.bytes(kRecoveryBytes));
    out.push_back(fmt::format("{}-{}-{}-{}", text.substr(0, 4), text.substr(4, 4),
                              text.substr(8, 4), text.substr(12, 4)));
  }
  return out;
}

std::string recovery_hash(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == ' ' || c == '-') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return sha256_hex("clarion recovery\n" + plain);
}

Result<QrCode> make_qr(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return Error{Errc::too_large, "too long for a QR code", "body_too_large"};
  QrCode out{code->width, {}};
  for (int y = 0; y < out.size; ++y) {
    for (int x = 0; x < out.size; ++x) {
      // The lowest bit of a module is its colour.
      if ((code->data[y * out.size + x] & 1) != 0) out.path += fmt::format("M{} {}h1v1h-1z", x, y);
    }
  }
  return out;
}

}  // namespace clarion::identity
