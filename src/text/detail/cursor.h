#pragma once

#include "text/detail/tables.h"
#include "text/detail/utf8.h"

#include <cstddef>
#include <string_view>

namespace clarion::text::detail {

inline bool is_han(char32_t c) { return kind_of_code_point(c) == Kind::han; }

/// Walks over a folded text, code point by code point. Cheap to copy, for a look ahead.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : text_(text) { read(); }

  [[nodiscard]] bool at_end() const noexcept { return place_ >= text_.size(); }
  [[nodiscard]] std::size_t place() const noexcept { return place_; }
  [[nodiscard]] std::size_t left() const noexcept { return text_.size() - place_; }
  [[nodiscard]] char32_t c() const noexcept { return now_.c; }
  [[nodiscard]] std::size_t bytes() const noexcept { return now_.bytes; }
  [[nodiscard]] Entry entry() const noexcept { return entry_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_of(entry_); }
  /// The code point before, or 0.
  [[nodiscard]] char32_t before() const noexcept {
    std::size_t at = place_;
    if (at == 0) return 0;
    do {
      --at;
    } while (at > 0 && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80);
    return decode_at(at).c;
  }
  /// The code point after this one, or 0.
  [[nodiscard]] char32_t after() const noexcept {
    const std::size_t at = place_ + now_.bytes;
    return at < text_.size() ? decode_at(at).c : 0;
  }

  void next() noexcept { skip(now_.bytes); }
  void skip(std::size_t bytes) noexcept {
    place_ += bytes;
    read();
  }

 private:
  [[nodiscard]] Decoded decode_at(std::size_t at) const noexcept {
    const auto* const begin = reinterpret_cast<const unsigned char*>(text_.data());
    return decode(begin + at, begin + text_.size());
  }
  void read() noexcept {
    if (at_end()) return;
    now_ = decode_at(place_);
    entry_ = fold_entry(now_.c);
  }

  std::string_view text_;
  std::size_t place_ = 0;
  Decoded now_{0, 1};
  Entry entry_ = 0;
};

}  // namespace clarion::text::detail
