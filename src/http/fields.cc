#include "http/fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::http {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

const json::value* Fields::take(std::string_view name) {
  asked_.emplace_back(name);
  const json::value* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void Fields::problem(std::string_view name, std::string_view code,
                     std::vector<std::pair<std::string, std::string>> params) {
  problems_.push_back({fmt::format("{}/{}", place_, name), std::string(code), std::move(params)});
}

std::optional<std::string> Fields::optional_text(std::string_view name,
                                                 std::size_t most_characters) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) {
    problem(name, "field_type", {{"type", "string"}});
    return std::nullopt;
  }
  if (text->find('\0') != json::string::npos) {
    problem(name, "field_nul");
    return std::nullopt;
  }
  if (characters(*text) > most_characters) {
    problem(name, "field_too_long", {{"max", std::to_string(most_characters)}});
    return std::nullopt;
  }
  return std::string(*text);
}

std::string Fields::required_text(std::string_view name, std::size_t most_characters) {
  const std::size_t before = problems_.size();
  std::string text = optional_text(name, most_characters).value_or("");
  if (problems_.size() == before && text.find_first_not_of(" \t\r\n") == std::string::npos)
    problem(name, "field_required");
  return text;
}

std::string Fields::required_word(std::string_view name,
                                  const std::vector<std::string_view>& words) {
  std::string text = required_text(name, 64);
  if (!text.empty() && std::find(words.begin(), words.end(), text) == words.end()) {
    problem(name, "field_word", {{"words", fmt::format("{}", fmt::join(words, ", "))}});
  }
  return text;
}

std::optional<bool> Fields::optional_bool(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  problem(name, "field_type", {{"type", "boolean"}});
  return std::nullopt;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name, std::int64_t least,
                                                     std::int64_t most) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64()) {
    problem(name, "field_type", {{"type", "integer"}});
    return std::nullopt;
  }
  if (value->get_int64() < least || value->get_int64() > most) {
    problem(name, "field_out_of_range",
            {{"min", std::to_string(least)}, {"max", std::to_string(most)}});
    return std::nullopt;
  }
  return value->get_int64();
}

std::optional<std::vector<std::string>> Fields::optional_texts(std::string_view name,
                                                               std::size_t most,
                                                               std::size_t most_characters) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  const json::array* items = value->if_array();
  if (items == nullptr) {
    problem(name, "field_type", {{"type", "array"}});
    return std::nullopt;
  }
  if (items->size() > most) {
    problem(name, "field_too_many", {{"max", std::to_string(most)}});
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json::string* text = (*items)[i].if_string();
    if (text == nullptr || text->empty() || characters(*text) > most_characters ||
        text->find('\0') != json::string::npos) {
      problem(fmt::format("{}/{}", name, i), "field_invalid");
    } else {
      out.emplace_back(*text);
    }
  }
  return out;
}

void Fields::join(const Fields& nested) {
  problems_.insert(problems_.end(), nested.problems_.begin(), nested.problems_.end());
}

Status Fields::finish() {
  for (const json::key_value_pair& member : object_) {
    if (std::find(asked_.begin(), asked_.end(), member.key()) == asked_.end())
      problem(member.key(), "field_unknown");
  }
  if (problems_.empty()) return ok();
  std::string text = "the body is wrong at";
  for (const FieldError& each : problems_) text += fmt::format(" {} ({})", each.pointer, each.code);
  return Error{Errc::invalid, text, "field_invalid", {}, problems_};
}

}  // namespace clarion::http
