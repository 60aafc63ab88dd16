#include "identity/sign_in.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/sessions.h"

namespace clarion::identity {
namespace {

constexpr std::size_t kMostName = 64, kMostPassword = 1024, kMostCode = 32, kMostDevice = 200;

Error refused() { return {Errc::unauthorised, "name or password is wrong", "signin_refused"}; }

/// What the browser says of itself, cut at a character.
std::string device_of(const http::Request& request) {
  std::string_view agent = request.header("user-agent").substr(0, kMostDevice);
  while (!agent.empty() && !is_utf8(agent)) agent.remove_suffix(1);
  return std::string(agent);
}

}  // namespace

Status SignIn::check_transport(const http::Request& request) const {
  if (request.secure || options_.clear_is_ok) return ok();
  return Error{Errc::denied, "passwords are taken over TLS alone here", "tls_needed"};
}

json::object SignIn::view(const http::Request& request, const Actor* actor,
                          const std::string& secret) const {
  const model::Time now = requests_.clock().now();
  json::object out;
  out["user"] = actor == nullptr ? json::value(nullptr) : json::value(actor->account);
  out["role"] = actor == nullptr ? json::value(nullptr) : json::value(name_of(actor->role));
  out["regions"] = actor == nullptr ? json::array{} : json_of(actor->regions);
  out["csrf"] = secret.empty() ? json::value(nullptr) : json::value(csrf_of(secret));
  out["mode"] = door_of(request.path) == Door::drill ? "Exercise" : "Actual";
  out["enrol"] = actor != nullptr && actor->enrolling;
  out["demo"] = options_.demo;
  out["desk"] = options_.desk;
  out["time"] = model::to_text(now);
  out["expires_at"] =
      actor == nullptr ? json::value(nullptr) : json::value(model::to_text(actor->expires_at));
  out["idle_seconds"] = std::chrono::seconds(requests_.sessions().idle).count();
  return out;
}

Result<http::Response> SignIn::open(const http::Request& request) {
  CLARION_TRY(check_transport(request));
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string name = fields.required_text("name", kMostName);
  const std::string password = fields.required_text("password", kMostPassword);
  const auto totp = fields.optional_text("totp", kMostCode);
  CLARION_TRY(fields.finish());

  CLARION_TRY(auto account, requests_.database().read([&name](store::View& view) {
    return store::find_account(view, name);
  }));
  bool right = false;
  CLARION_TRY(gate_.run(
      [&] { right = verify_password(account ? account->password : std::nullopt, password); }));
  if (!right || account->disabled) return refused();

  const Door door = door_of(request.path);
  const std::string secret = make_session_secret(random_);
  const std::string before = session_secret(request.header("cookie"), door);
  CLARION_TRY(auto actor, requests_.database().write([&](store::Tx& tx) -> Result<Actor> {
    CLARION_TRY(auto now_kept, store::find_account(tx, name));
    if (!now_kept || now_kept->password != account->password) return refused();
    if (!before.empty()) {
      CLARION_TRY(auto old, store::find_session_by_hash(tx, sha256_hex(before)));
      if (old) {
        CLARION_TRY(store::end_session(tx, old->id));
        CLARION_TRY(store::append_audit(tx, old->account, "session.close", old->id, {}));
      }
    }
    const store::Session session{tx.ids().make("s_"),
                                 name,
                                 door == Door::drill,
                                 false,
                                 sha256_hex(secret),
                                 request.remote,
                                 device_of(request),
                                 tx.now(),
                                 tx.now(),
                                 tx.now() + requests_.sessions().longest};
    CLARION_TRY(store::add_session(tx, session));
    CLARION_TRY(store::append_audit(tx, name, "session.open", session.id,
                                    {{"drill", session.drill}, {"address", session.address}}));
    return actor_of_session(tx, session.hash, door, tx.now(), requests_.sessions());
  }));
  http::Response response = http::json_response(200, view(request, &actor, secret));
  response.headers.emplace_back("Set-Cookie", session_cookie(secret, door, request.secure));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> SignIn::show(const http::Request& request) {
  const Actor* actor = actor_of(request);
  const Door door = door_of(request.path);
  std::string secret = session_secret(request.header("cookie"), door);
  const bool stale = !secret.empty() && actor == nullptr;
  if (actor == nullptr || actor->session.empty()) secret.clear();
  http::Response response = http::json_response(200, view(request, actor, secret));
  if (stale) response.headers.emplace_back("Set-Cookie", session_cookie("", door, request.secure));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> SignIn::close(const http::Request& request) {
  const Actor* actor = actor_of(request);
  CLARION_TRY(requests_.database().write([actor](store::Tx& tx) -> Status {
    CLARION_TRY(store::end_session(tx, actor->session));
    CLARION_TRY(store::append_audit(tx, actor->account, "session.close", actor->session, {}));
    return ok();
  }));
  return http::Response{
      204, {{"Set-Cookie", session_cookie("", door_of(request.path), request.secure)}}, ""};
}

void add_session_routes(http::Router& router, Requests& requests, SignIn& sign_in) {
  const auto answered = [&sign_in](Result<http::Response> (SignIn::*act)(const http::Request&)) {
    return [&sign_in, act](http::Request& request) {
      auto done = (sign_in.*act)(request);
      return done ? std::move(done.value()) : http::problem(request, done.error());
    };
  };
  constexpr std::size_t kMostBody = 16U << 10U;
  router.add({.method = "POST",
              .pattern = "/v1/session",
              .guard = {},
              .handler = answered(&SignIn::open),
              .max_body_bytes = kMostBody});
  router.add({.method = "GET",
              .pattern = "/v1/session",
              .guard = requests.maybe_enrolling(),
              .handler = answered(&SignIn::show)});
  router.add({.method = "DELETE",
              .pattern = "/v1/session",
              .guard = requests.needs_session(true),
              .handler = answered(&SignIn::close)});
}

}  // namespace clarion::identity
