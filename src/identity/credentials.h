#pragma once

#include "identity/passwords.h"
#include "identity/rights.h"
#include "ops/random.h"
#include "store/accounts.h"
#include "store/database.h"

#include <string>
#include <string_view>

namespace clarion::identity {

/// A new token: "clt_" and 256 random bits as base64url.
[[nodiscard]] std::string make_token(ops::Random& random);
/// What the store keeps of a token.
[[nodiscard]] std::string token_hash(std::string_view token);

/// Who holds this token. Errors: `unauthorised` (unknown, revoked, expired, account disabled), code
/// "unauthorised".
[[nodiscard]] Result<Actor> actor_of_token(store::View& view, std::string_view token,
                                           model::Time now);
/// The same by the token's hash, for connections that go on.
[[nodiscard]] Result<Actor> actor_of_hash(store::View& view, std::string_view hash,
                                          model::Time now);

/// Errors: `invalid` unless 1 to 64 of a-z 0-9 . _ -, first a letter or digit.
Status check_account_name(std::string_view name);

}  // namespace clarion::identity
