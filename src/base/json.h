#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion {

namespace json = boost::json;

struct JsonLimits {
  std::size_t max_bytes = 1U << 20U;
  std::size_t max_depth = 32;  ///< 64 at most
};

/// Reads one JSON document (RFC 8259). Refuses what a signature or a second parser could read
/// differently: duplicate member names, bytes that are not UTF-8, lone surrogates, anything after
/// the document. Errors: `invalid` with code "json_invalid"; `too_large` when over max_bytes. The
/// text names the place.
[[nodiscard]] Result<json::value> parse_json(std::string_view bytes, JsonLimits limits = {});

/// The string member, or null when absent, null or of another type.
[[nodiscard]] inline const json::string* find_string(const json::object& object,
                                                     std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_string() : nullptr;
}
/// The string member, or the fallback when absent, null or of another type.
[[nodiscard]] inline std::string_view string_or(const json::object& object, std::string_view name,
                                                std::string_view fallback = {}) {
  const json::string* value = find_string(object, name);
  return value != nullptr ? std::string_view(*value) : fallback;
}

/// A list of strings as a JSON array, and back: what is no string is left out.
[[nodiscard]] json::array json_of(const std::vector<std::string>& list);
[[nodiscard]] std::vector<std::string> strings_of(const json::value& list);
/// The same from and to text, for columns; text that is no array gives an empty list.
[[nodiscard]] std::vector<std::string> strings_of_text(std::string_view text);

/// RFC 7396 merge patch: changes target as patch says; null removes.
void merge_patch(json::value& target, const json::value& patch);

/// The value as JSON text, members in their order, numbers as the shortest that read back the same
/// (2.07, not 2.07E0). Requires: finite numbers.
[[nodiscard]] std::string to_json_text(const json::value& value);

/// The canonical form of RFC 8785 (JCS): members sorted by UTF-16 code units, numbers as ECMAScript
/// writes them, no blanks. Numbers must be integers within ±(2^53−1); others fail, since nothing
/// that we sign holds one. Errors: `invalid` for other numbers and for strings that are not UTF-8.
[[nodiscard]] Result<std::string> canonical_json(const json::value& value);

}  // namespace clarion
