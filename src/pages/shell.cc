#include "pages/shell.h"

#include <fmt/format.h>

namespace clarion::pages {
namespace {

/// Shapes of the design (ui.md section 4): never colour alone. All in one hidden element, so that a
/// mark in the text is a short reference.
constexpr std::string_view kSymbols =
    R"(<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">)"
    R"(<symbol id="i-logo" viewBox="0 0 24 24"><path d="M4 9.5v5M8 7v10M12 4v16M16 8.5v7M20 11v2"/></symbol>)"
    R"(<symbol id="i-false" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/></symbol>)"
    R"(<symbol id="i-half" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/></symbol>)"
    R"(<symbol id="i-mixed" viewBox="0 0 24 24"><path d="M12 4v9M7.500 8.500h9M7.500 18.500h9"/></symbol>)"
    R"(<symbol id="i-ask" viewBox="0 0 24 24"><path d="M9 9a3 3 0 1 1 4.300 2.700c-1 .5-1.300 1.200-1.300 2.300M12 18v.2"/></symbol>)"
    R"(<symbol id="i-clock" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.500 2"/></symbol>)"
    R"(<symbol id="i-true" viewBox="0 0 24 24"><path d="M5 12.500l4.500 4.500L19 7.500"/></symbol>)"
    R"(<symbol id="i-quote" viewBox="0 0 24 24"><path d="M10 7c-3 1-4.500 3.500-4.500 6.500V17H10v-4.500H7.500M19 7c-3 1-4.500 3.500-4.500 6.500V17H19v-4.500h-2.500"/></symbol>)"
    R"(<symbol id="i-book" viewBox="0 0 24 24"><path d="M4 5a2 2 0 0 1 2-2h13v16H6a2 2 0 0 0-2 2z"/><path d="M4 19a2 2 0 0 1 2-2h13M8 7h7"/></symbol>)"
    R"(<symbol id="i-horn" viewBox="0 0 24 24"><path d="M4 10v4h3l8 4V6l-8 4z"/><path d="M18 15a4 4 0 0 0 0-6M8 14l1 5h2"/></symbol>)"
    R"(<symbol id="i-back" viewBox="0 0 24 24"><path d="M8 5L4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11H9"/></symbol>)"
    R"(<symbol id="i-gone" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M6 18L18 6"/></symbol>)"
    R"(<symbol id="i-shield" viewBox="0 0 24 24"><path d="M12 3l7.500 3v5.500c0 4.500-3 8-7.500 9.500-4.500-1.500-7.500-5-7.500-9.500V6z"/></symbol>)"
    R"(<symbol id="i-feed" viewBox="0 0 24 24"><path d="M5 12a7 7 0 0 1 7 7M5 6a13 13 0 0 1 13 13"/><circle cx="6" cy="18" r="1.200"/></symbol>)"
    R"(<symbol id="i-code" viewBox="0 0 24 24"><path d="M8 7l-5 5 5 5M16 7l5 5-5 5"/></symbol>)"
    R"(<symbol id="i-sev-extreme" viewBox="0 0 16 16"><path class="f1" d="M5.200 1h5.600L15 5.200v5.600L10.800 15H5.200L1 10.800V5.200z"/><text class="d1" x="8" y="11.6" text-anchor="middle">1</text></symbol>)"
    R"(<symbol id="i-sev-severe" viewBox="0 0 16 16"><path class="f2" d="M8 .500L15.500 8 8 15.500.500 8z"/><text class="d2" x="8" y="11.6" text-anchor="middle">2</text></symbol>)"
    R"(<symbol id="i-sev-moderate" viewBox="0 0 16 16"><path class="f3" d="M8 1.200L15.400 14.600H.600z"/><text class="d3" x="8" y="13.4" text-anchor="middle">3</text></symbol>)"
    R"(<symbol id="i-sev-minor" viewBox="0 0 16 16"><circle class="f4" cx="8" cy="8" r="7"/><text class="d4" x="8" y="11.6" text-anchor="middle">4</text></symbol>)"
    R"(</svg>)";

std::string other_language(const Frame& frame, std::string_view lang) {
  return fmt::format("{}{}lang={}", frame.path,
                     frame.path.find('?') == std::string::npos ? '?' : '&', lang);
}

void language_link(Markup& out, const Frame& frame, const Reader& reader, ops::Lang lang,
                   std::string_view name) {
  out.raw("<a").attribute("href", other_language(frame, name_of(lang)));
  out.attribute("lang", html_lang(lang)).attribute("hreflang", html_lang(lang));
  if (reader.lang == lang) out.raw(" aria-current=\"true\"");
  out.raw(">").text(name).raw("</a>");
}

void nav_link(Markup& out, const Reader& reader, std::string_view address, std::string_view code,
              bool here) {
  out.raw("<a").attribute("href", with_lang(std::string(address), reader));
  if (here) out.raw(" aria-current=\"page\"");
  out.raw(">").made(word(code, reader)).raw("</a>");
}

}  // namespace

Reader reader_of(const http::Request& request) {
  const auto asked = request.query_value("lang");
  if (asked == "zh") return {ops::Lang::zh, true};
  if (asked == "en") return {ops::Lang::en, true};
  return {request.lang, false};
}

std::string with_lang(std::string address, const Reader& reader) {
  if (!reader.chosen) return address;
  const std::size_t hash = std::min(address.find('#'), address.size());
  const char join = address.find('?') == std::string::npos ? '?' : '&';
  address.insert(hash, fmt::format("{}lang={}", join, name_of(reader.lang)));
  return address;
}

std::string word(std::string_view code, const Reader& reader, const ops::Params& params) {
  return escape(ops::words(code, reader.lang, params));
}

std::string icon(std::string_view name, std::string_view css) {
  return fmt::format(R"(<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>)", css, name);
}

std::string page(const Site& site, const Reader& reader, const Frame& frame,
                 std::string_view main) {
  const std::string& base = site.options.public_url;
  Markup out;
  out.raw("<!doctype html>\n<html").attribute("lang", html_lang(reader.lang));
  out.raw("><head><meta charset=\"utf-8\">");
  out.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
  out.raw("<title>").text(frame.title).raw("</title><meta name=\"description\"");
  out.attribute("content", frame.description)
      .raw("><meta name=\"color-scheme\" content=\"light dark\">");
  if (!frame.indexed) out.raw("<meta name=\"robots\" content=\"noindex\">");
  out.raw("<link rel=\"icon\"").attribute("href", site.assets.address("icon.svg"));
  out.raw("><link rel=\"stylesheet\"").attribute("href", site.assets.address("pages.css"));
  out.raw("><link rel=\"canonical\"").attribute("href", base + frame.path);
  for (const ops::Lang lang : {ops::Lang::zh, ops::Lang::en}) {
    out.raw("><link rel=\"alternate\"").attribute("hreflang", html_lang(lang));
    out.attribute("href", base + other_language(frame, name_of(lang)));
  }
  out.raw(">").made(frame.head);
  for (const std::string& script : frame.scripts)
    out.raw("<script defer").attribute("src", site.assets.address(script)).raw("></script>");
  out.raw("</head><body>").raw(kSymbols);
  out.raw("<a class=\"skip\" href=\"#main\">").made(word("page_skip", reader)).raw("</a>");
  out.raw("<header class=\"ph\"><div class=\"pw\"><a class=\"brand\"");
  out.attribute("href", with_lang("/", reader)).raw("><span class=\"logo\">");
  out.made(icon("logo")).raw("</span>").made(word("page_brand", reader));
  out.raw("<span class=\"desk\">").text(site.options.issuer).raw("</span></a><nav");
  out.attribute("aria-label", ops::words("page_nav", reader.lang)).raw(">");
  nav_link(out, reader, "/", "page_nav_board", frame.here == "board");
  nav_link(out, reader, "/about#follow", "page_nav_follow", false);
  nav_link(out, reader, "/about", "page_nav_about", frame.here == "about");
  out.raw("</nav><span class=\"langs\">");
  language_link(out, frame, reader, ops::Lang::zh, "中");
  out.raw(" <span aria-hidden=\"true\">/</span> ");
  language_link(out, frame, reader, ops::Lang::en, "EN");
  out.raw("</span></div></header>").made(main);
  out.raw("<footer class=\"pw\"><p>");
  out.made(word("page_footer", reader, {{"zone", site.options.zone.name()}}));
  out.raw("</p></footer></body></html>\n");
  return out.take();
}

}  // namespace clarion::pages
