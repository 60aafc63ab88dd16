#pragma once

#include "identity/rights.h"
#include "ops/random.h"
#include "store/database.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::identity {

/// How long a browser stays signed in, and who needs more than a password for it.
struct SessionLife {
  std::chrono::minutes idle{60};   ///< without a request (security.session_idle_minutes)
  std::chrono::hours longest{12};  ///< whatever it does (security.session_hours)
  /// Use is noted this often at most, so that reading costs no write; an idle session lives so much
  /// longer.
  static constexpr std::chrono::seconds kTouchEvery{60};
  std::vector<std::string> second_factor;  ///< roles that need one (security.second_factor)

  [[nodiscard]] bool needs_factor(std::string_view role) const;
};

/// The desk that a path belongs to: /drill/… is the drill desk's.
[[nodiscard]] Door door_of(std::string_view path);

/// A new cookie value: 256 random bits as base64url.
[[nodiscard]] std::string make_session_secret(ops::Random& random);
/// What X-CSRF-Token must say: made from the secret, so that nobody without the cookie knows it.
[[nodiscard]] std::string csrf_of(std::string_view secret);
/// The value of a cookie in a Cookie header, cut at 512 bytes; empty without one.
[[nodiscard]] std::string cookie_value(std::string_view cookie_header, std::string_view name);
/// The value of that desk's cookie in a Cookie header; empty without one.
[[nodiscard]] std::string session_secret(std::string_view cookie_header, Door door);
/// Set-Cookie that gives the secret, or takes the cookie away when it is empty. Strict, not for
/// scripts, and only over TLS when `secure`.
[[nodiscard]] std::string session_cookie(std::string_view secret, Door door, bool secure);

/// Who is signed in by the secret with this hash. A session of one desk opens nothing at the other,
/// and one that began before its person's role needed a second factor ends where there is none.
/// `seen_at` (may be null) becomes when its use was last noted. Errors: `unauthorised`, code
/// "session_over".
[[nodiscard]] Result<Actor> actor_of_session(store::View& view, std::string_view hash, Door door,
                                             model::Time now, const SessionLife& life,
                                             model::Time* seen_at = nullptr);

}  // namespace clarion::identity
