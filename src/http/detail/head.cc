#include "http/detail/head.h"

#include <boost/beast/http/basic_parser.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace clarion::http::detail {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

/// Requests with more fields are refused: a table of ten thousand one-letter names fits in any
/// bound on bytes.
constexpr std::size_t kMaxFields = 100;

Error malformed(std::string text) {
  return Error{Errc::invalid, std::move(text), "http_malformed"};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// What the fields of a message come to.
struct Collected {
  Fields fields;
  std::size_t count = 0;
  bool connection_close = false;
};

/// Collects what Beast finds. Bodies never reach it: skip() ends it with the head.
template <bool is_request>
class Collector final : public beast::http::basic_parser<is_request> {
 public:
  std::string method, target;
  Collected found;
  int version = 11;
  int status = 0;

 private:
  using Limit = boost::optional<std::uint64_t>;
  void on_request_impl(beast::http::verb, string_view name, string_view where, int v,
                       error_code&) override {
    method = std::string(name);
    target = std::string(where);
    version = v;
  }
  void on_response_impl(int code, string_view, int v, error_code&) override {
    status = code;
    version = v;
  }
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code& ec) override {
    if (++found.count > kMaxFields) {
      ec = beast::http::error::header_limit;
      return;
    }
    // Of these a second one changes the meaning of the message, or whose it is.
    static constexpr std::array<std::string_view, 6> kSingle = {
        "content-length", "transfer-encoding", "host",
        "authorization",  "content-type",      "content-encoding"};
    const std::string key = lower({name.data(), name.size()});
    const auto [place, added] = found.fields.emplace(key, std::string(value));
    if (added) return;
    if (std::find(kSingle.begin(), kSingle.end(), key) != kSingle.end()) {
      ec = beast::http::error::bad_field;
      return;
    }
    place->second += key == "cookie" ? "; " : ", ";
    place->second.append(value.data(), value.size());
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const Limit&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

/// Beast joins folded lines, which some servers cut; and says little about stray bytes.
Status check_lines(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n'))
      return malformed("the head holds a bare CR");
    if (c == '\n') {
      if (i == 0 || bytes[i - 1] != '\r') return malformed("the head holds a bare LF");
      if (i + 1 < bytes.size() && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) {
        return malformed("a header line is folded");
      }
    } else if ((c < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
      return malformed(fmt::format("the head holds the control character {:#04x}", c));
    }
  }
  return ok();
}

template <bool is_request>
Status run(Collector<is_request>& parser, std::string_view bytes) {
  CLARION_TRY(check_lines(bytes));
  parser.header_limit(
      static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size() + 1, 1U << 30U)));
  parser.body_limit(boost::none);
  parser.skip(true);
  error_code ec;
  const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  if (ec) return malformed(ec.message());
  if (!parser.is_header_done() || used != bytes.size())
    return malformed("the head does not end where it seems to");
  return ok();
}

Result<Framing> framing_of(const Fields& fields, bool http11) {
  Framing framing;
  const auto length = fields.find("content-length");
  const auto coding = fields.find("transfer-encoding");
  if (coding != fields.end()) {
    if (length != fields.end()) return malformed("Content-Length beside Transfer-Encoding");
    if (!http11 || lower(coding->second) != "chunked")
      return malformed("a transfer coding other than chunked");
    framing.chunked = true;
  } else if (length != fields.end()) {
    const std::string& text = length->second;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
      return malformed("Content-Length is no number");
    framing.content_length = value;
  }
  return framing;
}

}  // namespace

std::size_t head_end(std::string_view bytes, std::size_t from) noexcept {
  const std::size_t at = bytes.find("\r\n\r\n", from);
  return at == std::string_view::npos ? at : at + 4;
}

Result<RequestHead> parse_request_head(std::string_view bytes) {
  Collector<true> parser;
  CLARION_TRY(run(parser, bytes));
  RequestHead head;
  head.http11 = parser.version == 11;
  head.keep_alive = parser.keep_alive();
  head.fields = std::move(parser.found.fields);
  // What decides about a link or an origin later must not pass for two things.
  const auto host = head.fields.find("host");
  if (host != head.fields.end() &&
      host->second.find_first_of(" \t/\\?#@,\"<>") != std::string::npos) {
    return malformed("a Host that is none");
  }
  if (head.http11 && host == head.fields.end()) return malformed("no Host (RFC 9112 section 3.2)");
  CLARION_TRY(head.framing, framing_of(head.fields, head.http11));
  head.method = std::move(parser.method);
  head.target = std::move(parser.target);
  return head;
}

Result<ResponseHead> parse_response_head(std::string_view bytes) {
  Collector<false> parser;
  CLARION_TRY(run(parser, bytes));
  ResponseHead head;
  head.status = parser.status;
  head.fields = std::move(parser.found.fields);
  const bool http11 = parser.version == 11;
  CLARION_TRY(head.framing, framing_of(head.fields, http11));
  head.keep_alive = parser.keep_alive();
  return head;
}

}  // namespace clarion::http::detail
