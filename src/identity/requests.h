#pragma once

#include "http/router.h"
#include "identity/rights.h"
#include "store/database.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace clarion::identity {

/// What the endpoints of every part share: who asks, and how a change becomes an answer.
/// Thread-safe; lives as long as the routes.
class Requests {
 public:
  Requests(store::Database& database, const ops::Clock& clock, RightsPolicy policy)
      : database_(database), clock_(clock), policy_(policy) {}

  /// Guards. Each puts an Actor into the request or refuses with 401 or 403.
  /// A token of one of the scopes.
  [[nodiscard]] http::Guard needs_scope(std::vector<Scope> scopes);
  /// A person whom the rights table grants the act at all (whether this record is theirs is asked
  /// inside the transaction).
  [[nodiscard]] http::Guard needs(Act act);
  /// Anyone; a credential that is given must be good.
  [[nodiscard]] http::Guard optional();

  /// Runs a change in one transaction and answers. Idempotency-Key: the same key and body again
  /// gives the kept answer, another body 422, one still running 409; kept with the change itself,
  /// so a crash between the two is impossible. A refusal (403, 409, 412) is audited.
  http::Response change(http::Request& request,
                        const std::function<Result<http::Response>(store::Tx&, const Actor&)>& act);
  /// The same for what does more than one transaction (posts): `act` runs on the calling thread,
  /// `keep` inside its last transaction.
  class Keeper;
  http::Response keyed(http::Request& request,
                       const std::function<Result<http::Response>(Keeper&)>& act);
  /// Runs a look on one snapshot and answers.
  http::Response look(http::Request& request,
                      const std::function<Result<http::Response>(store::View&, const Actor*)>& act);

  [[nodiscard]] const RightsPolicy& policy() const { return policy_; }
  [[nodiscard]] store::Database& database() const { return database_; }
  [[nodiscard]] const ops::Clock& clock() const { return clock_; }

 private:
  Status admit(http::Request& request, bool required);
  Status refuse(const http::Request& request, const Actor& actor, Error error);

  store::Database& database_;
  const ops::Clock& clock_;
  RightsPolicy policy_;
  std::mutex mutex_;  // guards running_
  std::set<std::pair<std::string, std::string>>
      running_;  // credential and key of requests under way
};

/// Keeps the answer of a request with an Idempotency-Key in the transaction that made it true.
class Requests::Keeper {
 public:
  /// Does nothing without a key.
  Status keep(store::Tx& tx, const http::Response& response);

 private:
  friend class Requests;
  std::string credential_, key_, hash_;
};

/// The actor of a request behind one of the guards, or null.
[[nodiscard]] const Actor* actor_of(const http::Request& request);

/// If-Match of one quoted version: the number. Errors: `conflict` with code "if_match_required"
/// (428) when absent, `invalid` when malformed.
/// "*" gives nullopt.
[[nodiscard]] Result<std::optional<std::int64_t>> if_match(const http::Request& request);
/// Errors: `conflict` with code "stale" (412) unless the version is the one asked for.
[[nodiscard]] Status check_version(std::optional<std::int64_t> asked, std::int64_t have);

}  // namespace clarion::identity
