#include "demo/people.h"

#include "base/bytes.h"
#include "demo/package.h"
#include "roster/experts.h"
#include "identity/credentials.h"
#include "library/library.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <vector>

namespace clarion::demo {
namespace {

constexpr std::string_view kActor = "demo";
constexpr std::chrono::hours kTokenLife{24 * 7};

struct Place {
  std::string account, role;
};

/// The four named accounts, a second person for the desk and for approval, and one for each further
/// expert of the package.
Result<std::vector<Place>> places() {
  std::vector<Place> out{{std::string(kOperator), "operator"},
                         {"demo-operator-2", "operator"},
                         {std::string(kApprover), "approver"},
                         {"demo-approver-2", "approver"},
                         {std::string(kAdmin), "admin"}};
  std::string_view rest = experts_ndjson();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) continue;
    CLARION_TRY(auto record, parse_json(line));
    CLARION_TRY(auto expert, roster::read_expert(record));
    if (!expert.account) return Error{Errc::invalid, "experts.ndjson: an expert without user"};
    out.push_back({*expert.account, "expert"});
  }
  return out;
}

Result<std::string> issue(store::Tx& tx, ops::Random& random, std::string name,
                          std::string_view scope, std::string_view account) {
  std::string token = identity::make_token(random);
  const store::Token row{tx.ids().make("t_"),
                         std::move(name),
                         std::string(scope),
                         account.empty() ? std::nullopt : std::optional(std::string(account)),
                         {},
                         identity::token_hash(token),
                         tx.now(),
                         tx.now() + kTokenLife,
                         std::nullopt};
  CLARION_TRY(store::add_token(tx, row));
  CLARION_TRY(store::append_audit(tx, kActor, "token.issue", row.id,
                                  {{"name", row.name}, {"scope", row.scope}, {"user", account}}));
  return token;
}

Status put_account(store::Tx& tx, const Place& place, const std::string& password_hash) {
  CLARION_TRY(auto account, store::find_account(tx, place.account));
  if (account) {
    account->password = password_hash;
    CLARION_TRY(store::update_account(tx, *account));
  } else {
    CLARION_TRY(
        store::add_account(tx, {place.account, place.role, {}, password_hash, false, 1, {}}));
  }
  CLARION_TRY(store::append_audit(tx, kActor, account ? "user.passwd" : "user.add", place.account,
                                  {{"role", place.role}}));
  return ok();
}

/// A desk with real subscribers must never publish what is invented.
Status check_is_demo(store::Tx& tx) {
  CLARION_TRY(auto mark, store::find_meta(tx, "demo"));
  if (mark) return ok();
  CLARION_TRY(auto accounts, store::list_accounts(tx));
  CLARION_TRY(auto tokens, store::list_tokens(tx));
  if (!accounts.empty() || !tokens.empty()) {
    return Error{Errc::invalid,
                 "--demo: the data folder holds a desk's own data; give an empty folder or none"};
  }
  return store::set_meta(tx, "demo", "yes");
}

}  // namespace

Result<People> make_people(store::Database& database, ops::Random& random) {
  CLARION_TRY(auto all, places());
  const library::Reading debunks = library::read_debunks(debunks_ndjson());
  if (!debunks.bad.empty())
    return within("debunks.ndjson: " + debunks.bad.front().place(), debunks.bad.front().error);
  People out;
  out.password = to_base64url(random.bytes(9));
  CLARION_TRY(auto hash, identity::hash_password(out.password));
  return database.write([&](store::Tx& tx) -> Result<People> {
    CLARION_TRY(check_is_demo(tx));
    CLARION_TRY(auto earlier, store::list_tokens(tx));
    for (const store::Token& token : earlier) {
      if (!token.revoked_at && token.name.starts_with("demo")) {
        CLARION_TRY(store::revoke_token(tx, token.id));
        CLARION_TRY(store::append_audit(tx, kActor, "token.revoke", token.id, {}));
      }
    }
    for (const Place& place : all) {
      CLARION_TRY(put_account(tx, place, hash));
      CLARION_TRY(out.tokens[place.account],
                  issue(tx, random, "demo " + place.account, "desk", place.account));
    }
    CLARION_TRY(roster::import_experts(tx, experts_ndjson(), kActor));
    CLARION_TRY(library::import_into(tx, debunks, std::string(kActor)));
    for (const std::string_view account : {kOperator, kExpert, kApprover, kAdmin}) {
      CLARION_TRY(out.visitor_tokens[std::string(account)],
                  issue(tx, random, "demo visitor", "desk", account));
    }
    CLARION_TRY(out.visitor_tokens[""], issue(tx, random, "demo visitor", "ingest", ""));
    CLARION_TRY(out.feed_token, issue(tx, random, "demo feed", "ingest", ""));
    return out;
  });
}

}  // namespace clarion::demo
