#pragma once

#include "identity/guess_brake.h"
#include "identity/passwords.h"
#include "identity/requests.h"
#include "ops/random.h"
#include "store/accounts.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::identity {

struct SignInOptions {
  std::string desk;         ///< desk.name, for the page
  bool demo = false;        ///< for the page: accounts and password are known to who reads it
  bool clear_is_ok = true;  ///< the listener is on loopback: passwords may come without TLS
};

/// Signing in and out, and a person's own password and second factor (contract section 3,
/// `/v1/session`). Thread-safe; lives as long as the routes.
///
/// Guessing: each wrong attempt counts for the address with the account and for the address, of a
/// browser that this account signed in from before for that browser alone; wrong codes after the
/// right password count for the account, which nobody without the password can bring about.
class SignIn {
 public:
  SignIn(Requests& requests, ops::Random& random, SignInOptions options)
      : requests_(requests),
        random_(random),
        options_(std::move(options)),
        brake_(requests.clock()) {}

  /// {name, password, totp? or recovery?} → the session, and its cookie. Ends the session that the
  /// browser had at this desk. Errors: `unauthorised` "signin_refused", the same for each way to be
  /// wrong, "totp_needed", "totp_refused"; `denied` "tls_needed"; `overloaded` "signin_slow",
  /// "signin_busy".
  Result<http::Response> open(const http::Request& request);
  /// Who is signed in, with what the page needs to know; `user` is null for nobody.
  Result<http::Response> show(const http::Request& request);
  /// Signs out.
  Result<http::Response> close(const http::Request& request);

  /// {password, new_password}: ends the person's other sessions.
  Result<http::Response> change_password(const http::Request& request);
  /// {token, password}: sets the password by a one-time link; ends all sessions.
  Result<http::Response> reset_password(const http::Request& request);
  /// A new secret, shown this once. {} while enrolling, else {password, totp? of the old one}.
  Result<http::Response> begin_factor(const http::Request& request);
  /// {totp}: the first code of it makes it count → {recovery_codes[10]}, shown this once.
  Result<http::Response> confirm_factor(const http::Request& request);
  /// {password, totp} → new recovery codes.
  Result<http::Response> renew_recovery(const http::Request& request);
  /// {password, totp}. Errors: `conflict` "factor_required" when the role needs one.
  Result<http::Response> remove_factor(const http::Request& request);

  /// A one-time link to set a password, alive for an hour, without the host: "/signin#reset=…".
  Result<std::string> make_reset_link(store::Tx& tx, const std::string& account, bool drops_factor);

 private:
  struct Code {
    std::optional<std::string> totp, recovery;
  };
  [[nodiscard]] Status check_transport(const http::Request& request) const;
  /// Verifies behind gate and brake. Errors: as open().
  Result<store::Account> check_password(const http::Request& request, const std::string& name,
                                        const std::string& password);
  /// True when the account's second factor was shown, or it has none; uses the code up. Errors: as
  /// open().
  Status use_code(store::Tx& tx, const std::string& account, const Code& code) const;
  /// The same behind the brake, with `then` in its transaction.
  template <class Then>
  auto with_code(const std::string& account, const Code& code, Then then)
      -> decltype(then(std::declval<store::Tx&>()));
  static std::vector<GuessBrake::Key> code_keys(const std::string& account);
  Result<json::object> view(const http::Request& request, const Actor* actor,
                            const std::string& secret);
  Result<std::string> device_key();
  /// The person's password again, before what would let a borrowed browser stay in. Errors:
  /// "field_invalid".
  Result<store::Account> own_password(const http::Request& request, const std::string& password);
  /// The same from the body {password, totp? or recovery?}: the code that goes with it.
  Result<Code> own_proof(const http::Request& request);
  Result<std::string> new_hash(const std::string& password, std::string_view field);

  Requests& requests_;
  ops::Random& random_;
  SignInOptions options_;
  PasswordGate gate_;
  GuessBrake brake_;
};

/// Adds /v1/session and what lies below it. All outlive the router.
void add_session_routes(http::Router& router, Requests& requests, SignIn& sign_in);

}  // namespace clarion::identity
