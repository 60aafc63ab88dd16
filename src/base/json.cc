#include "base/json.h"

#include "base/bytes.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <vector>

namespace clarion {
namespace {

namespace sj = simdjson;

/// Copies a parsed document; simdjson's tree keeps duplicate names, which Boost.JSON would silently
/// join.
Status copy(const sj::dom::element& from, json::value& to, const std::string& path,
            std::size_t depth_left) {
  if (depth_left == 0)
    return Error{Errc::invalid, fmt::format("{}: nested too deeply", path), "json_invalid"};
  switch (from.type()) {
    case sj::dom::element_type::OBJECT: {
      json::object& object = to.emplace_object();
      const sj::dom::object members = from.get_object().value_unsafe();
      object.reserve(members.size());
      for (const sj::dom::key_value_pair member : members) {
        const auto [place, added] = object.emplace(std::string_view(member.key), nullptr);
        if (!added) {
          return Error{Errc::invalid, fmt::format("{}/{}: the name stands twice", path, member.key),
                       "json_invalid"};
        }
        CLARION_TRY(copy(member.value, place->value(), path + "/" + std::string(member.key),
                         depth_left - 1));
      }
      return ok();
    }
    case sj::dom::element_type::ARRAY: {
      json::array& array = to.emplace_array();
      std::size_t i = 0;
      const sj::dom::array items = from.get_array().value_unsafe();
      for (const sj::dom::element item : items) {
        CLARION_TRY(copy(item, array.emplace_back(nullptr), fmt::format("{}/{}", path, i++),
                         depth_left - 1));
      }
      return ok();
    }
    case sj::dom::element_type::STRING:
      to.emplace_string() = from.get_string().value_unsafe();
      return ok();
    case sj::dom::element_type::INT64:
      to = from.get_int64().value_unsafe();
      return ok();
    case sj::dom::element_type::UINT64:
      to = from.get_uint64().value_unsafe();
      return ok();
    case sj::dom::element_type::DOUBLE:
      to = from.get_double().value_unsafe();
      return ok();
    case sj::dom::element_type::BOOL:
      to = from.get_bool().value_unsafe();
      return ok();
    case sj::dom::element_type::NULL_VALUE:
      to = nullptr;
      return ok();
  }
  return Error{Errc::corrupt, "a JSON value of an unknown type"};
}

/// RFC 8785 section 3.2.2.2: two-character escapes where JSON has them, \u00xx for other controls,
/// all else as it is.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// RFC 8785 section 3.2.3 sorts by UTF-16 units: there a code point above U+FFFF (surrogates D800…)
/// comes before U+E000…U+FFFF. In UTF-8 those are the lead bytes F0…F4 against EE and EF; elsewhere
/// the byte order agrees.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto p = static_cast<unsigned char>(*x);
  const auto q = static_cast<unsigned char>(*y);
  const bool p_high = p >= 0xF0;
  const bool q_high = q >= 0xF0;
  if (p_high != q_high && p >= 0xEE && q >= 0xEE) return p_high;
  return p < q;
}

Status append_canonical(std::string& out, const json::value& value) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return ok();
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return ok();
    case json::kind::int64:
      if (value.get_int64() > kMost || value.get_int64() < -kMost) break;
      out += fmt::format_int(value.get_int64()).c_str();
      return ok();
    case json::kind::uint64:
      if (value.get_uint64() > static_cast<std::uint64_t>(kMost)) break;
      out += fmt::format_int(value.get_uint64()).c_str();
      return ok();
    case json::kind::double_:
      break;
    case json::kind::string:
      if (!is_utf8(value.get_string())) return Error{Errc::invalid, "a string is not UTF-8"};
      append_string(out, value.get_string());
      return ok();
    case json::kind::array: {
      out += '[';
      bool first = true;
      for (const json::value& item : value.get_array()) {
        if (!first) out += ',';
        first = false;
        CLARION_TRY(append_canonical(out, item));
      }
      out += ']';
      return ok();
    }
    case json::kind::object: {
      std::vector<const json::key_value_pair*> members;
      members.reserve(value.get_object().size());
      for (const json::key_value_pair& member : value.get_object()) members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](const auto* a, const auto* b) { return utf16_less(a->key(), b->key()); });
      out += '{';
      bool first = true;
      for (const json::key_value_pair* member : members) {
        if (!first) out += ',';
        first = false;
        append_string(out, member->key());
        out += ':';
        CLARION_TRY(append_canonical(out, member->value()));
      }
      out += '}';
      return ok();
    }
  }
  return Error{Errc::invalid,
               "a number that is no integer within 2^53 has no place in a signed form"};
}

void append_text(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      out += fmt::format_int(value.get_int64()).c_str();
      return;
    case json::kind::uint64:
      out += fmt::format_int(value.get_uint64()).c_str();
      return;
    case json::kind::double_:
      fmt::format_to(std::back_inserter(out), "{}", value.get_double());
      return;
    case json::kind::string:
      append_string(out, value.get_string());
      return;
    case json::kind::array: {
      char separator = '[';
      for (const json::value& item : value.get_array()) {
        out += separator;
        separator = ',';
        append_text(out, item);
      }
      out += value.get_array().empty() ? "[]" : "]";
      return;
    }
    case json::kind::object: {
      char separator = '{';
      for (const json::key_value_pair& member : value.get_object()) {
        out += separator;
        separator = ',';
        append_string(out, member.key());
        out += ':';
        append_text(out, member.value());
      }
      out += value.get_object().empty() ? "{}" : "}";
      return;
    }
  }
}

}  // namespace

std::string to_json_text(const json::value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

Result<json::value> parse_json(std::string_view bytes, JsonLimits limits) {
  if (bytes.size() > limits.max_bytes) {
    return Error{Errc::too_large,
                 fmt::format("{} bytes, {} allowed", bytes.size(), limits.max_bytes),
                 "body_too_large"};
  }
  sj::dom::parser parser;
  // A little deeper than allowed, so that our own check names the place.
  if (parser.allocate(std::max<std::size_t>(bytes.size(), 32), 72) != sj::SUCCESS) {
    return Error{Errc::overloaded, "no memory to read the document"};
  }
  sj::dom::element root;
  const sj::error_code error = parser.parse(bytes.data(), bytes.size()).get(root);
  if (error != sj::SUCCESS) {
    return Error{Errc::invalid, fmt::format("not JSON: {}", sj::error_message(error)),
                 "json_invalid"};
  }
  json::value out;
  CLARION_TRY(copy(root, out, "", limits.max_depth));
  return out;
}

json::array json_of(const std::vector<std::string>& list) {
  json::array out;
  out.reserve(list.size());
  for (const std::string& item : list) out.emplace_back(item);
  return out;
}

std::vector<std::string> strings_of(const json::value& list) {
  std::vector<std::string> out;
  if (const json::array* items = list.if_array()) {
    for (const json::value& item : *items) {
      if (const json::string* text = item.if_string()) out.emplace_back(*text);
    }
  }
  return out;
}

std::vector<std::string> strings_of_text(std::string_view text) {
  boost::system::error_code failed;
  const json::value list = json::parse(text, failed);
  return failed ? std::vector<std::string>{} : strings_of(list);
}

void merge_patch(json::value& target, const json::value& patch) {
  const json::object* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  json::object& object = target.get_object();
  for (const json::key_value_pair& change : *changes) {
    if (change.value().is_null()) {
      object.erase(change.key());
    } else {
      merge_patch(object[change.key()], change.value());
    }
  }
}

Result<std::string> canonical_json(const json::value& value) {
  std::string out;
  CLARION_TRY(append_canonical(out, value));
  return out;
}

}  // namespace clarion
