#pragma once

#include <string>
#include <string_view>

namespace clarion::pages {

/// A notice's body as HTML, by cmark-gfm: CommonMark with raw HTML left out. Links go to http and
/// https alone, others keep their words; pictures become links, since a page asks no other host for
/// anything; headings begin at the third level, below those of the page.
[[nodiscard]] std::string render_markdown(std::string_view body);

}  // namespace clarion::pages
