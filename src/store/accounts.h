#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A person who works at the desk. `generation` rises with each change of rights, so that open
/// connections notice.
struct Account {
  std::string name, role;
  std::vector<std::string> regions;     ///< codes; empty: everywhere
  std::optional<std::string> password;  ///< as libsodium's crypto_pwhash_str writes it
  bool disabled = false;
  std::int64_t generation = 1;
  model::Time created_at;
};

/// A credential for programs; the token itself is never stored.
struct Token {
  std::string id, name, scope;
  std::optional<std::string> account;
  std::vector<std::string> sources;  ///< posts count only within these; empty: all
  std::string hash;                  ///< SHA-256 hex of the token
  model::Time created_at, expires_at;
  std::optional<model::Time> revoked_at;
};

/// Errors: `conflict` when the name is taken.
Status add_account(Tx& tx, const Account& account);
[[nodiscard]] Result<std::optional<Account>> find_account(View& view, std::string_view name);
[[nodiscard]] Result<std::vector<Account>> list_accounts(View& view);
/// Writes role, regions, password and disabled; the generation rises by one.
Status update_account(Tx& tx, const Account& account);

Status add_token(Tx& tx, const Token& token);
[[nodiscard]] Result<std::optional<Token>> find_token_by_hash(View& view, std::string_view hash);
[[nodiscard]] Result<std::optional<Token>> find_token(View& view, std::string_view id);
[[nodiscard]] Result<std::vector<Token>> list_tokens(View& view);
/// False when there is no such token or it was revoked before.
Result<bool> revoke_token(Tx& tx, std::string_view id);

}  // namespace clarion::store
