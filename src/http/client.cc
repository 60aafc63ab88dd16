#include "http/client.h"

#include "http/detail/body.h"
#include "http/detail/head.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace clarion::http {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaxHeadBytes = 64U << 10U;

struct Url {
  std::string host, port, authority, target;
};

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) {
    const bool other = text.find("://") != std::string_view::npos;
    return Error{other ? Errc::unsupported : Errc::invalid,
                 fmt::format("'{}' is no http:// address", text)};
  }
  text.remove_prefix(kScheme.size());
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  Url url;
  url.authority = std::string(text.substr(0, end));
  url.target = std::string(text.substr(end, text.find('#', end) - end));
  if (url.target.empty() || url.target.front() == '?') url.target.insert(0, "/");
  std::string_view host = url.authority;
  std::string_view port = "80";
  // The last colon, unless it stands inside the brackets of an IPv6 address.
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || !digits || url.authority.find_first_of(" \t\r\n@") != std::string::npos) {
    return Error{Errc::invalid, fmt::format("'http://{}' names no host and port", url.authority)};
  }
  url.host = std::string(host);
  url.port = std::string(port);
  return url;
}

/// Waits for `events`; false when the time is over.
bool wait_for(int socket, short events, Time until) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{socket, events, 0};
    const int ready = poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool is_readable(int socket) {
  pollfd one{socket, POLLIN, 0};
  return poll(&one, 1, 0) != 0;
}

Error cut(std::string_view authority, std::string_view what) {
  return Error{Errc::unavailable, fmt::format("http://{}: {}", authority, what)};
}

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<std::string> request_bytes(std::string_view authority, std::string_view method,
                                  std::string_view target, const HeaderList& headers,
                                  std::string_view body) {
  if (method.empty() || method.find_first_of(" \t\r\n") != std::string_view::npos ||
      breaks_lines(target) || target.empty() || target.find(' ') != std::string_view::npos) {
    return Error{Errc::invalid, "a method or target that is none"};
  }
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, target, authority);
  for (const auto& [name, value] : headers) {
    if (breaks_lines(name) || breaks_lines(value))
      return Error{Errc::invalid, fmt::format("the header '{}' has a line break", name)};
    bytes += fmt::format("{}: {}\r\n", name, value);
  }
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
    bytes += fmt::format("Content-Length: {}\r\n", body.size());
  bytes += "\r\n";
  bytes += body;
  return bytes;
}

}  // namespace

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

Result<Client> Client::make(std::string_view url, Options options) {
  CLARION_TRY(Url parsed, parse_url(url));
  Client client;
  client.host_ = std::move(parsed.host);
  client.port_ = std::move(parsed.port);
  client.authority_ = std::move(parsed.authority);
  client.options_ = options;
  return client;
}

Result<Client> Client::make(std::string_view url) { return make(url, Options{}); }

Client::Client(Client&& other) noexcept
    : host_(std::move(other.host_)),
      port_(std::move(other.port_)),
      authority_(std::move(other.authority_)),
      options_(other.options_),
      socket_(std::exchange(other.socket_, -1)),
      in_(std::move(other.in_)) {}

Client& Client::operator=(Client&& other) noexcept {
  if (this == &other) return *this;
  disconnect();
  host_ = std::move(other.host_);
  port_ = std::move(other.port_);
  authority_ = std::move(other.authority_);
  options_ = other.options_;
  socket_ = std::exchange(other.socket_, -1);
  in_ = std::move(other.in_);
  return *this;
}

Client::~Client() { disconnect(); }

void Client::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  in_.clear();
}

Status Client::connect(Time until) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found); failed != 0)
    return cut(authority_, gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::string why = "no address";
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    socket_ = ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return cut(authority_, std::strerror(errno));
    int state = ::connect(socket_, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    if (state == EINPROGRESS) {
      socklen_t size = sizeof state;
      if (!wait_for(socket_, POLLOUT, until)) {
        state = ETIMEDOUT;
      } else if (getsockopt(socket_, SOL_SOCKET, SO_ERROR, &state, &size) != 0) {
        state = errno;
      }
    }
    if (state == 0) {
      const int on = 1;
      setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return ok();
    }
    why = std::strerror(state);
    disconnect();
  }
  return cut(authority_, why);
}

Result<ClientResponse> Client::exchange(std::string_view bytes, bool head_only, Time until) {
  std::array<char, 65536> piece;
  std::optional<detail::ResponseHead> head;
  detail::BodyReader reader{detail::Framing{}};
  bool until_close = false;
  ClientResponse response;
  for (;;) {
    // Sent and read by turns: a server may answer before it has read all, and then stops reading.
    if (!wait_for(socket_, static_cast<short>(bytes.empty() ? POLLIN : POLLIN | POLLOUT), until))
      return cut(authority_, "no answer in time");
    if (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      // The answer may be there although the rest is not wanted.
      if (sent < 0 && errno != EAGAIN && errno != EINTR) bytes = {};
    }
    const ssize_t got = ::recv(socket_, piece.data(), piece.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) {
      if (got == 0 && head && until_close) {
        disconnect();
        return response;
      }
      return cut(authority_, got == 0 ? "the server closed the connection" : std::strerror(errno));
    }
    answer_begun_ = true;
    in_.append(piece.data(), static_cast<std::size_t>(got));
    while (!head) {
      const std::size_t end = detail::head_end(in_);
      if (end == std::string::npos) {
        if (in_.size() > kMaxHeadBytes)
          return Error{Errc::too_large, "the answer's header is too large"};
        break;
      }
      auto parsed = detail::parse_response_head(std::string_view(in_).substr(0, end));
      if (!parsed) return Error{Errc::corrupt, "the answer: " + parsed.error().text};
      in_.erase(0, end);
      if (parsed.value().status / 100 == 1) continue;
      head = std::move(parsed).value();
      response.status = head->status;
      response.headers = head->fields;
      const bool none = head_only || head->status == 204 || head->status == 304;
      until_close = !none && !head->framing.chunked && !head->framing.content_length;
      reader = until_close ? detail::BodyReader::until_close()
                           : detail::BodyReader(none ? detail::Framing{} : head->framing);
    }
    if (!head) continue;
    std::string_view left = in_;
    const auto state = reader.take(left, response.body, options_.max_body_bytes);
    in_.erase(0, in_.size() - left.size());
    if (state == detail::BodyReader::State::too_large)
      return Error{Errc::too_large, "the answer's body is too large"};
    if (state == detail::BodyReader::State::malformed)
      return Error{Errc::corrupt, "the answer's chunks are malformed"};
    if (state == detail::BodyReader::State::more) continue;
    if (!head->keep_alive || !bytes.empty()) disconnect();
    return response;
  }
}

Result<ClientResponse> Client::request(std::string_view method, std::string_view target,
                                       const HeaderList& headers, std::string_view body) {
  CLARION_TRY(const std::string bytes, request_bytes(authority_, method, target, headers, body));
  const Time until = std::chrono::steady_clock::now() + options_.timeout;
  // Readable between requests means closed, or bytes that nobody asked for.
  if (socket_ >= 0 && (!in_.empty() || is_readable(socket_))) disconnect();
  // RFC 9110 section 9.2.2: what may have been begun is sent again only where doing it twice does
  // no harm.
  const bool idempotent = method != "POST" && method != "PATCH";
  for (bool kept = socket_ >= 0;; kept = false) {
    if (socket_ < 0) {
      CLARION_TRY(connect(until));
    }
    answer_begun_ = false;
    auto response = exchange(bytes, method == "HEAD", until);
    if (response) return response;
    disconnect();
    const bool again = kept && idempotent && !answer_begun_ &&
                       response.error().errc == Errc::unavailable &&
                       std::chrono::steady_clock::now() < until;
    if (!again) return response;
  }
}

Result<ClientResponse> fetch(std::string_view method, std::string_view url,
                             const HeaderList& headers, std::string_view body,
                             std::chrono::milliseconds timeout) {
  CLARION_TRY(const Url parsed, parse_url(url));
  Client::Options options;
  options.timeout = timeout;
  CLARION_TRY(Client client, Client::make(url, options));
  HeaderList all = headers;
  all.emplace_back("Connection", "close");
  return client.request(method, parsed.target, all, body);
}

}  // namespace clarion::http
