#pragma once

#include "http/message.h"
#include "identity/sign_in.h"

namespace clarion::identity {

namespace detail {

constexpr std::size_t kMostName = 64, kMostPassword = 1024, kMostCode = 32;

/// An answer that holds secrets: no cache keeps it.
inline http::Response unkept(int status, const json::value& body) {
  http::Response response = http::json_response(status, body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace detail

template <class Then>
auto SignIn::with_code(const std::string& account, const Code& code, Then then)
    -> decltype(then(std::declval<store::Tx&>())) {
  // A code that was not given is no guess.
  const std::vector<GuessBrake::Key> keys =
      code.totp || code.recovery ? code_keys(account) : std::vector<GuessBrake::Key>{};
  CLARION_TRY(brake_.attempt(keys));
  auto done = requests_.database().write([&](store::Tx& tx) -> decltype(then(tx)) {
    CLARION_TRY(use_code(tx, account, code));
    return then(tx);
  });
  if (done) {
    for (const GuessBrake::Key& key : keys) brake_.forget(key.name);
  } else if (done.error().code != "totp_refused") {
    brake_.take_back(keys);
  }
  return done;
}

}  // namespace clarion::identity
