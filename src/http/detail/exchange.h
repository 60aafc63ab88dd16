#pragma once

#include "http/detail/body.h"
#include "http/detail/core.h"
#include "http/detail/head.h"
#include "http/router.h"

#include <optional>
#include <string>

namespace clarion::http::detail {

/// A request from its head to its answer. While a worker has it, the core's thread leaves it alone.
struct Exchange {
  Request request;
  std::string raw_path;    ///< percent-encoded
  std::string request_id;  ///< stays when a deferred handler takes the request
  Framing framing;
  const Route* route = nullptr;
  AddressBytes client{};
  bool http11 = true;
  bool keep_alive = true;
  bool head_only = false;  ///< HEAD: the answer's body is not sent
  bool body_read = false;  ///< nothing of this request is left on the wire
  bool guarded = false;    ///< the guard let it through
  BodyReader body{Framing{}};
  Response response;
  std::string head;      ///< of the answer
  std::size_t sent = 0;  ///< of head and body
  bool close = false;    ///< after the answer
};

/// What a worker leaves to be done.
enum class Next { answer, read_body, take_over, wait };

/// A random request id: 16 characters of base64url.
[[nodiscard]] std::string make_request_id(ops::Random& random);

/// Makes the request out of its head. Errors: `invalid` when the target is malformed.
[[nodiscard]] Status fill(Exchange& exchange, RequestHead head, const AddressBytes& peer,
                          const Shared& shared);

/// Counts the request and finds its route. A response: it is answered at once (OPTIONS, 405).
/// Errors: `overloaded` over the address's limit; `not_found`.
[[nodiscard]] Result<std::optional<Response>> find_route(Exchange& exchange, Shared& shared);

/// What can be said of a body before it is read. Errors: `unsupported` coding, `too_large`,
/// `invalid` expectation.
[[nodiscard]] Status check_body(const Exchange& exchange);

/// On a worker: the guard, then, when the body is there, the handler. Catches what they throw.
/// `make_answer` is called for a deferred route, which then answers on its own (Next::wait).
[[nodiscard]] Next run_exchange(Exchange& exchange, const Shared& shared,
                                const std::function<Answer()>& make_answer);

}  // namespace clarion::http::detail
