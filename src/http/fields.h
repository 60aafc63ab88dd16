#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http {

/// Reads the members of a JSON body and gathers all that is wrong, so that a person mends it in one
/// go.
///
/// Each call reads one member, notes a problem under its pointer and gives an empty value for it;
/// null counts as absent. finish() tells: `invalid` (HTTP 422, code "field_invalid") with one
/// FieldError a problem, members that nobody asked for included.
class Fields {
 public:
  explicit Fields(const json::object& object, std::string place = "")
      : object_(object), place_(std::move(place)) {}

  /// Characters are Unicode code points.
  std::string required_text(std::string_view name, std::size_t most_characters);
  std::optional<std::string> optional_text(std::string_view name, std::size_t most_characters);
  /// One of the words.
  std::string required_word(std::string_view name, const std::vector<std::string_view>& words);
  std::optional<bool> optional_bool(std::string_view name);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                               std::int64_t most);
  /// A list of texts; nullopt when absent.
  std::optional<std::vector<std::string>> optional_texts(std::string_view name, std::size_t most,
                                                         std::size_t most_characters);
  /// The raw member, or null; counts as asked for.
  const json::value* take(std::string_view name);
  void skip(std::string_view name) { static_cast<void>(take(name)); }
  void problem(std::string_view name, std::string_view code,
               std::vector<std::pair<std::string, std::string>> params = {});
  /// Where this object stands in the body, as a JSON pointer; empty for the body itself.
  [[nodiscard]] const std::string& place() const { return place_; }
  /// Adds the problems of a nested reader.
  void join(const Fields& nested);

  [[nodiscard]] Status finish();

 private:
  const json::object& object_;
  std::string place_;
  std::vector<std::string> asked_;
  std::vector<FieldError> problems_;
};

/// Code points of well-formed UTF-8.
[[nodiscard]] std::size_t characters(std::string_view text);

}  // namespace clarion::http
