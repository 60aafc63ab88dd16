#pragma once

#include "base/result.h"
#include "http/url.h"
#include "http/wire.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case, as in Request
  std::string body;

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

/// The answer to a request to leave HTTP, and with a 101 the connection.
struct Upgraded {
  ClientResponse answer;
  std::optional<Wire> wire;
  std::string read_ahead;  ///< what was read behind the head
};

/// A blocking HTTP/1.1 client for the command line and tests, over TCP or TLS (see Wire): one
/// connection, kept open between requests.
///
/// Follows no redirects and uses no proxy. Belongs to one thread. Answers are
/// bounded by max_body_bytes.
class Client {
 public:
  struct Options {
    std::chrono::milliseconds timeout{10000};  ///< for one whole request, connecting included
    std::size_t max_body_bytes = 64U << 20U;
    int stop = -1;  ///< a descriptor that ends every wait with `cancelled` when it becomes readable
  };
  /// Reads "http[s]://host[:port]", what follows is ignored; connects with the first request.
  /// Errors: `unsupported` for another scheme, `invalid` for no address.
  [[nodiscard]] static Result<Client> make(std::string_view url, Options options);
  [[nodiscard]] static Result<Client> make(std::string_view url);

  /// `target` is path and query, sent as given. A kept connection that the server closed meanwhile
  /// is opened anew. Host and Content-Length are added. Errors: `unavailable` when it cannot
  /// connect, is cut or runs out of time; `denied` for a certificate that does not fit; `corrupt`
  /// when the answer is not HTTP; `too_large`; `cancelled`; `invalid` for a method, target or
  /// header with line breaks or blanks where none may be.
  [[nodiscard]] Result<ClientResponse> request(std::string_view method, std::string_view target,
                                               const HeaderList& headers = {},
                                               std::string_view body = {});
  /// A GET with `Connection: Upgrade`, which is added. The client has no connection afterwards.
  /// Errors: as request().
  [[nodiscard]] Result<Upgraded> upgrade(std::string_view target, HeaderList headers);
  [[nodiscard]] const Url& url() const { return url_; }

 private:
  Client(Url url, Options options);
  [[nodiscard]] Result<ClientResponse> exchange(std::string_view bytes, bool head_only,
                                                Wire::Time until);
  void disconnect();

  Url url_;
  Options options_;
  std::optional<Wire> wire_;
  std::string in_;             // read behind the last answer
  bool answer_begun_ = false;  // of the present request
};

/// One request on a connection of its own.
[[nodiscard]] Result<ClientResponse> fetch(
    std::string_view method, std::string_view url, const HeaderList& headers = {},
    std::string_view body = {}, std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace clarion::http
