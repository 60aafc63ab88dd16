#include "http/detail/target.h"

#include "base/bytes.h"

#include <algorithm>

namespace clarion::http::detail {
namespace {

constexpr std::size_t kMaxQueryParameters = 256;

Error malformed(std::string text) {
  return Error{Errc::invalid, std::move(text), "http_malformed"};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == (b | 0x20) || a == b; });
}

Result<std::string> decode(std::string_view text, bool plus_is_blank, bool keep_slash) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return malformed("a % in the target is followed by no two hex digits");
    const char c = static_cast<char>(high * 16 + low);
    if (c == '/' && keep_slash) {
      out += "%2F";
    } else {
      out += c;
    }
    i += 2;
  }
  if (out.find('\0') != std::string::npos) return malformed("the target holds a NUL");
  if (!is_utf8(out)) return malformed("the target is not UTF-8");
  return out;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  return decode(text, plus_is_blank, false);
}

Result<Target> parse_target(std::string_view target) {
  for (const std::string_view scheme :
       {std::string_view("http://"), std::string_view("https://")}) {
    if (!starts_with_scheme(target, scheme)) continue;
    const std::size_t end = target.find_first_of("/?", scheme.size());
    if (end == scheme.size()) return malformed("the target names no host");
    target.remove_prefix(std::min(end, target.size()));
    // http://host and http://host?q have the path "/".
    if (target.empty() || target.front() == '?') {
      CLARION_TRY(Target at_root, parse_target("/" + std::string(target)));
      return at_root;
    }
    break;
  }
  Target parsed;
  if (target == "*") {
    parsed.raw_path = parsed.path = "*";
    return parsed;
  }
  if (target.empty() || target.front() != '/')
    return malformed("the target is neither a path nor an http address");
  if (target.find('#') != std::string_view::npos) return malformed("the target has a fragment");
  const std::size_t mark = std::min(target.find('?'), target.size());
  parsed.raw_path = std::string(target.substr(0, mark));
  CLARION_TRY(parsed.path, decode(parsed.raw_path, false, true));
  std::string_view left = mark < target.size() ? target.substr(mark + 1) : std::string_view{};
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('&'), left.size());
    const std::string_view pair = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (pair.empty()) continue;
    if (parsed.query.size() == kMaxQueryParameters) return malformed("too many query parameters");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    CLARION_TRY(auto name, percent_decode(pair.substr(0, equals), true));
    CLARION_TRY(
        auto value,
        percent_decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{}, true));
    parsed.query.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

}  // namespace clarion::http::detail
