// What people do with their own password and second factor.
#include "base/bytes.h"
#include "http/fields.h"
#include "identity/detail/sign_in.h"
#include "identity/totp.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/second_factors.h"
#include "store/sessions.h"

namespace clarion::identity {
namespace {

constexpr std::chrono::hours kLinkLife{1};

Error factor_missing() {
  return {Errc::conflict, "no second factor is being set up", "factor_missing"};
}

json::array json_codes(const std::vector<std::string>& codes) {
  json::array out;
  for (const std::string& code : codes) out.emplace_back(code);
  return out;
}

/// New recovery codes of the account: kept as hashes, given as text.
Result<std::vector<std::string>> renew(store::Tx& tx, ops::Random& random,
                                       const std::string& account) {
  std::vector<std::string> codes = make_recovery_codes(random), hashes;
  for (const std::string& code : codes) hashes.push_back(recovery_hash(code));
  CLARION_TRY(store::put_recovery_codes(tx, account, hashes));
  return codes;
}

}  // namespace

Result<http::Response> SignIn::change_password(const http::Request& request) {
  CLARION_TRY(check_transport(request));
  const Actor& actor = *actor_of(request);
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string password = fields.required_text("password", detail::kMostPassword);
  const std::string fresh = fields.required_text("new_password", detail::kMostPassword);
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto account, own_password(request, password));
  CLARION_TRY(auto hash, new_hash(fresh, "new_password"));
  CLARION_TRY(requests_.database().write([&](store::Tx& tx) -> Status {
    CLARION_TRY(auto now_kept, store::find_account(tx, actor.account));
    if (!now_kept || now_kept->password != account.password)
      return Error{Errc::conflict, "the password was changed meanwhile", "password_wrong"};
    now_kept->password = hash;
    CLARION_TRY(store::update_account(tx, *now_kept));
    CLARION_TRY(store::end_sessions_of(tx, actor.account, actor.session));
    CLARION_TRY(store::drop_reset_links_of(tx, actor.account));
    CLARION_TRY(store::append_audit(tx, actor.name(), "user.passwd", actor.account, {}));
    return ok();
  }));
  return http::Response{204, {}, ""};
}

Result<http::Response> SignIn::reset_password(const http::Request& request) {
  CLARION_TRY(check_transport(request));
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string token = fields.required_text("token", 128);
  const std::string password = fields.required_text("password", detail::kMostPassword);
  CLARION_TRY(fields.finish());
  const Error over{Errc::not_found, "the link is unknown, used or too old", "link_over"};
  const std::string link_hash = sha256_hex(token);
  // Looked for first, so that only who has a link makes us hash.
  CLARION_TRY(auto there, requests_.database().read([&](store::View& view) {
    return store::has_reset_link(view, link_hash);
  }));
  if (!there) return over;
  CLARION_TRY(auto hash, new_hash(password, "password"));
  CLARION_TRY(auto name, requests_.database().write([&](store::Tx& tx) -> Result<std::string> {
    CLARION_TRY(auto link, store::take_reset_link(tx, link_hash));
    if (!link) return over;
    CLARION_TRY(auto account, store::find_account(tx, link->account));
    if (!account || account->disabled) return over;
    account->password = hash;
    CLARION_TRY(store::update_account(tx, *account));
    if (link->drops_factor) {
      CLARION_TRY(store::remove_second_factor(tx, link->account));
    }
    CLARION_TRY(store::end_sessions_of(tx, link->account));
    CLARION_TRY(store::append_audit(tx, link->account, "user.reset_used", link->account,
                                    {{"second_factor", link->drops_factor}}));
    return link->account;
  }));
  return detail::unkept(200, json::object{{"user", name}});
}

Result<http::Response> SignIn::begin_factor(const http::Request& request) {
  CLARION_TRY(check_transport(request));
  const Actor& actor = *actor_of(request);
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const auto password = fields.optional_text("password", detail::kMostPassword);
  const Code code{fields.optional_text("totp", detail::kMostCode),
                  fields.optional_text("recovery", detail::kMostCode)};
  if (!actor.enrolling && !password) fields.problem("password", "field_required");
  CLARION_TRY(fields.finish());
  // A session that enrols was opened by the password a moment ago, and opens nothing else.
  if (!actor.enrolling) {
    CLARION_TRY(own_password(request, *password));
  }
  const std::string secret = make_totp_secret(random_);
  const std::string uri = otpauth_uri(options_.desk, actor.account, secret);
  CLARION_TRY(auto qr, make_qr(uri));
  CLARION_TRY(with_code(actor.account, code, [&](store::Tx& tx) -> Status {
    CLARION_TRY(store::begin_second_factor(tx, actor.account, secret));
    CLARION_TRY(store::append_audit(tx, actor.name(), "factor.begin", actor.account, {}));
    return ok();
  }));
  return detail::unkept(200,
                        json::object{{"secret", secret},
                                     {"uri", uri},
                                     {"qr", json::object{{"size", qr.size}, {"path", qr.path}}}});
}

Result<http::Response> SignIn::confirm_factor(const http::Request& request) {
  const Actor& actor = *actor_of(request);
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string totp = fields.required_text("totp", detail::kMostCode);
  CLARION_TRY(fields.finish());
  // No guess at anything: who is signed in was shown the secret.
  CLARION_TRY(
      auto codes,
      requests_.database().write([&](store::Tx& tx) -> Result<std::vector<std::string>> {
        CLARION_TRY(auto factor, store::find_second_factor(tx, actor.account));
        if (!factor || factor->confirmed) return factor_missing();
        const auto step = match_totp(factor->secret, totp, tx.now(), factor->last_step);
        if (!step) {
          return Error{Errc::invalid,
                       "the code does not fit the secret",
                       "field_invalid",
                       {},
                       {{"/totp", "totp_refused", {}}}};
        }
        CLARION_TRY(store::use_second_factor(tx, actor.account, *step));
        CLARION_TRY(store::finish_enrolling(tx, actor.session));
        CLARION_TRY(store::append_audit(tx, actor.name(), "factor.confirm", actor.account, {}));
        return renew(tx, random_, actor.account);
      }));
  return detail::unkept(200, json::object{{"recovery_codes", json_codes(codes)}});
}

Result<http::Response> SignIn::renew_recovery(const http::Request& request) {
  const Actor& actor = *actor_of(request);
  CLARION_TRY(auto code, own_proof(request));
  CLARION_TRY(
      auto codes,
      with_code(actor.account, code, [&](store::Tx& tx) -> Result<std::vector<std::string>> {
        CLARION_TRY(auto factor, store::find_second_factor(tx, actor.account));
        if (!factor || !factor->confirmed) return factor_missing();
        CLARION_TRY(store::append_audit(tx, actor.name(), "factor.recovery", actor.account, {}));
        return renew(tx, random_, actor.account);
      }));
  return detail::unkept(200, json::object{{"recovery_codes", json_codes(codes)}});
}

Result<http::Response> SignIn::remove_factor(const http::Request& request) {
  const Actor& actor = *actor_of(request);
  if (requests_.sessions().needs_factor(name_of(actor.role)))
    return Error{Errc::conflict, "this role needs a second factor", "factor_required"};
  CLARION_TRY(auto code, own_proof(request));
  CLARION_TRY(with_code(actor.account, code, [&](store::Tx& tx) -> Status {
    CLARION_TRY(store::remove_second_factor(tx, actor.account));
    CLARION_TRY(store::append_audit(tx, actor.name(), "factor.remove", actor.account, {}));
    return ok();
  }));
  return http::Response{204, {}, ""};
}

Result<std::string> SignIn::make_reset_link(store::Tx& tx, const std::string& account,
                                            bool drops_factor) {
  const std::string secret = make_session_secret(random_);
  CLARION_TRY(
      store::put_reset_link(tx, {sha256_hex(secret), account, drops_factor, tx.now() + kLinkLife}));
  // Behind "#": no log and no Referer of anybody holds it.
  return "/signin#reset=" + secret;
}

Result<store::Account> SignIn::own_password(const http::Request& request,
                                            const std::string& password) {
  auto checked = check_password(request, actor_of(request)->account, password);
  if (checked || checked.error().code != "signin_refused") return checked;
  return Error{Errc::invalid,
               "the password is not the present one",
               "field_invalid",
               {},
               {{"/password", "password_wrong", {}}}};
}

Result<SignIn::Code> SignIn::own_proof(const http::Request& request) {
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string password = fields.required_text("password", detail::kMostPassword);
  Code code{fields.optional_text("totp", detail::kMostCode),
            fields.optional_text("recovery", detail::kMostCode)};
  CLARION_TRY(fields.finish());
  CLARION_TRY(own_password(request, password));
  return code;
}

Result<std::string> SignIn::new_hash(const std::string& password, std::string_view field) {
  Result<std::string> hash = Error{Errc::cancelled, ""};
  CLARION_TRY(gate_.run([&] { hash = hash_password(password); }));
  if (hash || hash.error().code != "password_length") return hash;
  return Error{Errc::invalid,
               hash.error().text,
               "field_invalid",
               {},
               {{"/" + std::string(field), "password_length", {}}}};
}

void add_session_routes(http::Router& router, Requests& requests, SignIn& sign_in) {
  const auto add = [&](std::string method, std::string path, http::Guard guard,
                       Result<http::Response> (SignIn::*act)(const http::Request&)) {
    router.add({.method = std::move(method),
                .pattern = std::move(path),
                .guard = std::move(guard),
                .handler =
                    [&sign_in, act](http::Request& request) {
                      auto done = (sign_in.*act)(request);
                      return done ? std::move(done.value()) : http::problem(request, done.error());
                    },
                .max_body_bytes = 16U << 10U});
  };
  const http::Guard person = requests.needs_session(false),
                    enrolling = requests.needs_session(true);
  add("POST", "/v1/session", {}, &SignIn::open);
  add("GET", "/v1/session", requests.maybe_enrolling(), &SignIn::show);
  add("DELETE", "/v1/session", enrolling, &SignIn::close);
  add("POST", "/v1/session/password", person, &SignIn::change_password);
  add("POST", "/v1/session/reset", {}, &SignIn::reset_password);
  add("POST", "/v1/session/second-factor", enrolling, &SignIn::begin_factor);
  add("POST", "/v1/session/second-factor/confirm", enrolling, &SignIn::confirm_factor);
  add("POST", "/v1/session/second-factor/remove", person, &SignIn::remove_factor);
  add("POST", "/v1/session/recovery-codes", person, &SignIn::renew_recovery);
}

}  // namespace clarion::identity
