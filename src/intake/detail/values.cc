#include "intake/detail/values.h"

#include <fmt/format.h>

#include <cstring>

namespace clarion::intake::detail {

using Limits = PostLimits;

Error reject(std::string code, std::string pointer, ops::Params params) {
  Error error{Errc::invalid, {}, std::move(code), std::move(params)};
  if (!pointer.empty()) error.fields.push_back({std::move(pointer), error.code, error.params});
  error.text = detail_of(error, ops::Lang::en);
  return error;
}

Error not_json(simdjson::error_code why) {
  return reject(why == simdjson::UTF8_ERROR ? "utf8_invalid" : "line_not_json");
}

std::string Place::pointer() const {
  std::string out;
  if (!parent.empty()) out += fmt::format("/{}", parent);
  if (index != kNone) out += fmt::format("/{}", index);
  if (!member.empty()) out += fmt::format("/{}", member);
  return out;
}

Error wrong_type(const Place& place, std::string_view wanted) {
  return reject("field_type", place.pointer(), {{"type", std::string(wanted)}});
}

bool is_number(std::string_view token) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < token.size() && token[i] >= '0' && token[i] <= '9') ++i;
    return i - start;
  };
  const auto at = [&](char c) { return i < token.size() && token[i] == c; };
  if (at('-')) ++i;
  const bool zero = at('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at('.')) {
    ++i;
    if (digits() == 0) return false;
  }
  if (at('e') || at('E')) {
    ++i;
    if (at('+') || at('-')) ++i;
    if (digits() == 0) return false;
  }
  return i == token.size();
}

std::string_view without_trailing_blanks(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

Result<od::json_type> Values::type_of(od::value& value) {
  od::json_type type{};
  if (const auto error = value.type().get(type)) return not_json(error);
  return type;
}

Status Values::null(od::value& value) {
  bool is_null = false;
  if (const auto error = value.is_null().get(is_null); error || !is_null) return not_json();
  return ok();
}

Result<std::string_view> Values::unescaped(od::value& value) const {
  std::string_view text;
  if (const auto error = value.get_string().get(text)) return not_json(error);
  return text;
}

Result<std::string_view> Values::name_of(od::field& field) const {
  std::string_view name;
  if (const auto error = field.unescaped_key().get(name)) return not_json(error);
  return name;
}

Result<std::string_view> Values::number_token(od::value& value) {
  const std::string_view token = without_trailing_blanks(value.raw_json_token());
  if (!is_number(token)) return not_json();
  return token;
}

Status Values::check(od::value value, std::size_t depth) const {
  if (depth == 0) return reject("line_too_deep", {}, {{"max", std::to_string(Limits::kDepth)}});
  CLARION_TRY(const auto type, type_of(value));
  switch (type) {
    case od::json_type::object:
      return each_member(
          value, {}, [&](std::string_view, od::value inner) { return check(inner, depth - 1); });
    case od::json_type::array: {
      od::array array;
      if (const auto error = value.get_array().get(array)) return not_json(error);
      for (auto item : array) {
        od::value inner;
        if (const auto error = std::move(item).get(inner)) return not_json(error);
        CLARION_TRY(check(inner, depth - 1));
      }
      return ok();
    }
    case od::json_type::string: {
      CLARION_TRY(unescaped(value));
      return ok();
    }
    case od::json_type::number: {
      CLARION_TRY(number_token(value));
      return ok();
    }
    case od::json_type::boolean: {
      bool ignored = false;
      if (value.get_bool().get(ignored)) return not_json();
      return ok();
    }
    case od::json_type::null:
      return null(value);
  }
  return not_json();
}

Status Values::read_text(od::value& value, const Place& place, std::size_t max,
                         std::string& out) const {
  out.clear();
  CLARION_TRY(const auto type, type_of(value));
  if (type == od::json_type::null) return null(value);
  if (type != od::json_type::string) return wrong_type(place, "string");
  CLARION_TRY(const auto text, unescaped(value));
  if (text.size() > max)
    return reject("field_too_long", place.pointer(), {{"max", std::to_string(max)}});
  if (escapes_ && text.find('\0') != std::string_view::npos)
    return reject("field_nul", place.pointer());
  out.assign(text);
  return ok();
}

Status Values::read_id(od::value& value, const Place& place, std::string& out) const {
  CLARION_TRY(const auto type, type_of(value));
  if (type != od::json_type::number) return read_text(value, place, Limits::kIdBytes, out);
  CLARION_TRY(const auto token, number_token(value));
  if (!whole_number<std::int64_t>(token) && !whole_number<std::uint64_t>(token))
    return wrong_type(place, "string");
  out.assign(token);
  return ok();
}

Result<Values::Digits> Values::digits_of(od::value& value, const Place& place) {
  CLARION_TRY(const auto type, type_of(value));
  if (type == od::json_type::null) {
    CLARION_TRY(null(value));
    return Digits{true, {}};
  }
  if (type == od::json_type::number) {
    CLARION_TRY(const auto token, number_token(value));
    return Digits{false, token};
  }
  if (type != od::json_type::string) return Digits{};  // no number, whatever was wanted
  CLARION_TRY(read_text(value, place, Limits::kWordBytes, word_));
  return Digits{false, word_};
}

Status Values::read_bool(od::value& value, const Place& place, bool& out) const {
  out = false;
  CLARION_TRY(const auto type, type_of(value));
  if (type == od::json_type::null) return null(value);
  if (type != od::json_type::boolean) return wrong_type(place, "boolean");
  if (value.get_bool().get(out)) return not_json();
  return ok();
}

Status Values::read_time(od::value& value, const Place& place,
                         std::optional<model::CivilOrInstant>& out) {
  out.reset();
  CLARION_TRY(read_text(value, place, Limits::kWordBytes, word_));
  if (word_.empty()) return ok();
  const auto time = model::parse_time(word_);
  if (!time) return reject("time_invalid", place.pointer());
  out = time.value();
  return ok();
}

}  // namespace clarion::intake::detail
