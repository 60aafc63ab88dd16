#pragma once

#include "base/result.h"
#include "intake/parse.h"

#include <simdjson.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace clarion::intake::detail {

namespace od = simdjson::ondemand;

/// An error of the line, or of the member that `pointer` names; its text is the catalogue's.
[[nodiscard]] Error reject(std::string code, std::string pointer = {}, ops::Params params = {});
[[nodiscard]] Error not_json(simdjson::error_code why = simdjson::TAPE_ERROR);

/// Where a member stands; only looked at when it is wrong, so that reading builds no pointers.
struct Place {
  std::string_view member;
  std::string_view parent = {};
  std::size_t index = kNone;  ///< in the parent, when that is an array
  static constexpr std::size_t kNone = ~std::size_t{0};

  [[nodiscard]] std::string pointer() const;
};
[[nodiscard]] Error wrong_type(const Place& place, std::string_view wanted);

/// True for a number of RFC 8259 section 6. simdjson reads numbers only as one of C++'s types,
/// which would refuse 1e400 in a member that nobody asks for, and skips a malformed one.
[[nodiscard]] bool is_number(std::string_view token);
[[nodiscard]] std::string_view without_trailing_blanks(std::string_view token);

template <class Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view digits) {
  Number number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Reads single values of one document of simdjson's on-demand kind. Every reader leaves its target
/// empty for null, and judges the whole value, since what on-demand is not asked it does not check.
/// Views live until the next document.
class Values {
 public:
  /// `escapes`: the line holds a backslash, so that its strings may hold U+0000.
  void start(bool escapes) { escapes_ = escapes; }

  [[nodiscard]] static Result<od::json_type> type_of(od::value& value);
  /// For a value that begins like null: sees that it is.
  [[nodiscard]] static Status null(od::value& value);
  /// Reads any value only to see that it is JSON. Errors: line_too_deep below `depth` levels.
  [[nodiscard]] Status check(od::value value, std::size_t depth = PostLimits::kDepth) const;

  [[nodiscard]] Status read_text(od::value& value, const Place& place, std::size_t max,
                                 std::string& out) const;
  /// A string or an integer of 64 bits.
  [[nodiscard]] Status read_id(od::value& value, const Place& place, std::string& out) const;
  [[nodiscard]] Status read_bool(od::value& value, const Place& place, bool& out) const;
  [[nodiscard]] Status read_time(od::value& value, const Place& place,
                                 std::optional<model::CivilOrInstant>& out);

  /// An integer, or a string of one.
  template <class Number>
  [[nodiscard]] Status read_number(od::value& value, const Place& place,
                                   std::optional<Number>& out) {
    out.reset();
    CLARION_TRY(const auto digits, digits_of(value, place));
    if (digits.null) return ok();
    out = whole_number<Number>(digits.token);
    if (!out) return wrong_type(place, std::is_signed_v<Number> ? "integer" : "integer >= 0");
    return ok();
  }

  /// Calls member(name, value) for each member of an object in turn.
  template <class OnMember>
  [[nodiscard]] Status each_member(od::value& value, const Place& place, OnMember member) const {
    CLARION_TRY(const auto type, type_of(value));
    if (type != od::json_type::object) return wrong_type(place, "object");
    od::object object;
    if (const auto error = value.get_object().get(object)) return not_json(error);
    return each_member(object, member);
  }
  template <class OnMember>
  [[nodiscard]] Status each_member(od::object& object, OnMember member) const {
    for (auto item : object) {
      od::field field;
      if (const auto error = std::move(item).get(field)) return not_json(error);
      CLARION_TRY(const auto name, name_of(field));
      CLARION_TRY(member(name, field.value()));
    }
    return ok();
  }

  /// The string's bytes, which are UTF-8 and may hold U+0000.
  [[nodiscard]] Result<std::string_view> unescaped(od::value& value) const;

 private:
  struct Digits {
    bool null = false;
    std::string_view token;
  };
  [[nodiscard]] Result<Digits> digits_of(od::value& value, const Place& place);
  [[nodiscard]] Result<std::string_view> name_of(od::field& field) const;
  [[nodiscard]] static Result<std::string_view> number_token(od::value& value);

  bool escapes_ = false;
  std::string word_;  // of short values on their way to a number or a time
};

}  // namespace clarion::intake::detail
