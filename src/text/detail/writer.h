#pragma once

#include "text/detail/tables.h"
#include "text/fold.h"

#include <algorithm>
#include <bit>
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
    if (size_ - at_ >= bytes + kSlack) return;
    size_ = enlarge(out_, at_, bytes + kSlack);
    bytes_ = out_.bytes.data();
    from_ = out_.from.data();
    to_ = out_.to.data();
  }

  /// A run of Han characters of three bytes that stay as they are: begin_han(), put_han() for each,
  /// end_han().
  void begin_han() noexcept { at_ = std::min(at_, han_end_); }
  void put_han(std::uint32_t bytes, std::uint32_t from) noexcept {
    write(bytes, 3, from, from + 3);
  }
  void end_han() noexcept {
    han_end_ = at_;
    last_ = Kind::han;
  }

  /// Eight ASCII bytes, folded, first lowest: at least one of them a letter or digit, none a
  /// control, blanks single.
  void put_ascii(std::uint64_t folded, std::uint32_t from, Kind last) noexcept {
    std::memcpy(bytes_ + at_, &folded, 8);
    for (std::uint32_t i = 0; i < 8; ++i) from_[at_ + i] = from + i;
    for (std::uint32_t i = 0; i < 8; ++i) to_[at_ + i] = from + i + 1;
    at_ += 8;
    han_end_ = kNone;
    last_ = last;
  }

  /// A code point of kind letter, base, end, separator or han: its UTF-8 bytes, first lowest, and
  /// their number. Free of branches, since which of these kinds comes next cannot be predicted.
  void put_plain(Kind kind, std::uint32_t bytes, std::size_t length, std::uint32_t from,
                 std::uint32_t to) noexcept {
    at_ = std::min(at_, kind == Kind::han ? han_end_ : kNone);
    write(bytes, length, from, to);
    const std::size_t kept = kind == Kind::separator ? han_end_ : kNone;
    han_end_ = kind == Kind::han ? at_ : kept;
    last_ = kind;
  }

  /// Any code point of the result; its entry is never `many`.
  void put(Entry entry, std::uint32_t from, std::uint32_t to) noexcept {
    const Kind kind = kind_of(entry);
    if (kind <= Kind::han) return put_plain(kind, bytes_of(entry), length_of(entry), from, to);
    const bool after_blank = last_ == Kind::blank || last_ == Kind::line;
    switch (kind) {
      case Kind::blank:
        if (after_blank) return;
        break;
      case Kind::line:
        if (last_ == Kind::line) return;
        if (last_ == Kind::blank) --at_;
        han_end_ = kNone;
        break;
      case Kind::mark:
        if (last_ == Kind::han || last_ == Kind::base) return;
        break;
      default:
        return;
    }
    write(bytes_of(entry), length_of(entry), from, to);
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

  void write(std::uint32_t bytes, std::size_t length, std::uint32_t from,
             std::uint32_t to) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(bytes_ + at_, &bytes, 4);
    for (std::size_t i = 0; i < 4; ++i) from_[at_ + i] = from;
    for (std::size_t i = 0; i < 4; ++i) to_[at_ + i] = to;
    at_ += length;
  }

  // Takes no `this`, so that the members can live in registers: a byte written through a char*
  // could else change them.
  [[gnu::noinline]] static std::size_t enlarge(Folded& out, std::size_t at, std::size_t bytes) {
    const std::size_t had = out.bytes.size();
    const std::size_t size = std::max(at + bytes, had + (at == 0 ? 0 : had / 2));
    out.bytes.resize(size);
    out.from.resize(size);
    out.to.resize(size);
    return size;
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
