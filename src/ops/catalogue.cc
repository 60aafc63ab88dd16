#include "ops/catalogue.h"

#include "ops/detail/catalogue_rows.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <unordered_map>

extern "C" const char clarion_catalogue_tsv[];
extern "C" const std::size_t clarion_catalogue_tsv_size;

namespace clarion::ops {
namespace {

using Table = std::unordered_map<std::string_view, detail::CatalogueRow>;

const Table& table() {
  static const Table built = [] {
    Table all;
    for (const detail::CatalogueRow& row : detail::catalogue_rows()) all.emplace(row.code, row);
    return all;
  }();
  return built;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

/// The end of the placeholder that opens at `open`, or npos when the brace opens none.
std::size_t placeholder_end(std::string_view text, std::size_t open) {
  std::size_t i = open + 1;
  while (i < text.size() && is_name_character(text[i])) ++i;
  return i > open + 1 && i < text.size() && text[i] == '}' ? i : std::string_view::npos;
}

std::string fill(std::string_view text, const Params& params) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? placeholder_end(text, i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i];
      continue;
    }
    const std::string_view name = text.substr(i + 1, end - i - 1);
    const auto param =
        std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == name; });
    // One that nobody filled stays as it is: that shows the mistake, an empty place would hide it.
    out += param != params.end() ? std::string_view(param->second) : text.substr(i, end - i + 1);
    i = end;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// The weight of a language range in thousandths; 0 (not acceptable) when it is malformed.
int quality(std::string_view parameters) {
  parameters = trimmed(parameters);
  if (parameters.empty()) return 1000;
  if (parameters.size() < 3 || (parameters[0] != 'q' && parameters[0] != 'Q') ||
      parameters[1] != '=')
    return 0;
  double value = 0;
  const std::string_view digits = parameters.substr(2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !(value >= 0 && value <= 1))
    return 0;
  return static_cast<int>(value * 1000);
}

}  // namespace

namespace detail {

std::vector<CatalogueRow> catalogue_rows() {
  std::vector<CatalogueRow> rows;
  std::string_view left(clarion_catalogue_tsv, clarion_catalogue_tsv_size);
  for (int line = 1; !left.empty(); ++line) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view text = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (text.empty() || text.front() == '#') continue;
    CatalogueRow row;
    row.line = line;
    const std::size_t first = std::min(text.find('\t'), text.size());
    const std::size_t second = std::min(text.find('\t', first + 1), text.size());
    row.code = text.substr(0, first);
    if (first < text.size()) row.zh = text.substr(first + 1, second - first - 1);
    if (second < text.size()) row.en = text.substr(second + 1);
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string_view> placeholders(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') continue;
    const std::size_t end = placeholder_end(text, i);
    if (end == std::string_view::npos) continue;
    names.push_back(text.substr(i + 1, end - i - 1));
    i = end;
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace detail

std::string words(std::string_view code, Lang lang, const Params& params) {
  const auto row = table().find(code);
  if (row == table().end()) return std::string(code);
  return fill(lang == Lang::zh ? row->second.zh : row->second.en, params);
}

bool knows_code(std::string_view code) { return table().contains(code); }

Lang preferred_lang(std::string_view accept_language) {
  int best = 0;
  Lang lang = Lang::zh;
  while (!accept_language.empty()) {
    const std::size_t end = std::min(accept_language.find(','), accept_language.size());
    const std::string_view range = accept_language.substr(0, end);
    accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
    const std::size_t semicolon = std::min(range.find(';'), range.size());
    const std::string tag = lower(trimmed(range.substr(0, semicolon)));
    const std::string_view primary = std::string_view(tag).substr(0, tag.find('-'));
    // Readers of Cantonese or Mandarin who say so by its own code read our Chinese.
    const bool chinese = primary == "zh" || primary == "yue" || primary == "cmn" || primary == "*";
    if (!chinese && primary != "en") continue;
    const int weight =
        quality(semicolon < range.size() ? range.substr(semicolon + 1) : std::string_view{});
    if (weight > best) {
      best = weight;
      lang = chinese ? Lang::zh : Lang::en;
    }
  }
  return lang;
}

}  // namespace clarion::ops
