#include "identity/sessions.h"

#include "base/bytes.h"
#include "store/accounts.h"
#include "store/second_factors.h"
#include "store/sessions.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::identity {
namespace {

std::string_view cookie_name(Door door) {
  return door == Door::drill ? "clarion_drill" : "clarion_session";
}

}  // namespace

bool SessionLife::needs_factor(std::string_view role) const {
  return std::find(second_factor.begin(), second_factor.end(), role) != second_factor.end();
}

Door door_of(std::string_view path) {
  return path.starts_with("/drill/") ? Door::drill : Door::live;
}

std::string make_session_secret(ops::Random& random) { return to_base64url(random.bytes(32)); }

std::string csrf_of(std::string_view secret) {
  const Sha256 digest = sha256(fmt::format("clarion csrf\n{}", secret));
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return std::string(pair.substr(name.size() + 1, 512));
  }
  return {};
}

std::string session_secret(std::string_view header, Door door) {
  return cookie_value(header, cookie_name(door));
}

std::string session_cookie(std::string_view secret, Door door, bool secure) {
  return fmt::format("{}={}; Path={}; HttpOnly; SameSite=Strict{}{}", cookie_name(door), secret,
                     door == Door::drill ? "/drill" : "/", secure ? "; Secure" : "",
                     secret.empty() ? "; Max-Age=0" : "");
}

Result<Actor> actor_of_session(store::View& view, std::string_view hash, Door door, model::Time now,
                               const SessionLife& life, model::Time* seen_at) {
  const Error over{Errc::unauthorised, "the session is over", "session_over"};
  CLARION_TRY(auto session, store::find_session_by_hash(view, hash));
  if (!session || session->drill != (door == Door::drill) || session->expires_at <= now ||
      now - session->seen_at >= life.idle + SessionLife::kTouchEvery)
    return over;
  CLARION_TRY(auto account, store::find_account(view, session->account));
  if (!account || account->disabled) return over;
  const auto role = parse_role(account->role);
  if (!role) return over;
  if (!session->enrolling && life.needs_factor(account->role)) {
    CLARION_TRY(auto factor, store::find_second_factor(view, account->name));
    if (!factor || !factor->confirmed) return over;
  }
  if (seen_at != nullptr) *seen_at = session->seen_at;
  Actor actor;
  actor.account = account->name;
  actor.role = *role;
  actor.regions = account->regions;
  actor.scope = Scope::desk;
  actor.session = session->id;
  actor.door = door;
  actor.enrolling = session->enrolling;
  actor.generation = account->generation;
  actor.expires_at = session->expires_at;
  return actor;
}

}  // namespace clarion::identity
