// Accounts, sessions and tokens: seen and changed by their owners and by admins.
#include "identity/people_routes.h"

#include "http/fields.h"
#include "http/status.h"
#include "identity/credentials.h"
#include "identity/detail/sign_in.h"
#include "model/region.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/second_factors.h"
#include "store/sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace clarion::identity {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kMostDays = 365;
constexpr std::size_t kMostRegions = 200;

bool is_admin(const Actor& actor, const RightsPolicy& policy) {
  return grant(Act::administer, actor, policy) == Grant::yes;
}

json::value text_or_null(const std::optional<model::Time>& time) {
  return time ? json::value(model::to_text(*time)) : json::value(nullptr);
}

Response list_of(json::array items) {
  return detail::unkept(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

/// Whose records a list is to show: one's own, or by `all=true` everyone's, which is for admins.
Result<std::optional<std::string>> whose(const Request& request, const Actor& actor,
                                         const RightsPolicy& policy) {
  std::optional<std::string> account = actor.account;
  for (const auto& [name, value] : request.query) {
    if (name != "all") return http::bad_query(name, "field_unknown");
    if (value != "true" && value != "false") return http::bad_query(name, "field_invalid");
    if (value == "true") {
      CLARION_TRY(allowed(Act::administer, actor, policy, false));
      account.reset();
    }
  }
  return account;
}

// Sessions

Result<Response> sessions(store::View& view, const Request& request, const Actor& actor,
                          const Requests& requests) {
  CLARION_TRY(auto account, whose(request, actor, requests.policy()));
  CLARION_TRY(auto rows, store::list_sessions(view, account));
  const model::Time now = requests.clock().now();
  json::array items;
  for (const store::Session& row : rows) {
    if (row.expires_at <= now ||
        now - row.seen_at >= requests.sessions().idle + SessionLife::kTouchEvery)
      continue;
    items.push_back({{"id", row.id},
                     {"user", row.account},
                     {"mode", row.drill ? "Exercise" : "Actual"},
                     {"device", row.device},
                     {"address", row.address},
                     {"created_at", model::to_text(row.created_at)},
                     {"seen_at", model::to_text(row.seen_at)},
                     {"expires_at", model::to_text(row.expires_at)},
                     {"current", row.id == actor.session}});
  }
  return list_of(std::move(items));
}

Result<Response> end_session(store::Tx& tx, const Request& request, const Actor& actor,
                             const RightsPolicy& policy) {
  const std::string& id = request.params.at("id");
  CLARION_TRY(auto row, store::find_session(tx, id));
  if (!row || (row->account != actor.account && !is_admin(actor, policy)))
    return Error{Errc::not_found, "there is no such session", "not_found"};
  CLARION_TRY(store::end_session(tx, id));
  CLARION_TRY(
      store::append_audit(tx, actor.name(), "session.revoke", id, {{"user", row->account}}));
  return Response{204, {}, ""};
}

// Tokens

json::object token_json(const store::Token& row, model::Time now) {
  return {{"id", row.id},
          {"name", row.name},
          {"scope", row.scope},
          {"user", row.account ? json::value(*row.account) : json::value(nullptr)},
          {"sources", json_of(row.sources)},
          {"created_at", model::to_text(row.created_at)},
          {"expires_at", model::to_text(row.expires_at)},
          {"revoked_at", text_or_null(row.revoked_at)},
          {"state", row.revoked_at          ? "revoked"
                    : row.expires_at <= now ? "expired"
                                            : "active"}};
}

Result<Response> tokens(store::View& view, const Request& request, const Actor& actor,
                        const Requests& requests) {
  CLARION_TRY(auto account, whose(request, actor, requests.policy()));
  CLARION_TRY(auto rows, store::list_tokens(view));
  json::array items;
  for (const store::Token& row : rows) {
    if (!account || row.account == account)
      items.push_back(token_json(row, requests.clock().now()));
  }
  return list_of(std::move(items));
}

Result<Response> issue_token(store::Tx& tx, const Request& request, const Actor& actor,
                             ops::Random& random) {
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string name = fields.required_text("name", 100);
  const auto scope = fields.optional_text("scope", 16);
  const auto user = fields.optional_text("user", detail::kMostName);
  const std::int64_t days = fields.optional_integer("days", 1, kMostDays).value_or(90);
  if (scope && *scope != "desk") fields.problem("scope", "token_scope");
  CLARION_TRY(fields.finish());
  if (user && *user != actor.account)
    return Error{Errc::denied, "a token is issued to oneself alone", "token_self_only"};
  const std::string token = make_token(random);
  const store::Token row{tx.ids().make("t_"),
                         name,
                         "desk",
                         actor.account,
                         {},
                         token_hash(token),
                         tx.now(),
                         tx.now() + std::chrono::hours(24 * days),
                         std::nullopt};
  CLARION_TRY(store::add_token(tx, row));
  CLARION_TRY(store::append_audit(
      tx, actor.name(), "token.issue", row.id,
      {{"name", name}, {"scope", row.scope}, {"user", actor.account}, {"sources", json::array{}}}));
  json::object out = token_json(row, tx.now());
  out["token"] = token;
  return detail::unkept(201, out);
}

Result<Response> revoke_token(store::Tx& tx, const Request& request, const Actor& actor,
                              const RightsPolicy& policy) {
  const std::string& id = request.params.at("id");
  CLARION_TRY(auto row, store::find_token(tx, id));
  const bool own = row && row->account == actor.account;
  if (!row || row->revoked_at || (!own && !is_admin(actor, policy)))
    return Error{Errc::not_found, "there is no such token", "not_found"};
  CLARION_TRY(store::revoke_token(tx, id));
  CLARION_TRY(store::append_audit(tx, actor.name(), "token.revoke", id, {}));
  return Response{204, {}, ""};
}

// Accounts

Result<json::object> account_json(store::View& view, const store::Account& row) {
  CLARION_TRY(auto factor, store::find_second_factor(view, row.name));
  CLARION_TRY(auto left, store::recovery_codes_left(view, row.name));
  return json::object{{"name", row.name},
                      {"role", row.role},
                      {"regions", json_of(row.regions)},
                      {"disabled", row.disabled},
                      {"password", row.password.has_value()},
                      {"second_factor", factor && factor->confirmed},
                      {"recovery_left", left},
                      {"version", row.generation},
                      {"created_at", model::to_text(row.created_at)}};
}

/// Names and roles, for whoever hands something to somebody.
Result<Response> people(store::View& view) {
  CLARION_TRY(auto rows, store::list_accounts(view));
  json::array items;
  for (const store::Account& row : rows) {
    if (row.disabled) continue;
    items.push_back({{"name", row.name}, {"role", row.role}, {"regions", json_of(row.regions)}});
  }
  return list_of(std::move(items));
}

Result<Response> users(store::View& view) {
  CLARION_TRY(auto rows, store::list_accounts(view));
  json::array items;
  for (const store::Account& row : rows) {
    CLARION_TRY(auto item, account_json(view, row));
    items.push_back(std::move(item));
  }
  return list_of(std::move(items));
}

/// Reads what a body says of rights into the account.
void read_rights(http::Fields& fields, store::Account& account, bool role_required) {
  const std::vector<std::string_view> roles = {"operator", "expert", "approver", "admin",
                                               "auditor"};
  if (role_required) {
    account.role = fields.required_word("role", roles);
  } else if (const auto role = fields.optional_text("role", 16)) {
    if (std::find(roles.begin(), roles.end(), *role) == roles.end())
      fields.problem("role", "field_word", {{"words", fmt::format("{}", fmt::join(roles, ", "))}});
    account.role = *role;
  }
  if (const auto regions = fields.optional_texts("regions", kMostRegions, 12)) {
    for (std::size_t i = 0; i < regions->size(); ++i) {
      if (model::find_region((*regions)[i]) == nullptr)
        fields.problem(fmt::format("regions/{}", i), "region_unknown");
    }
    account.regions = *regions;
  }
}

json::object link_json(store::Tx& tx, const std::string& link) {
  return {{"link", link}, {"expires_at", model::to_text(tx.now() + std::chrono::hours(1))}};
}

Result<Response> add_user(store::Tx& tx, const Request& request, const Actor& actor,
                          SignIn& sign_in) {
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  store::Account account;
  account.name = fields.required_text("name", detail::kMostName);
  read_rights(fields, account, true);
  if (!account.name.empty() && !check_account_name(account.name))
    fields.problem("name", "account_name");
  CLARION_TRY(fields.finish());
  CLARION_TRY(store::add_account(tx, account));
  CLARION_TRY(store::append_audit(tx, actor.name(), "user.add", account.name,
                                  {{"role", account.role}, {"regions", json_of(account.regions)}}));
  CLARION_TRY(auto link, sign_in.make_reset_link(tx, account.name, false));
  CLARION_TRY(auto added, store::find_account(tx, account.name));
  CLARION_TRY(auto out, account_json(tx, *added));
  out["reset"] = link_json(tx, link);
  return detail::unkept(201, out);
}

Result<store::Account> existing(store::View& view, const Request& request) {
  CLARION_TRY(auto account, store::find_account(view, request.params.at("name")));
  if (!account) return Error{Errc::not_found, "there is no such account", "not_found"};
  return *account;
}

/// Errors: `conflict` "last_admin" when nobody else could administer any more.
Status check_admin_left(store::View& view, const std::string& name) {
  CLARION_TRY(auto all, store::list_accounts(view));
  const bool other = std::any_of(all.begin(), all.end(), [&name](const store::Account& each) {
    return each.name != name && each.role == "admin" && !each.disabled;
  });
  if (other) return ok();
  return Error{Errc::conflict, "this is the last admin", "last_admin"};
}

Result<Response> change_user(store::Tx& tx, const Request& request, const Actor& actor) {
  CLARION_TRY(auto body, http::json_body(request));
  CLARION_TRY(auto account, existing(tx, request));
  if (!request.header("if-match").empty()) {
    CLARION_TRY(auto version, if_match(request));
    CLARION_TRY(check_version(version, account.generation));
  }
  const store::Account before = account;
  http::Fields fields(body);
  read_rights(fields, account, false);
  account.disabled = fields.optional_bool("disabled").value_or(account.disabled);
  CLARION_TRY(fields.finish());
  if (before.role == "admin" && !before.disabled && (account.role != "admin" || account.disabled)) {
    CLARION_TRY(check_admin_left(tx, account.name));
  }
  CLARION_TRY(store::update_account(tx, account));
  json::object detail;
  if (account.role != before.role) detail["role"] = account.role;
  if (account.regions != before.regions) detail["regions"] = json_of(account.regions);
  if (account.disabled != before.disabled) detail["disabled"] = account.disabled;
  if (account.disabled && !before.disabled) {
    CLARION_TRY(store::end_sessions_of(tx, account.name));
    CLARION_TRY(store::drop_reset_links_of(tx, account.name));
  }
  CLARION_TRY(
      store::append_audit(tx, actor.name(), "user.change", account.name, std::move(detail)));
  CLARION_TRY(auto now_kept, existing(tx, request));
  CLARION_TRY(auto out, account_json(tx, now_kept));
  return detail::unkept(200, out);
}

Result<Response> reset_user(store::Tx& tx, const Request& request, const Actor& actor,
                            SignIn& sign_in) {
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const bool factor = fields.optional_bool("second_factor").value_or(false);
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto account, existing(tx, request));
  if (account.disabled) return Error{Errc::conflict, "the account is disabled", "account_disabled"};
  CLARION_TRY(auto link, sign_in.make_reset_link(tx, account.name, factor));
  CLARION_TRY(store::append_audit(tx, actor.name(), "user.reset", account.name,
                                  {{"second_factor", factor}}));
  return detail::unkept(201, link_json(tx, link));
}

}  // namespace

void add_people_routes(http::Router& router, Requests& requests, SignIn& sign_in,
                       ops::Random& random) {
  const http::Guard person = requests.needs_scope({Scope::desk});
  const http::Guard admin = requests.needs(Act::administer);
  const auto get =
      [&](std::string path, http::Guard guard,
          std::function<Result<Response>(store::View&, const Request&, const Actor&)> look) {
        router.add({.method = "GET",
                    .pattern = std::move(path),
                    .guard = std::move(guard),
                    .handler = [&requests, look = std::move(look)](Request& request) {
                      return requests.look(request, [&](store::View& view, const Actor* actor) {
                        return look(view, request, *actor);
                      });
                    }});
      };
  // Their answers hold secrets, so none is kept for a repeat.
  const auto write =
      [&](std::string method, std::string path, http::Guard guard,
          std::function<Result<Response>(store::Tx&, const Request&, const Actor&)> act) {
        router.add({.method = std::move(method),
                    .pattern = std::move(path),
                    .guard = std::move(guard),
                    .handler =
                        [&requests, act = std::move(act)](Request& request) {
                          request.headers.erase("idempotency-key");
                          return requests.change(request, [&](store::Tx& tx, const Actor& actor) {
                            return act(tx, request, actor);
                          });
                        },
                    .max_body_bytes = 64U << 10U});
      };
  get("/v1/sessions", person, [&](store::View& view, const Request& request, const Actor& actor) {
    return sessions(view, request, actor, requests);
  });
  write("DELETE", "/v1/sessions/{id}", person,
        [&](store::Tx& tx, const Request& request, const Actor& actor) {
          return end_session(tx, request, actor, requests.policy());
        });
  get("/v1/tokens", person, [&](store::View& view, const Request& request, const Actor& actor) {
    return tokens(view, request, actor, requests);
  });
  write("POST", "/v1/tokens", admin,
        [&](store::Tx& tx, const Request& request, const Actor& actor) {
          return issue_token(tx, request, actor, random);
        });
  write("DELETE", "/v1/tokens/{id}", person,
        [&](store::Tx& tx, const Request& request, const Actor& actor) {
          return revoke_token(tx, request, actor, requests.policy());
        });
  get("/v1/people", requests.needs(Act::see_experts),
      [](store::View& view, const Request&, const Actor&) { return people(view); });
  get("/v1/admin/users", admin,
      [](store::View& view, const Request&, const Actor&) { return users(view); });
  write("POST", "/v1/admin/users", admin,
        [&](store::Tx& tx, const Request& request, const Actor& actor) {
          return add_user(tx, request, actor, sign_in);
        });
  write("PATCH", "/v1/admin/users/{name}", admin,
        [](store::Tx& tx, const Request& request, const Actor& actor) {
          return change_user(tx, request, actor);
        });
  write("POST", "/v1/admin/users/{name}/reset", admin,
        [&](store::Tx& tx, const Request& request, const Actor& actor) {
          return reset_user(tx, request, actor, sign_in);
        });
}

}  // namespace clarion::identity
