#pragma once

#include "http/router.h"
#include "identity/rights.h"
#include "identity/sessions.h"
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
  Requests(store::Database& database, const ops::Clock& clock, RightsPolicy policy,
           SessionLife sessions = {})
      : database_(database), clock_(clock), policy_(policy), sessions_(sessions) {}

  /// Guards. Each puts an Actor into the request or refuses with 401 or 403. Who asks is told by
  /// Authorization, else by the session cookie of the desk that was called; a write by cookie needs
  /// X-CSRF-Token (403 "csrf").
  /// A token of one of the scopes.
  [[nodiscard]] http::Guard needs_scope(std::vector<Scope> scopes);
  /// A person whom the rights table grants the act at all (whether this record is theirs is asked
  /// inside the transaction).
  [[nodiscard]] http::Guard needs(Act act);
  /// Anyone; a token that is given must be good. A cookie that opens nothing (any more), or a write
  /// by cookie without the header, is nobody's: browsers send cookies unasked.
  [[nodiscard]] http::Guard optional();
  /// The same, and a session that is enrolling is known too.
  [[nodiscard]] http::Guard maybe_enrolling();
  /// A person at a browser, not a token (403 "session_needed"); with `enrolling` also before the
  /// second factor is enrolled.
  [[nodiscard]] http::Guard needs_session(bool enrolling);

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
  [[nodiscard]] const SessionLife& sessions() const { return sessions_; }

 private:
  Status admit(http::Request& request, bool required, bool enrolling = false);
  Status admit_session(http::Request& request, const std::string& secret, bool required,
                       bool enrolling);
  Status refuse(const http::Request& request, const Actor& actor, Error error);

  store::Database& database_;
  const ops::Clock& clock_;
  RightsPolicy policy_;
  SessionLife sessions_;
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
