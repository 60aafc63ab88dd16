#include "identity/credentials.h"

#include "base/bytes.h"

#include <fmt/format.h>

namespace clarion::identity {
namespace {

Error unknown() {
  return {Errc::unauthorised, "the token is unknown, revoked or expired", "unauthorised"};
}

}  // namespace

std::string make_token(ops::Random& random) { return "clt_" + to_base64url(random.bytes(32)); }

std::string token_hash(std::string_view token) { return sha256_hex(token); }

Result<Actor> actor_of_token(store::View& view, std::string_view token, model::Time now) {
  if (token.empty() || token.size() > 128) return unknown();
  return actor_of_hash(view, token_hash(token), now);
}

Result<Actor> actor_of_hash(store::View& view, std::string_view hash, model::Time now) {
  CLARION_TRY(auto found, store::find_token_by_hash(view, hash));
  if (!found || found->revoked_at || found->expires_at <= now) return unknown();
  const auto scope = parse_scope(found->scope);
  if (!scope) return unknown();
  Actor actor;
  actor.scope = *scope;
  actor.token = found->id;
  actor.expires_at = found->expires_at;
  actor.sources = found->sources;
  if (found->account) {
    CLARION_TRY(auto account, store::find_account(view, *found->account));
    if (!account || account->disabled) return unknown();
    const auto role = parse_role(account->role);
    if (!role) return unknown();
    actor.account = account->name;
    actor.role = *role;
    actor.regions = account->regions;
    actor.generation = account->generation;
  }
  if (actor.scope == Scope::desk && actor.account.empty()) return unknown();
  return actor;
}

Status check_account_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool good = !name.empty() && name.size() <= 64 && plain(name.front());
  for (const char c : name) good = good && (plain(c) || c == '.' || c == '_' || c == '-');
  if (good) return ok();
  return Error{
      Errc::invalid,
      fmt::format("'{}' is no account name: 1 to 64 of a-z 0-9 . _ -, first a letter or digit",
                  name.substr(0, 80)),
      "account_name"};
}

}  // namespace clarion::identity
