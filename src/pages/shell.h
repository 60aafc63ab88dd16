#pragma once

#include "http/message.h"
#include "pages/assets.h"
#include "pages/html.h"
#include "pages/options.h"
#include "pages/shown.h"

#include <string>
#include <string_view>

namespace clarion::pages {

/// What every page is made with: the desk, the files, and who reads.
struct Site {
  const PageOptions& options;
  const Assets& assets;
};
struct Reader {
  ops::Lang lang = ops::Lang::zh;
  bool chosen = false;  ///< by ?lang=; then links carry it on
};
/// ?lang=zh or en, else Accept-Language.
[[nodiscard]] Reader reader_of(const http::Request& request);
/// A path with a query so far (or none), with &lang= where the reader chose one.
[[nodiscard]] std::string with_lang(std::string address, const Reader& reader);

/// One page's own part of the frame.
struct Frame {
  std::string title, description;
  std::string path;                  ///< of the canonical address, with its query but lang
  std::string_view here;             ///< "board" or "about": which part of the site
  std::vector<std::string> scripts;  ///< asset name, may be empty
  std::string head;                  ///< more of <head>, made
  bool indexed = true;
};
/// The whole document around `main`, which is made.
[[nodiscard]] std::string page(const Site& site, const Reader& reader, const Frame& frame,
                               std::string_view main);

/// Words of the catalogue, escaped.
[[nodiscard]] std::string word(std::string_view code, const Reader& reader,
                               const ops::Params& params = {});
/// <svg> of a symbol that page() puts into the document: "false", "clock" …
[[nodiscard]] std::string icon(std::string_view name, std::string_view css = "i");

}  // namespace clarion::pages
