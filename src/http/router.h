#pragma once

#include "http/message.h"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http {

/// Answers a request; runs on a worker thread and may block.
using Handler = std::function<Response(Request&)>;
/// Gives the one answer to a request, from any thread; a second call does nothing. When its last
/// copy goes without a call, the answer is 500. Must be gone before the server is destroyed.
using Answer = std::function<void(Response)>;
/// Takes a request whose answer comes later (a long poll), so that no worker waits for it. Runs on
/// a worker thread.
using DeferredHandler = std::function<void(Request, Answer)>;
/// Looks at the head alone, before a byte of the body is read: leaves the actor in the request, or
/// answers (401, 403, 429 …). Runs on a worker thread.
using Guard = std::function<Status(Request&)>;

/// A connection that leaves HTTP: its socket (non-blocking, on its core's io_context), the head,
/// and what was read behind it.
struct Upgrade {
  boost::asio::ip::tcp::socket socket;
  Request request;
  std::string read_ahead;
  std::size_t core = 0;  ///< which core's thread this is
  std::shared_ptr<void>
      hold;  ///< counts the connection against its limits while it lives; may outlive the server
};
/// Takes a connection over, on its core's thread; must not block. Answers to the client are its own
/// affair from here.
using TakeOver = std::function<void(Upgrade)>;

struct Route {
  std::string method;   ///< GET also serves HEAD, but not by a take-over
  std::string pattern;  ///< "/v1/cases/{id}/claim": a {name} is one segment, a {name...} at the end
                        ///< the rest of the path
  Guard guard;          ///< may be empty: open to all
  Handler handler;      ///< or
  TakeOver take_over;   ///< or (it gets no body)
  DeferredHandler deferred;                ///< exactly one of the three
  std::size_t max_body_bytes = 1U << 20U;  ///< of the body as sent and as inflated
  bool exempt = false;                     ///< not counted by http.requests_per_address (health)
  /// A minute, of this route alone and beside http.requests_per_address; 0: no bound of its own.
  /// None either where that one is off.
  std::size_t requests_per_address = 0;
};

/// The table of routes. Filled before the server starts, then read by all threads.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  /// Requires: a pattern that begins with "/", exactly one of the three functions, and no other
  /// route of this method and pattern.
  void add(Route route);
  /// Serves the routes below `under` ("/v1/") once more behind `prefix` ("/drill"). Paths with it
  /// match only as they are spelled, so that Request.path tells them apart.
  void mirror(std::string prefix, std::string under);
  /// Every method and pattern, in the order of patterns.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> all() const;
  struct Match {
    const Route* route = nullptr;
    bool path_known = false;         ///< the path exists with another method
    std::vector<std::string> allow;  ///< the methods it has, for 405
    std::map<std::string, std::string, std::less<>> params;
  };
  /// Literal segments win over {name}, that over {name...}. `raw_path` is percent-decoded by
  /// segments, so that %2F stays in its own.
  /// "*" (of OPTIONS) is no path.
  [[nodiscard]] Match match(std::string_view method, std::string_view raw_path) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::string mirror_prefix_, mirrored_;
};

}  // namespace clarion::http
