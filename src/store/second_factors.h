#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// What makes a person's one-time codes.
struct SecondFactor {
  std::string secret;      ///< base32
  bool confirmed = false;  ///< the person showed a code of it; before that it counts for nothing
  std::int64_t last_step = 0;  ///< newest time step that was used: no code counts twice
};
[[nodiscard]] Result<std::optional<SecondFactor>> find_second_factor(View& view,
                                                                     std::string_view account);
/// A new secret, not confirmed; the old one and its recovery codes are gone.
Status begin_second_factor(Tx& tx, std::string_view account, std::string_view secret);
/// The secret is confirmed, and codes of this step and before are used up.
Status use_second_factor(Tx& tx, std::string_view account, std::int64_t step);
/// Takes secret and recovery codes away.
Status remove_second_factor(Tx& tx, std::string_view account);

/// Replaces a person's recovery codes by those with these hashes.
Status put_recovery_codes(Tx& tx, std::string_view account, const std::vector<std::string>& hashes);
/// False when the account has no such code left; else it is used up.
Result<bool> use_recovery_code(Tx& tx, std::string_view account, std::string_view hash);
[[nodiscard]] Result<std::int64_t> recovery_codes_left(View& view, std::string_view account);

/// A link by which a person sets a password, once.
struct ResetLink {
  std::string hash;  ///< SHA-256 hex of the link's secret
  std::string account;
  bool drops_factor = false;  ///< the second factor goes, to be enrolled anew
  model::Time expires_at;
};
/// An account has one at most: the newest.
Status put_reset_link(Tx& tx, const ResetLink& link);
[[nodiscard]] Result<bool> has_reset_link(View& view, std::string_view hash);
/// Uses it up; nullopt when there is none or it is too old.
Result<std::optional<ResetLink>> take_reset_link(Tx& tx, std::string_view hash);
Status drop_reset_links_of(Tx& tx, std::string_view account);

}  // namespace clarion::store
