#pragma once

#include "identity/passwords.h"
#include "identity/requests.h"
#include "ops/random.h"

#include <string>
#include <vector>

namespace clarion::identity {

struct SignInOptions {
  std::string desk;         ///< desk.name, for the page
  bool demo = false;        ///< for the page: accounts and password are known to who reads it
  bool clear_is_ok = true;  ///< the listener is on loopback: passwords may come without TLS
  std::vector<std::string> second_factor;  ///< roles (security.second_factor)
};

/// Signing in and out (contract section 3, `/v1/session`). Thread-safe; lives as long as the
/// routes.
class SignIn {
 public:
  SignIn(Requests& requests, ops::Random& random, SignInOptions options)
      : requests_(requests), random_(random), options_(std::move(options)) {}

  /// {name, password, totp?} → the session, and its cookie. Ends the session that the cookie opened
  /// before. Errors: `unauthorised` "signin_refused", the same for each way to be wrong; `denied`
  /// "tls_needed"; `overloaded`.
  Result<http::Response> open(const http::Request& request);
  /// Who is signed in, with what the page needs to know; `user` is null for nobody.
  Result<http::Response> show(const http::Request& request);
  /// Signs out.
  Result<http::Response> close(const http::Request& request);

  [[nodiscard]] PasswordGate& gate() { return gate_; }
  /// Errors: `denied`, code "tls_needed", when a password would have come in clear over a network.
  [[nodiscard]] Status check_transport(const http::Request& request) const;

 private:
  [[nodiscard]] json::object view(const http::Request& request, const Actor* actor,
                                  const std::string& secret) const;

  Requests& requests_;
  ops::Random& random_;
  SignInOptions options_;
  PasswordGate gate_;
};

/// Adds POST, GET and DELETE /v1/session. All outlive the router.
void add_session_routes(http::Router& router, Requests& requests, SignIn& sign_in);

}  // namespace clarion::identity
