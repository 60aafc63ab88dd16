#include "identity/sign_in.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "identity/detail/sign_in.h"
#include "identity/device.h"
#include "identity/totp.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/second_factors.h"
#include "store/sessions.h"

#include <algorithm>

namespace clarion::identity {
namespace {

constexpr std::size_t kMostDevice = 200;
/// A person's own typing is free; then 1 s, doubled each time. A whole office may share an address.
constexpr GuessRule kPair{4, std::chrono::seconds(1), std::chrono::seconds(900)};
constexpr GuessRule kAddress{20, std::chrono::seconds(1), std::chrono::seconds(60)};
constexpr GuessRule kDevice{9, std::chrono::seconds(1), std::chrono::seconds(900)};
constexpr GuessRule kCodes{4, std::chrono::seconds(1), std::chrono::seconds(900)};

Error refused() { return {Errc::unauthorised, "name or password is wrong", "signin_refused"}; }

/// What the browser says of itself, cut at a character.
std::string device_name(const http::Request& request) {
  std::string_view agent = request.header("user-agent").substr(0, kMostDevice);
  while (!agent.empty() && !is_utf8(agent)) agent.remove_suffix(1);
  return std::string(agent);
}

}  // namespace

Status SignIn::check_transport(const http::Request& request) const {
  if (request.secure || options_.clear_is_ok) return ok();
  return Error{Errc::denied, "passwords are taken over TLS alone here", "tls_needed"};
}

Result<std::string> SignIn::device_key() {
  CLARION_TRY(auto kept, requests_.database().read([](store::View& view) {
    return store::find_meta(view, "device_key");
  }));
  if (!kept) {
    const std::string fresh = to_hex(random_.bytes(32));
    CLARION_TRY(kept, requests_.database().write(
                          [&fresh](store::Tx& tx) -> Result<std::optional<std::string>> {
                            CLARION_TRY(auto other, store::find_meta(tx, "device_key"));
                            if (other) return other;
                            CLARION_TRY(store::set_meta(tx, "device_key", fresh));
                            return std::optional(fresh);
                          }));
  }
  return from_hex(*kept);
}

Result<store::Account> SignIn::check_password(const http::Request& request, const std::string& name,
                                              const std::string& password) {
  CLARION_TRY(check_transport(request));
  CLARION_TRY(auto key, device_key());
  const Device device = known_device(request.header("cookie"), key, name);
  const std::string place = place_of(request.remote);
  std::vector<GuessBrake::Key> keys;
  if (device.nonce.empty()) {
    keys = {{place + " " + name, kPair}, {place, kAddress}};
  } else {
    keys = {{device.nonce + " " + name, kDevice}};
  }
  CLARION_TRY(brake_.attempt(keys));
  const auto account = requests_.database().read(
      [&name](store::View& view) { return store::find_account(view, name); });
  bool right = false;
  const Status ran = account ? gate_.run([&] {
    right = verify_password(account.value() ? account.value()->password : std::nullopt, password);
  })
                             : Status(account.error());
  if (!ran) {
    brake_.take_back(keys);
    return ran.error();
  }
  if (!right || account.value()->disabled) return refused();
  brake_.forget(keys.front().name);
  brake_.take_back(keys);
  return *account.value();
}

Status SignIn::use_code(store::Tx& tx, const std::string& account, const Code& code) const {
  CLARION_TRY(auto factor, store::find_second_factor(tx, account));
  if (!factor || !factor->confirmed) return ok();
  if (!code.totp && !code.recovery)
    return Error{Errc::unauthorised, "a one-time code is needed too", "totp_needed"};
  const Error wrong{Errc::unauthorised, "the code is wrong, used or too old", "totp_refused"};
  if (code.recovery) {
    CLARION_TRY(auto used, store::use_recovery_code(tx, account, recovery_hash(*code.recovery)));
    if (!used) return wrong;
    CLARION_TRY(store::append_audit(tx, account, "factor.recovery_used", account, {}));
    return ok();
  }
  const auto step = match_totp(factor->secret, *code.totp, tx.now(), factor->last_step);
  if (!step) return wrong;
  return store::use_second_factor(tx, account, *step);
}

Result<json::object> SignIn::view(const http::Request& request, const Actor* actor,
                                  const std::string& secret) {
  json::object out;
  out["user"] = actor == nullptr ? json::value(nullptr) : json::value(actor->account);
  out["role"] = actor == nullptr ? json::value(nullptr) : json::value(name_of(actor->role));
  out["regions"] = actor == nullptr ? json::array{} : json_of(actor->regions);
  out["csrf"] = secret.empty() ? json::value(nullptr) : json::value(csrf_of(secret));
  out["mode"] = door_of(request.path) == Door::drill ? "Exercise" : "Actual";
  out["enrol"] = actor != nullptr && actor->enrolling;
  out["demo"] = options_.demo;
  out["desk"] = options_.desk;
  out["time"] = model::to_text(requests_.clock().now());
  out["expires_at"] = nullptr;
  out["idle_seconds"] = std::chrono::seconds(requests_.sessions().idle).count();
  out["second_factor"] = nullptr;
  if (actor == nullptr) return out;
  out["expires_at"] = model::to_text(actor->expires_at);
  CLARION_TRY(out["second_factor"],
              requests_.database().read([&](store::View& view) -> Result<json::value> {
                CLARION_TRY(auto factor, store::find_second_factor(view, actor->account));
                CLARION_TRY(auto left, store::recovery_codes_left(view, actor->account));
                return json::value(json::object{{"required", requests_.sessions().needs_factor(name_of(actor->role))},
                                                {"enrolled", factor && factor->confirmed},
                                                {"recovery_left", left}});
              }));
  return out;
}

Result<http::Response> SignIn::open(const http::Request& request) {
  CLARION_TRY(check_transport(request));
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string name = fields.required_text("name", detail::kMostName);
  const std::string password = fields.required_text("password", detail::kMostPassword);
  const Code code{fields.optional_text("totp", detail::kMostCode),
                  fields.optional_text("recovery", detail::kMostCode)};
  CLARION_TRY(fields.finish());
  CLARION_TRY(const store::Account account, check_password(request, name, password));

  const Door door = door_of(request.path);
  const std::string secret = make_session_secret(random_);
  const std::string before = session_secret(request.header("cookie"), door);
  CLARION_TRY(
      auto actor, with_code(name, code, [&](store::Tx& tx) -> Result<Actor> {
        // Password or rights may have changed since they were read.
        CLARION_TRY(auto now_kept, store::find_account(tx, name));
        if (!now_kept || now_kept->disabled || now_kept->password != account.password)
          return refused();
        if (!before.empty()) {
          CLARION_TRY(auto old, store::find_session_by_hash(tx, sha256_hex(before)));
          if (old) {
            CLARION_TRY(store::end_session(tx, old->id));
            CLARION_TRY(store::append_audit(tx, old->account, "session.close", old->id, {}));
          }
        }
        CLARION_TRY(auto factor, store::find_second_factor(tx, name));
        const bool enrolled = factor && factor->confirmed;
        const store::Session session{tx.ids().make("s_"),
                                     name,
                                     door == Door::drill,
                                     requests_.sessions().needs_factor(now_kept->role) && !enrolled,
                                     sha256_hex(secret),
                                     request.remote,
                                     device_name(request),
                                     tx.now(),
                                     tx.now(),
                                     tx.now() + requests_.sessions().longest};
        CLARION_TRY(store::add_session(tx, session));
        CLARION_TRY(store::append_audit(tx, name, "session.open", session.id,
                                        {{"drill", session.drill}, {"address", session.address}}));
        return actor_of_session(tx, session.hash, door, tx.now(), requests_.sessions());
      }));
  CLARION_TRY(auto key, device_key());
  CLARION_TRY(auto shown, view(request, &actor, secret));
  http::Response response = detail::unkept(200, shown);
  response.headers.emplace_back("Set-Cookie", session_cookie(secret, door, request.secure));
  if (!actor.enrolling) {
    response.headers.emplace_back(
        "Set-Cookie", device_cookie(request.header("cookie"), key, name, random_, request.secure));
  }
  return response;
}

Result<http::Response> SignIn::show(const http::Request& request) {
  const Actor* actor = actor_of(request);
  const Door door = door_of(request.path);
  std::string secret = session_secret(request.header("cookie"), door);
  const bool stale = !secret.empty() && actor == nullptr;
  if (actor == nullptr || actor->session.empty()) secret.clear();
  CLARION_TRY(auto shown, view(request, actor, secret));
  http::Response response = detail::unkept(200, shown);
  if (stale) response.headers.emplace_back("Set-Cookie", session_cookie("", door, request.secure));
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

std::vector<GuessBrake::Key> SignIn::code_keys(const std::string& account) {
  return {{"code " + account, kCodes}};
}

}  // namespace clarion::identity
