#include "pages/html.h"

#include <algorithm>

namespace clarion::pages {
namespace {

/// Bytes to leave out at the beginning of the text; 0: none.
std::size_t unwanted(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20 || byte(0) == 0x7F)
    return text[0] == '\t' || text[0] == '\n' || text[0] == '\r' ? 0 : 1;
  if (text.size() < 3) return 0;
  if (byte(0) == 0xE2 && byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) return 3;
  if (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) return 3;
  return byte(0) == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE ? 3 : 0;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t skip = unwanted(text);
    if (skip == 0) out += text.front();
    text.remove_prefix(std::max<std::size_t>(skip, 1));
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool is_web_link(std::string_view url) {
  const auto begins = [&](std::string_view scheme) {
    return url.size() > scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), url.begin(), [](char want, char have) {
             return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have + 32) : have);
           });
  };
  if (!begins("http://") && !begins("https://")) return false;
  return std::all_of(url.begin(), url.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; }) &&
         clean(url) == url;
}

std::string json_block(const json::value& value) {
  std::string out;
  for (const char c : to_json_text(value)) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace clarion::pages
