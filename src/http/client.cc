#include "http/client.h"

#include "http/detail/body.h"
#include "http/detail/head.h"

#include <fmt/format.h>

#include <array>

namespace clarion::http {
namespace {

constexpr std::size_t kMaxHeadBytes = 64U << 10U;

Error cut(const Url& url, std::string_view what) {
  return Error{Errc::unavailable, fmt::format("{}: {}", url.origin(), what)};
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
  return Client(std::move(parsed), options);
}

Result<Client> Client::make(std::string_view url) { return make(url, Options{}); }

Client::Client(Url url, Options options) : url_(std::move(url)), options_(options) {}

void Client::disconnect() {
  wire_.reset();
  in_.clear();
}

Result<ClientResponse> Client::exchange(std::string_view bytes, bool head_only, Wire::Time until) {
  std::array<char, 65536> piece;
  std::optional<detail::ResponseHead> head;
  detail::BodyReader reader{detail::Framing{}};
  bool until_close = false;
  ClientResponse response;
  for (;;) {
    // Sent and read by turns: a server may answer before it has read all, and then stops reading.
    CLARION_TRY(const bool ready, wire_->wait(!bytes.empty(), until));
    if (!ready) return cut(url_, "no answer in time");
    if (!bytes.empty()) {
      const auto sent = wire_->send_some(bytes);
      // The answer may be there although the rest is not wanted.
      bytes = sent ? bytes.substr(sent.value()) : std::string_view{};
    }
    CLARION_TRY(const auto got, wire_->receive_some(piece));
    if (!got) continue;
    if (*got == 0) {
      if (head && until_close) {
        disconnect();
        return response;
      }
      return cut(url_, "the server closed the connection");
    }
    answer_begun_ = true;
    in_.append(piece.data(), *got);
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
      if (parsed.value().status / 100 == 1 && parsed.value().status != 101) continue;
      head = std::move(parsed).value();
      response.status = head->status;
      response.headers = head->fields;
      if (head->status == 101) return response;
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
  CLARION_TRY(const std::string bytes,
              request_bytes(url_.authority, method, target, headers, body));
  const Wire::Time until = std::chrono::steady_clock::now() + options_.timeout;
  // Readable between requests means closed, or bytes that nobody asked for.
  if (wire_ && (!in_.empty() || wire_->is_readable())) disconnect();
  // RFC 9110 section 9.2.2: what may have been begun is sent again only where doing it twice does
  // no harm.
  const bool idempotent = method != "POST" && method != "PATCH";
  for (bool kept = wire_.has_value();; kept = false) {
    if (!wire_) {
      CLARION_TRY(wire_, Wire::connect(url_, until, options_.stop));
    }
    answer_begun_ = false;
    auto response = exchange(bytes, method == "HEAD", until);
    if (response && response.value().status == 101) {
      disconnect();
      return Error{Errc::corrupt, "the server left HTTP unasked"};
    }
    if (response) return response;
    disconnect();
    const bool again = kept && idempotent && !answer_begun_ &&
                       response.error().errc == Errc::unavailable &&
                       std::chrono::steady_clock::now() < until;
    if (!again) return response;
  }
}

Result<Upgraded> Client::upgrade(std::string_view target, HeaderList headers) {
  headers.emplace_back("Connection", "Upgrade");
  CLARION_TRY(const std::string bytes, request_bytes(url_.authority, "GET", target, headers, {}));
  const Wire::Time until = std::chrono::steady_clock::now() + options_.timeout;
  disconnect();
  CLARION_TRY(wire_, Wire::connect(url_, until, options_.stop));
  auto answer = exchange(bytes, false, until);
  Upgraded upgraded;
  if (answer && answer.value().status == 101) {
    upgraded.wire = std::move(wire_);
    upgraded.read_ahead = std::move(in_);
  }
  disconnect();
  if (!answer) return answer.error();
  upgraded.answer = std::move(answer).value();
  return upgraded;
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
