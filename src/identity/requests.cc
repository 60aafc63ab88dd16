#include "identity/requests.h"

#include "base/bytes.h"
#include "identity/credentials.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/sessions.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::identity {
namespace {

constexpr std::size_t kLongestKey = 255;

bool is_write(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

std::string headers_text(const http::Response& response) {
  json::object out;
  for (const auto& [name, value] : response.headers) out[name] = value;
  return json::serialize(out);
}

http::Response kept(const store::StoredAnswer& answer) {
  http::Response response{answer.status, {}, answer.body};
  const json::value headers = json::parse(answer.headers);
  for (const json::key_value_pair& header : headers.as_object()) {
    response.headers.emplace_back(header.key(), header.value().as_string());
  }
  return response;
}

}  // namespace

const Actor* actor_of(const http::Request& request) { return std::any_cast<Actor>(&request.actor); }

Result<std::optional<std::int64_t>> if_match(const http::Request& request) {
  std::string_view value = request.header("if-match");
  if (value.empty())
    return Error{Errc::conflict, "If-Match is needed: send the version you saw",
                 "if_match_required"};
  if (value == "*") return std::nullopt;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
    std::int64_t version = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), version);
    if (failed == std::errc() && end == value.data() + value.size() && version > 0) return version;
  }
  return Error{Errc::invalid, "If-Match is no quoted version such as \"3\"", "if_match_invalid"};
}

Status check_version(std::optional<std::int64_t> asked, std::int64_t have) {
  if (!asked || *asked == have) return ok();
  return Error{Errc::conflict,
               fmt::format("version {} was asked for, the record has {}", *asked, have),
               "stale",
               {{"asked", std::to_string(*asked)}, {"have", std::to_string(have)}}};
}

Status Requests::admit(http::Request& request, bool required, bool enrolling) {
  const std::string_view header = request.header("authorization");
  if (header.empty()) {
    const std::string secret = session_secret(request.header("cookie"), door_of(request.path));
    if (!secret.empty()) return admit_session(request, secret, required, enrolling);
    if (!required) return ok();
    return Error{Errc::unauthorised, "this needs a session, or a token: Authorization: Bearer …",
                 "unauthorised"};
  }
  constexpr std::string_view kBearer = "bearer ";
  bool bearer = header.size() > kBearer.size();
  for (std::size_t i = 0; bearer && i < kBearer.size(); ++i) {
    bearer = (header[i] | 0x20) == kBearer[i];
  }
  if (!bearer) return Error{Errc::unauthorised, "Authorization is no bearer token", "unauthorised"};
  const std::string_view token = header.substr(kBearer.size());
  CLARION_TRY(auto actor, database_.read([this, token](store::View& view) {
    return actor_of_token(view, token, clock_.now());
  }));
  if (door_of(request.path) == Door::drill) actor.door = Door::drill;
  request.actor = std::move(actor);
  return ok();
}

Status Requests::admit_session(http::Request& request, const std::string& secret, bool required,
                               bool enrolling) {
  const model::Time now = clock_.now();
  model::Time seen_at;
  auto found = database_.read([&](store::View& view) {
    return actor_of_session(view, sha256_hex(secret), door_of(request.path), now, sessions_,
                            &seen_at);
  });
  if (!found) {
    if (!required && found.error().errc == Errc::unauthorised) return ok();
    return found.error();
  }
  Actor& actor = found.value();
  if (is_write(request) && !equal_constant_time(request.header("x-csrf-token"), csrf_of(secret))) {
    if (!required) return ok();
    return refuse(request, actor,
                  {Errc::denied, "a write by cookie needs the session's X-CSRF-Token", "csrf"});
  }
  if (actor.enrolling && !enrolling) {
    if (!required) return ok();
    return refuse(request, actor,
                  {Errc::denied, "a second factor must be enrolled first", "enrol_first"});
  }
  if (now - seen_at >= SessionLife::kTouchEvery) {
    CLARION_TRY(database_.write(
        [&actor](store::Tx& tx) { return store::touch_session(tx, actor.session); }));
  }
  request.actor = std::move(actor);
  return ok();
}

Status Requests::refuse(const http::Request& request, const Actor& actor, Error error) {
  if (is_write(request)) {
    const std::string code = error.code.empty() ? "denied" : error.code;
    const Status noted = database_.write([&](store::Tx& tx) -> Status {
      CLARION_TRY(store::append_audit(tx, actor.name(), "refused", request.path.substr(0, 200),
                                      {{"method", request.method}, {"code", code}}));
      return ok();
    });
    if (!noted) return noted;
  }
  return error;
}

http::Guard Requests::needs_scope(std::vector<Scope> scopes) {
  return [this, scopes = std::move(scopes)](http::Request& request) -> Status {
    CLARION_TRY(admit(request, true));
    const Actor* actor = actor_of(request);
    if (std::find(scopes.begin(), scopes.end(), actor->scope) != scopes.end()) return ok();
    return refuse(
        request, *actor,
        {Errc::denied, fmt::format("a token of scope '{}' may not do this", name_of(actor->scope)),
         "denied"});
  };
}

http::Guard Requests::needs(Act act) {
  return [this, act](http::Request& request) -> Status {
    CLARION_TRY(admit(request, true));
    const Actor* actor = actor_of(request);
    const Status granted = allowed(act, *actor, policy_, true);
    if (granted) return ok();
    return refuse(request, *actor, granted.error());
  };
}

http::Guard Requests::optional() {
  return [this](http::Request& request) -> Status { return admit(request, false); };
}

http::Guard Requests::maybe_enrolling() {
  return [this](http::Request& request) -> Status { return admit(request, false, true); };
}

http::Guard Requests::needs_session(bool enrolling) {
  return [this, enrolling](http::Request& request) -> Status {
    CLARION_TRY(admit(request, true, enrolling));
    const Actor* actor = actor_of(request);
    if (!actor->session.empty()) return ok();
    return refuse(
        request, *actor,
        {Errc::denied, "this is for a person who is signed in, not for a token", "session_needed"});
  };
}

http::Response Requests::change(
    http::Request& request,
    const std::function<Result<http::Response>(store::Tx&, const Actor&)>& act) {
  return keyed(request, [&](Keeper& keeper) -> Result<http::Response> {
    const Actor* actor = actor_of(request);
    CLARION_ASSERT(actor != nullptr);
    return database_.write([&](store::Tx& tx) -> Result<http::Response> {
      CLARION_TRY(auto response, act(tx, *actor));
      CLARION_TRY(keeper.keep(tx, response));
      return response;
    });
  });
}

http::Response Requests::keyed(http::Request& request,
                               const std::function<Result<http::Response>(Keeper&)>& act) {
  const Actor* actor = actor_of(request);
  CLARION_ASSERT(actor != nullptr);
  Keeper keeper;
  const std::string_view key = request.header("idempotency-key");
  if (!key.empty()) {
    if (key.size() > kLongestKey) {
      return problem(
          request, {Errc::invalid, "Idempotency-Key is longer than 255 bytes", "idempotency_key"});
    }
    keeper.credential_ = actor->credential();
    keeper.key_ = key;
    keeper.hash_ = sha256_hex(request.method + " " + request.target + "\n" +
                              std::string(request.header("if-match")) + "\n" + request.body);
    {
      const std::lock_guard lock(mutex_);
      if (!running_.emplace(keeper.credential_, keeper.key_).second) {
        return problem(request,
                       {Errc::conflict, "a request with this Idempotency-Key is still running",
                        "idempotency_running"});
      }
    }
  }
  struct Leave {
    Requests& owner;
    const Keeper& keeper;
    ~Leave() {
      if (keeper.key_.empty()) return;
      const std::lock_guard lock(owner.mutex_);
      owner.running_.erase({keeper.credential_, keeper.key_});
    }
  } const leave{*this, keeper};

  if (!keeper.key_.empty()) {
    const auto before = database_.read([&keeper](store::View& view) {
      return store::find_answer(view, keeper.credential_, keeper.key_);
    });
    if (!before) return problem(request, before.error());
    if (before.value()) {
      if (before.value()->request_hash == keeper.hash_) return kept(*before.value());
      return problem(request, {Errc::invalid, "this Idempotency-Key was used for another request",
                               "idempotency_mismatch"});
    }
  }

  auto done = act(keeper);
  if (done) return std::move(done.value());
  Error error = std::move(done.error());
  if (error.errc == Errc::denied || error.errc == Errc::conflict) {
    const Status refused = refuse(request, *actor, std::move(error));
    return problem(request, refused.error());
  }
  return problem(request, error);
}

http::Response Requests::look(
    http::Request& request,
    const std::function<Result<http::Response>(store::View&, const Actor*)>& act) {
  auto done = database_.read([&](store::View& view) { return act(view, actor_of(request)); });
  return done ? std::move(done.value()) : problem(request, done.error());
}

Status Requests::Keeper::keep(store::Tx& tx, const http::Response& response) {
  if (key_.empty()) return ok();
  return store::keep_answer(tx, credential_, key_,
                            {hash_, response.status, headers_text(response), response.body});
}

}  // namespace clarion::identity
