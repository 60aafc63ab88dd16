#include "intake/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace clarion::intake {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";  // RFC 8259 section 2
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Error too_many_lines() {
  return Error{Errc::too_large,
               fmt::format("more than {} posts in one body", kBatchLines),
               "too_many_lines",
               {{"max", std::to_string(kBatchLines)}}};
}

std::string_view without_mark(std::string_view body) {
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  return body;
}

/// Walks a JSON array item by item. Looks at brackets and quotes alone: whether an item is JSON is
/// the parser's question.
class ArrayCutter {
 public:
  explicit ArrayCutter(std::string_view body) : body_(body) {}

  [[nodiscard]] bool opened() {
    skip_blanks();
    return take('[');
  }
  [[nodiscard]] bool take(char c) {
    if (at_ >= body_.size() || body_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() { at_ = std::min(body_.find_first_not_of(kBlanks, at_), body_.size()); }
  [[nodiscard]] bool at_end() const { return at_ >= body_.size(); }

  /// The item that starts here, or nothing when none does or it never ends.
  [[nodiscard]] std::optional<std::string_view> item() {
    if (at_end()) return std::nullopt;
    const std::size_t start = at_;
    const char first = body_[at_];
    if (first == '{' || first == '[') {
      if (!skip_nested()) return std::nullopt;
    } else if (first == '"') {
      if (!skip_string()) return std::nullopt;
    } else {
      at_ = std::min(body_.find_first_of(" \t\r\n,[]{}\"", at_), body_.size());
    }
    if (at_ == start) return std::nullopt;
    return body_.substr(start, at_ - start);
  }

 private:
  /// From an opening bracket to behind the one that closes it.
  bool skip_nested() {
    std::size_t depth = 0;
    while (at_ < body_.size()) {
      switch (body_[at_]) {
        case '"':
          if (!skip_string()) return false;
          continue;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          if (--depth == 0) {
            ++at_;
            return true;
          }
          break;
        default:
          break;
      }
      ++at_;
    }
    return false;
  }

  /// From an opening quote to behind the closing one: the first quote with an even number of
  /// backslashes before it.
  bool skip_string() {
    const std::size_t open = at_;
    std::size_t from = open + 1;
    while (from < body_.size()) {
      const void* found = std::memchr(body_.data() + from, '"', body_.size() - from);
      if (found == nullptr) break;
      const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - body_.data());
      std::size_t slashes = 0;
      while (quote - slashes - 1 > open && body_[quote - slashes - 1] == '\\') ++slashes;
      from = quote + 1;
      if (slashes % 2 == 0) {
        at_ = from;
        return true;
      }
    }
    at_ = body_.size();
    return false;
  }

  std::string_view body_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(kBlanks) == std::string_view::npos;
}

Result<Lines> split_lines(std::string_view body) {
  body = without_mark(body);
  Lines out;
  std::uint32_t number = 0;
  while (!body.empty()) {
    const std::string_view line = take_line(body);
    ++number;
    if (is_blank(line)) continue;
    if (out.lines.size() == kBatchLines) return too_many_lines();
    out.lines.push_back({number, line});
  }
  return out;
}

Result<Lines> split_array(std::string_view body) {
  ArrayCutter cutter(without_mark(body));
  if (!cutter.opened()) {
    return Error{Errc::invalid, "the body is no JSON array of posts", "batch_not_array"};
  }
  Lines out;
  std::uint32_t number = 1;
  const auto broken = [&] {
    out.rejected.push_back(
        {number, Error{Errc::invalid, "the array breaks off here; nothing behind it was read",
                       "batch_broken"}});
    return std::move(out);
  };
  cutter.skip_blanks();
  bool closed = cutter.take(']');
  while (!closed) {
    const auto item = cutter.item();
    if (!item) return broken();
    if (out.lines.size() == kBatchLines) return too_many_lines();
    out.lines.push_back({number++, *item});
    cutter.skip_blanks();
    closed = cutter.take(']');
    if (closed) break;
    if (!cutter.take(',')) return broken();
    cutter.skip_blanks();
  }
  cutter.skip_blanks();
  if (!cutter.at_end()) return broken();
  return out;
}

Batch parse_lines(PostParser& parser, Lines lines) {
  Batch batch;
  batch.posts.reserve(lines.lines.size());
  for (const Line& line : lines.lines) {
    NumberedPost& next = batch.posts.emplace_back();
    next.line = line.number;
    if (auto parsed = parser.parse(line.text, next.post); !parsed) {
      batch.posts.pop_back();
      batch.rejected.push_back({line.number, std::move(parsed).error()});
    }
  }
  // What could not be cut always comes behind all that could.
  std::move(lines.rejected.begin(), lines.rejected.end(), std::back_inserter(batch.rejected));
  return batch;
}

}  // namespace clarion::intake
