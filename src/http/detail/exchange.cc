#include "http/detail/exchange.h"

#include "base/bytes.h"
#include "http/detail/gzip.h"
#include "http/detail/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace clarion::http::detail {
namespace {

/// Ids that a client or proxy may choose: what fits a log line without being read as something
/// else.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool is_gzip(std::string_view coding) { return coding == "gzip" || coding == "x-gzip"; }

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string allow_of(const Router::Match& match) {
  std::vector<std::string> all = match.allow;
  if (std::find(all.begin(), all.end(), "OPTIONS") == all.end()) all.emplace_back("OPTIONS");
  return join(all);
}

/// Runs a route's function; what it throws becomes a 500 that tells nothing of it.
template <class Function>
std::optional<Response> guarded_call(const Request& request, const Shared& shared,
                                     Function function) {
  std::string what;
  try {
    return function();
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "an exception of no standard type";
  }
  shared.log(fmt::format("http {} {} {}: {}", request.request_id, request.method, request.path,
                         what.substr(0, 200)));
  return problem(request, Error{Errc::corrupt, "exception", "internal"});
}

Status inflate_body(Exchange& exchange) {
  Request& request = exchange.request;
  if (request.body.empty() || !is_gzip(media_type(request.header("content-encoding")))) return ok();
  CLARION_TRY(request.body, inflate_gzip(request.body, exchange.route->max_body_bytes));
  return ok();
}

/// Once the handler has the answer, the exchange may end on another thread: nothing of it is
/// touched behind the call.
Next run_deferred(Exchange& exchange, const Shared& shared,
                  const std::function<Answer()>& make_answer) {
  if (const Status inflated = inflate_body(exchange); !inflated) {
    exchange.response = problem(exchange.request, inflated.error());
    return Next::answer;
  }
  const Route& route = *exchange.route;
  const std::string place = fmt::format("http {} {} {}", exchange.request.request_id,
                                        exchange.request.method, exchange.request.path);
  std::string what;
  try {
    route.deferred(std::move(exchange.request), make_answer());
    return Next::wait;
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "an exception of no standard type";
  }
  shared.log(fmt::format("{}: {}", place, what.substr(0, 200)));
  return Next::wait;
}

std::optional<Response> handle(Exchange& exchange) {
  if (const Status inflated = inflate_body(exchange); !inflated)
    return problem(exchange.request, inflated.error());
  return exchange.route->handler(exchange.request);
}

}  // namespace

std::string make_request_id(ops::Random& random) { return to_base64url(random.bytes(12)); }

Status fill(Exchange& exchange, RequestHead head, const AddressBytes& peer, const Shared& shared) {
  Request& request = exchange.request;
  exchange.framing = head.framing;
  exchange.http11 = head.http11;
  exchange.keep_alive = head.keep_alive;
  exchange.head_only = head.method == "HEAD";
  exchange.body_read = !head.framing.has_body();
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.headers = std::move(head.fields);
  request.lang = ops::preferred_lang(request.header("accept-language"));
  const std::string_view asked = request.header("x-request-id");
  request.request_id = is_request_id(asked) ? std::string(asked) : make_request_id(shared.random);
  exchange.request_id = request.request_id;
  exchange.client = shared.proxies.client(peer, request.header("x-forwarded-for"));
  request.remote = show_address(exchange.client);
  request.secure =
      shared.options.tls != nullptr ||
      (shared.proxies.trusts(peer) && media_type(request.header("x-forwarded-proto")) == "https");
  CLARION_TRY(Target target, parse_target(request.target));
  exchange.raw_path = std::move(target.raw_path);
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  return ok();
}

Result<std::optional<Response>> find_route(Exchange& exchange, Shared& shared) {
  Request& request = exchange.request;
  Router::Match match = shared.router.match(request.method, exchange.raw_path);
  if (match.route == nullptr || !match.route->exempt) {
    CLARION_TRY(shared.limits->request(exchange.client));
  }
  if (match.route != nullptr && match.route->requests_per_address > 0 &&
      shared.options.requests_per_address > 0) {
    CLARION_TRY(shared.limits_of(*match.route).request(exchange.client));
  }
  if (match.route != nullptr) {
    exchange.route = match.route;
    request.params = std::move(match.params);
    return std::optional<Response>{};
  }
  const bool whole_server = exchange.raw_path == "*" && request.method == "OPTIONS";
  if (!match.path_known && !whole_server)
    return Error{Errc::not_found, "no such path", "not_found"};
  const std::string allow =
      whole_server ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : allow_of(match);
  if (request.method == "OPTIONS") return std::optional(Response{204, {{"Allow", allow}}, {}});
  Response refused =
      problem(request, Error{Errc::invalid, "the path has other methods", "method_not_allowed"});
  refused.headers.emplace_back("Allow", allow);
  return std::optional(std::move(refused));
}

Status check_body(const Exchange& exchange) {
  const std::string expectation = media_type(exchange.request.header("expect"));
  if (!expectation.empty() && expectation != "100-continue") {
    return Error{Errc::invalid, "an expectation other than 100-continue", "expectation_unknown"};
  }
  const std::string coding = media_type(exchange.request.header("content-encoding"));
  if (!coding.empty() && coding != "identity" && !is_gzip(coding)) {
    return Error{Errc::unsupported, "a content coding other than gzip", "encoding_unsupported"};
  }
  if (exchange.framing.content_length.value_or(0) > exchange.route->max_body_bytes) {
    return Error{Errc::too_large,
                 fmt::format("the body exceeds {} bytes", exchange.route->max_body_bytes),
                 "body_too_large"};
  }
  return ok();
}

Next run_exchange(Exchange& exchange, const Shared& shared,
                  const std::function<Answer()>& make_answer) {
  const Route& route = *exchange.route;
  if (route.guard && !exchange.guarded) {
    auto refused = guarded_call(exchange.request, shared, [&]() -> std::optional<Response> {
      const Status status = route.guard(exchange.request);
      if (!status) return problem(exchange.request, status.error());
      return std::nullopt;
    });
    if (refused) {
      exchange.response = std::move(*refused);
      return Next::answer;
    }
    exchange.guarded = true;
    if (route.take_over) return Next::take_over;
  }
  if (!exchange.body_read) return Next::read_body;
  if (!route.deferred) {
    exchange.response = *guarded_call(exchange.request, shared, [&] { return handle(exchange); });
    return Next::answer;
  }
  return run_deferred(exchange, shared, make_answer);
}

}  // namespace clarion::http::detail
