#include "rules/detail/regex_size.h"

#include "rules/detail/utf8.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace clarion::rules::detail {
namespace {

constexpr std::size_t kMost = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Moves behind a class that begins at `at` ([a-z], [^]x], [[:alpha:]]).
std::size_t skip_class(std::string_view pattern, std::size_t at) {
  ++at;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern.substr(at).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", at + 2);
      at = end == std::string_view::npos ? at + 1 : end + 2;
    } else {
      at += pattern[at] == '\\' ? 2U : 1U;
    }
  }
  return std::min(at + 1, pattern.size());
}

/// Moves behind an escape that begins at `at` (\d, \x{4e00}, \p{Han}).
std::size_t skip_escape(std::string_view pattern, std::size_t at) {
  const bool named = at + 2 < pattern.size() && pattern[at + 2] == '{' &&
                     std::string_view("xpPo").find(pattern[at + 1]) != std::string_view::npos;
  if (named) return std::min(pattern.find('}', at), pattern.size() - 1) + 1;
  ++at;
  if (at < pattern.size()) static_cast<void>(next_code_point(pattern, at));
  return at;
}

/// Reads {3}, {3,} or {3,5} at `at`, moves behind it and gives the largest number in it; 0 when
/// there is none.
std::size_t take_repeat(std::string_view pattern, std::size_t& at) {
  if (at >= pattern.size() || pattern[at] != '{') return 0;
  const std::size_t end = pattern.find('}', at);
  if (end == std::string_view::npos) return 0;
  std::size_t most = 0;
  for (std::size_t i = at + 1; i < end;) {
    if (!is_digit(pattern[i])) {
      if (pattern[i] != ',') return 0;
      ++i;
      continue;
    }
    std::size_t value = 0;
    const auto [stop, fault] = std::from_chars(pattern.data() + i, pattern.data() + end, value);
    most = std::max(most, fault == std::errc{} ? value : kMost);
    i = static_cast<std::size_t>(stop - pattern.data());
  }
  at = end + 1;
  return most;
}

}  // namespace

std::size_t regex_size(std::string_view pattern) {
  std::vector<std::size_t> open{0};  // size of each group that is open, the whole first
  for (std::size_t at = 0; at < pattern.size();) {
    std::size_t piece = 1;
    switch (pattern[at]) {
      case '|':
        ++at;
        continue;
      case '(':
        open.push_back(0);
        ++at;
        continue;
      case ')':
        ++at;
        if (open.size() == 1) continue;
        piece = open.back();
        open.pop_back();
        break;
      case '[':
        at = skip_class(pattern, at);
        break;
      case '\\':
        at = skip_escape(pattern, at);
        break;
      default:
        static_cast<void>(next_code_point(pattern, at));
    }
    for (std::size_t times = take_repeat(pattern, at); times != 0;
         times = take_repeat(pattern, at)) {
      piece = std::min(kMost, std::min(piece, kMost) * std::min(times, kMost));
    }
    open.back() = std::min(kMost, open.back() + piece);
  }
  std::size_t all = 0;
  for (const std::size_t size : open) all = std::min(kMost, all + size);
  return all;
}

}  // namespace clarion::rules::detail
