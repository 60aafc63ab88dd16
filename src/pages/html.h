#pragma once

#include "base/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::pages {

/// Text without what could lie about it: characters that reorder what stands around them (U+202A to
/// U+202E, U+2066 to U+2069) and those that XML 1.0 does not know.
[[nodiscard]] std::string clean(std::string_view text);
/// clean(), then & < > " ' as references: for text and quoted attributes of HTML and XML. The one
/// way for a foreign text into a page or feed.
[[nodiscard]] std::string escape(std::string_view text);
/// True for http:// and https:// addresses without blanks and controls: the only ones that become
/// links.
[[nodiscard]] bool is_web_link(std::string_view url);
/// JSON as the content of a <script> block: < > & as \u escapes, so that nothing ends the block.
[[nodiscard]] std::string json_block(const json::value& value);

/// HTML or XML under construction. raw() takes what stands in this program's source; everything
/// else goes through text() or attribute().
class Markup {
 public:
  Markup& raw(std::string_view source) {
    out_ += source;
    return *this;
  }
  Markup& text(std::string_view foreign) {
    out_ += escape(foreign);
    return *this;
  }
  /// ` name="value"`.
  Markup& attribute(std::string_view name, std::string_view foreign) {
    out_.append(" ").append(name).append("=\"").append(escape(foreign)).append("\"");
    return *this;
  }
  /// What another Markup, markdown.h or json_block() made.
  Markup& made(std::string_view safe) { return raw(safe); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace clarion::pages
