#pragma once

#include "text/detail/tables.h"
#include "text/detail/utf8.h"
#include "text/fold.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clarion::text::detail {

/// Writes a Folded code point by code point and applies what depends on neighbours: marks, runs of
/// white space, separators between Han. Keeps its place in members, since the arrays are larger
/// than what was written until finish().
class Writer {
 public:
  /// Room that put_han() and put_ascii() may write over; what is behind the end is cut off by
  /// finish().
  static constexpr std::size_t kSlack = 32;

  explicit Writer(Folded& out) noexcept : out_(out) {}

  /// Makes room for `bytes` more. To be called before each put with what that put and all later
  /// puts that write no more than they read may write.
  void reserve(std::size_t bytes) {
    if (size_ - at_ < bytes + kSlack) grow(bytes + kSlack);
  }

  /// A Han character of three bytes that stays as it is. Reads four bytes at `bytes`.
  void put_han(const char* bytes, std::uint32_t from) noexcept {
    at_ = std::min(at_, han_end_);
    std::memcpy(bytes_ + at_, bytes, 4);
    for (std::size_t i = 0; i < 4; ++i) from_[at_ + i] = from;
    for (std::size_t i = 0; i < 4; ++i) to_[at_ + i] = from + 3;
    at_ += 3;
    han_end_ = at_;
    last_ = Kind::han;
  }

  /// Eight ASCII bytes, folded, at least one of them a letter or digit, none a control, blanks
  /// single.
  void put_ascii(std::uint64_t folded, std::uint32_t from, Kind last) noexcept {
    std::memcpy(bytes_ + at_, &folded, 8);
    for (std::uint32_t i = 0; i < 8; ++i) from_[at_ + i] = from + i;
    for (std::uint32_t i = 0; i < 8; ++i) to_[at_ + i] = from + i + 1;
    at_ += 8;
    han_end_ = kNone;
    last_ = last;
  }

  /// Any other code point of the result; its entry is never `many`.
  void put(Entry entry, std::uint32_t from, std::uint32_t to) noexcept {
    const Kind kind = kind_of(entry);
    switch (kind) {
      case Kind::han:
        at_ = std::min(at_, han_end_);
        write(value_of(entry), from, to);
        han_end_ = at_;
        break;
      case Kind::letter:
      case Kind::base:
      case Kind::end:
        write(value_of(entry), from, to);
        han_end_ = kNone;
        break;
      case Kind::mark:
        if (last_ == Kind::han || last_ == Kind::base) return;
        write(value_of(entry), from, to);
        break;
      case Kind::separator:
        write(value_of(entry), from, to);
        break;
      case Kind::blank:
        if (last_ == Kind::blank || last_ == Kind::line) return;
        write(' ', from, to);
        break;
      case Kind::line:
        if (last_ == Kind::line) return;
        if (last_ == Kind::blank) --at_;
        write('\n', from, to);
        han_end_ = kNone;
        break;
      case Kind::drop:
      case Kind::many:
        return;
    }
    last_ = kind;
  }

  /// What the last code point written is.
  [[nodiscard]] Kind last() const noexcept { return last_; }

  /// Keeps the separators written since the last Han, whatever follows.
  void keep_separators() noexcept { han_end_ = kNone; }

  void finish() {
    out_.bytes.resize(at_);
    out_.from.resize(at_);
    out_.to.resize(at_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void write(char32_t c, std::uint32_t from, std::uint32_t to) noexcept {
    const std::uint32_t bytes = encode(c, bytes_ + at_);
    for (std::uint32_t i = 0; i < bytes; ++i) {
      from_[at_ + i] = from;
      to_[at_ + i] = to;
    }
    at_ += bytes;
  }

  void grow(std::size_t bytes) {
    size_ = std::max(at_ + bytes, out_.bytes.size() + (at_ == 0 ? 0 : out_.bytes.size() / 2));
    out_.bytes.resize(size_);
    out_.from.resize(size_);
    out_.to.resize(size_);
    bytes_ = out_.bytes.data();
    from_ = out_.from.data();
    to_ = out_.to.data();
  }

  Folded& out_;
  char* bytes_ = nullptr;
  std::uint32_t* from_ = nullptr;
  std::uint32_t* to_ = nullptr;
  std::size_t size_ = 0;         // of the three arrays
  std::size_t at_ = 0;           // written
  std::size_t han_end_ = kNone;  // where the last Han ended, while only separators came since
  Kind last_ = Kind::separator;  // of the last code point written
};

}  // namespace clarion::text::detail
