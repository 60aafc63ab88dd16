#include "pages/assets.h"

#include "base/bytes.h"
#include "base/json.h"
#include "model/region.h"
#include "pages/answer.h"

#include <fmt/format.h>

#include <cstddef>

extern "C" const char clarion_pages_css[], clarion_board_js[], clarion_check_js[],
    clarion_notice_js[], clarion_icon_svg[];
extern "C" const std::size_t clarion_pages_css_size, clarion_board_js_size, clarion_check_js_size,
    clarion_notice_js_size, clarion_icon_svg_size;

namespace clarion::pages {
namespace {

std::string bytes(const char* data, std::size_t size) { return {data, size}; }

/// {"440100": "广州", …}: what the board's script calls places.
std::string names_of_places(bool english) {
  json::object out;
  for (const model::Region& each : model::regions()) {
    const std::string& zh = each.short_zh.empty() ? each.name_zh : each.short_zh;
    const std::string& en = each.short_en.empty() ? each.name_en : each.short_en;
    out[each.code] = english && !en.empty() ? en : zh;
  }
  return to_json_text(out);
}

}  // namespace

Assets::Assets() {
  add("pages.css", "text/css; charset=utf-8", bytes(clarion_pages_css, clarion_pages_css_size));
  add("board.js", "text/javascript; charset=utf-8", bytes(clarion_board_js, clarion_board_js_size));
  add("check.js", "text/javascript; charset=utf-8", bytes(clarion_check_js, clarion_check_js_size));
  add("notice.js", "text/javascript; charset=utf-8",
      bytes(clarion_notice_js, clarion_notice_js_size));
  add("icon.svg", "image/svg+xml", bytes(clarion_icon_svg, clarion_icon_svg_size));
  add("places-zh.json", "application/json", names_of_places(false));
  add("places-en.json", "application/json", names_of_places(true));
}

void Assets::add(std::string_view name, std::string type, std::string content) {
  const std::size_t dot = name.rfind('.');
  std::string file = fmt::format("{}.{}{}", name.substr(0, dot), sha256_hex(content).substr(0, 12),
                                 name.substr(dot));
  addresses_.emplace(name, "/assets/" + file);
  std::string packed = gzip(content);
  files_.emplace(std::move(file), File{std::move(type), std::move(content), std::move(packed)});
}

const std::string& Assets::address(std::string_view name) const {
  const auto found = addresses_.find(name);
  CLARION_ASSERT(found != addresses_.end());
  return found->second;
}

http::Response Assets::answer(const http::Request& request, std::string_view file) const {
  const auto found = files_.find(file);
  if (found == files_.end())
    return http::problem(request, {Errc::not_found, "there is no such file", "not_found"});
  const bool packed =
      takes_gzip(request) && found->second.gzipped.size() < found->second.bytes.size();
  http::Response response{200,
                          {{"Content-Type", found->second.type},
                           {"Cache-Control", "public, max-age=31536000, immutable"},
                           {"Vary", "Accept-Encoding"}},
                          packed ? found->second.gzipped : found->second.bytes};
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

}  // namespace clarion::pages
