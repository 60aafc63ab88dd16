#include "http/detail/body.h"

#include <algorithm>
#include <limits>

namespace clarion::http::detail {
namespace {

constexpr std::size_t kMaxOverheadBytes = 16U << 10U;
/// 15 hex digits keep a chunk's size below 2^60, so that no sum overflows.
constexpr unsigned kMaxDigits = 15;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t') || u == 0x7f;
}

}  // namespace

BodyReader::BodyReader(Framing framing) noexcept
    : at_(framing.chunked ? At::size_first : At::data), left_(framing.content_length.value_or(0)) {}

BodyReader BodyReader::until_close() noexcept {
  BodyReader reader{Framing{}};
  reader.left_ = std::numeric_limits<std::uint64_t>::max();
  return reader;
}

BodyReader::State BodyReader::take(std::string_view& in, std::string& out, std::size_t max_bytes) {
  if (at_ == At::data) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
    if (count > max_bytes - std::min(max_bytes, out.size())) return State::too_large;
    out.append(in.substr(0, count));
    in.remove_prefix(count);
    left_ -= count;
    return left_ == 0 ? State::done : State::more;
  }
  while (!in.empty() && at_ != At::end) {
    const State state = chunk_step(in, out, max_bytes);
    if (state != State::more) return state;
  }
  return at_ == At::end ? State::done : State::more;
}

BodyReader::State BodyReader::chunk_step(std::string_view& in, std::string& out,
                                         std::size_t max_bytes) {
  if (at_ != At::chunk) {
    const char c = in.front();
    in.remove_prefix(1);
    return line_step(c);
  }
  // Refused as soon as the size is known, before the bytes come.
  if (left_ > max_bytes - std::min(max_bytes, out.size())) return State::too_large;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  out.append(in.substr(0, count));
  in.remove_prefix(count);
  left_ -= count;
  if (left_ == 0) at_ = At::chunk_cr;
  return State::more;
}

BodyReader::State BodyReader::line_step(char c) {
  const auto expect = [&](char wanted, At next) {
    at_ = next;
    return c == wanted ? State::more : State::malformed;
  };
  const auto pass_over = [&](At on_cr) {
    if (c == '\r') {
      at_ = on_cr;
      return State::more;
    }
    return is_control(c) || ++overhead_ > kMaxOverheadBytes ? State::malformed : State::more;
  };
  switch (at_) {
    case At::size_first:
      left_ = 0;
      digits_ = 0;
      at_ = At::size;
      if (hex_value(c) < 0) return State::malformed;
      [[fallthrough]];
    case At::size:
      if (const int digit = hex_value(c); digit >= 0) {
        left_ = left_ * 16 + static_cast<unsigned>(digit);
        return ++digits_ > kMaxDigits ? State::malformed : State::more;
      }
      if (c == '\r') return expect('\r', At::size_lf);
      return expect(';', At::extension);
    case At::extension:
      return pass_over(At::size_lf);
    case At::size_lf:
      return expect('\n', left_ > 0 ? At::chunk : At::trailer_first);
    case At::chunk_cr:
      return expect('\r', At::chunk_lf);
    case At::chunk_lf:
      return expect('\n', At::size_first);
    case At::trailer_first:
      if (c == '\r') return expect('\r', At::end_lf);
      if (c == ' ' || c == '\t') return State::malformed;
      at_ = At::trailer;
      [[fallthrough]];
    case At::trailer:
      return pass_over(At::trailer_lf);
    case At::trailer_lf:
      return expect('\n', At::trailer_first);
    case At::end_lf:
      return expect('\n', At::end);
    case At::data:
    case At::chunk:
    case At::end:
      break;
  }
  return State::malformed;
}

}  // namespace clarion::http::detail
