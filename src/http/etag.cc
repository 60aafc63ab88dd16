#include "http/etag.h"

namespace clarion::http {
namespace {

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// Takes one tag off the front, without its W/; empty when there is none.
std::string_view take_tag(std::string_view& text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (!text.starts_with('"')) return {};
  const std::size_t end = text.find('"', 1);  // a tag may hold commas, but no quote
  if (end == std::string_view::npos) return {};
  const std::string_view tag = text.substr(0, end + 1);
  text.remove_prefix(tag.size());
  return tag;
}

}  // namespace

bool none_match_names(std::string_view header, std::string_view etag) {
  skip_blanks(header);
  if (header == "*") return true;
  const std::string_view wanted = take_tag(etag);
  if (wanted.empty()) return false;
  bool found = false;
  while (!header.empty()) {
    const std::string_view tag = take_tag(header);
    if (tag.empty()) return false;
    found = found || tag == wanted;
    skip_blanks(header);
    if (!header.empty() && header.front() != ',') return false;
    while (header.starts_with(',') || header.starts_with(' ') || header.starts_with('\t'))
      header.remove_prefix(1);  // RFC 9110 section 5.6.1: empty items are passed over
  }
  return found;
}

}  // namespace clarion::http
