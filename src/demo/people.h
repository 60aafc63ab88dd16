#pragma once

#include "base/result.h"
#include "ops/random.h"
#include "store/database.h"

#include <map>
#include <string>
#include <string_view>

namespace clarion::demo {

inline constexpr std::string_view kOperator = "demo-operator";
inline constexpr std::string_view kExpert = "demo-expert";
inline constexpr std::string_view kApprover = "demo-approver";
inline constexpr std::string_view kAdmin = "demo-admin";

/// Who works in the demonstration, and what they and its visitor sign in with. Secrets: for the
/// demo's own requests, its password line and its variables file alone.
struct People {
  std::string password;                                            ///< one for all accounts
  std::map<std::string, std::string, std::less<>> tokens;          ///< by account: the demo's own
  std::map<std::string, std::string, std::less<>> visitor_tokens;  ///< by account; "" is ingest
  std::string feed_token;                                          ///< scope ingest
};

/// Makes accounts, experts, tokens and the library in a store that is empty or was a demo's before;
/// a folder's password and tokens of earlier starts end. Errors: `invalid` when the store holds a
/// real desk's data.
[[nodiscard]] Result<People> make_people(store::Database& database, ops::Random& random);

}  // namespace clarion::demo
