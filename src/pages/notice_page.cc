#include "pages/notice_page.h"

#include "pages/card.h"
#include "pages/claim_review.h"
#include "pages/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::pages {
namespace {

std::string joined(const std::vector<std::string>& items,
                   std::string (*name)(std::string_view, ops::Lang), ops::Lang lang) {
  std::string out;
  for (const std::string& each : items) {
    if (!out.empty()) out += lang == ops::Lang::en ? ", " : "、";
    out += name(each, lang);
  }
  return out;
}

std::string revision_address(const Shown& notice, std::int64_t revision, const Reader& reader) {
  return with_lang(fmt::format("/n/{}?revision={}", notice.id, revision), reader);
}

void link_or_text(Markup& out, const std::string& url, const std::string& words) {
  if (!is_web_link(url)) {
    out.text(words);
    return;
  }
  out.raw("<a").attribute("href", url).raw(" rel=\"nofollow noopener noreferrer\">");
  out.text(words).raw("</a>");
}

/// What must be known before a word of the notice is read: withdrawn, replaced, expired.
std::string render_banners(const Reader& reader, const Shown& notice, const Shown& newest,
                           model::Time now) {
  Markup out;
  // For assets/notice.js: what came after the page was made.
  out.raw("<div class=\"banner\" id=\"replaced\" role=\"alert\" hidden>").made(icon("back"));
  out.raw("<p><b></b> <a").attribute("href", with_lang("/n/" + notice.id, reader)).raw(">");
  out.made(word("page_see_current", reader)).raw("</a></p></div>");
  const auto banner = [&](char tone, std::string_view symbol) -> Markup& {
    return out.raw(fmt::format("<div class=\"banner {}\" role=\"note\">", tone))
        .made(icon(symbol))
        .raw("<p>");
  };
  if (newest.withdrawn()) {
    banner('f', "gone").raw("<b>").made(word("page_is_withdrawn", reader)).raw("</b> ");
    out.made(word(fmt::format("withdraw_{}", newest.reason_code), reader)).raw("</p></div>");
  }
  if (notice.revision != newest.revision) {
    banner('m', "back").raw("<b>");
    out.made(word("page_is_old", reader, {{"n", std::to_string(notice.revision)}}));
    out.raw("</b> <a").attribute("href", with_lang("/n/" + notice.id, reader)).raw(">");
    out.made(word("page_see_current", reader)).raw("</a></p></div>");
  } else if (notice.expired(now)) {
    banner('u', "clock").raw("<b>").made(word("page_is_expired", reader)).raw("</b> ");
    out.made(word("page_is_expired_text", reader)).raw("</p></div>");
  }
  if (!notice.correction.empty() && notice.action == "correct") {
    banner('m', "back").raw("<b>").made(word("page_correction", reader)).raw("</b> ");
    out.text(notice.correction).raw("</p></div>");
  }
  return out.take();
}

std::string render_article(const Site& site, const Reader& reader, const Shown& notice,
                           const Shown& newest, model::Time now) {
  const Shown::Content& content = notice.in(reader.lang);
  const std::string_view lang = html_lang(notice.lang_for(reader.lang));
  Markup out;
  out.raw("<article><div class=\"marks\">").made(render_severity(notice.severity, reader));
  out.raw("<span class=\"meta\">").text(joined(notice.topics, topic_name, reader.lang));
  out.raw(" · ").text(notice.regions.empty() ? ops::words("page_everywhere", reader.lang)
                                             : joined(notice.regions, place_name, reader.lang));
  out.raw(" · ").made(word("page_revision", reader, {{"n", std::to_string(notice.revision)}}));
  out.raw("</span></div><h1 id=\"title\"").attribute("lang", lang).raw(">");
  out.text(content.title).raw("</h1><p class=\"meta\">");
  out.made(word("page_published", reader)).raw(" ");
  out.made(render_time(notice.published_at, site.options.zone, true));
  if (notice.expires_at && !notice.withdrawn()) {
    out.raw(" · ").made(word("page_until", reader)).raw(" ");
    out.made(render_time(*notice.expires_at, site.options.zone, true));
  }
  out.raw(" · ").text(notice.issuer).raw("</p>");
  out.made(render_banners(reader, notice, newest, now));
  if (notice.lang_for(reader.lang) != reader.lang)
    out.raw("<p class=\"meta\">").made(word("page_other_language", reader)).raw("</p>");
  if (!notice.claim.empty()) {
    out.raw("<blockquote class=\"claim\"><b>").made(word("page_claim", reader)).raw("</b>");
    out.text(notice.claim).raw("</blockquote>");
  }
  if (notice.withdrawn()) {
    out.raw("<p class=\"lead\" id=\"summary\"").attribute("lang", lang).raw(">");
    out.text(content.summary).raw("</p>");
  } else {
    const Stamp stamp = main_stamp(notice, reader.lang);
    out.raw(fmt::format("<div class=\"verdict {}\">", stamp.tone)).made(icon(stamp.icon));
    out.raw("<div><b>").text(stamp.words).raw("</b><p id=\"summary\"").attribute("lang", lang);
    out.raw(">").text(content.summary).raw("</p></div></div>");
  }
  out.raw("<div class=\"body\" id=\"body\"").attribute("lang", lang).raw(">");
  out.made(render_markdown(content.body)).raw("</div>");
  if (!content.advice.empty()) {
    out.raw("<h2>").made(word("page_advice", reader)).raw("</h2><ul class=\"advice\"");
    out.attribute("lang", lang).raw(">");
    for (const std::string& each : content.advice) out.raw("<li>").text(each).raw("</li>");
    out.raw("</ul>");
  }
  out.raw("</article>");
  return out.take();
}

/// The signature is checked by assets/notice.js; without it the page says how to do so by hand.
std::string render_signature(const Reader& reader, const Shown& notice, const Shown& newest,
                             const model::Position& at) {
  constexpr std::array kWords = {
      "page_sig_good",   "page_sig_good_text",   "page_sig_bad",     "page_sig_bad_text",
      "page_sig_cannot", "page_sig_cannot_text", "page_sig_revoked", "page_sig_revoked_text",
      "page_sig_failed", "page_sig_failed_text"};
  json::object words;
  for (const std::string_view code : kWords) words[code.substr(9)] = ops::words(code, reader.lang);
  words["helped_thanks"] = ops::words("page_helped_thanks", reader.lang);
  words["helped_failed"] = ops::words("page_helped_failed", reader.lang);
  words["is_withdrawn"] = ops::words("page_is_withdrawn", reader.lang);
  words["is_old"] =
      ops::words("page_is_old", reader.lang, {{"n", std::to_string(notice.revision)}});
  json::object data{{"id", notice.id},
                    {"revision", notice.revision},
                    {"lang", name_of(notice.lang_for(reader.lang))},
                    {"topics", json_of(newest.topics)},
                    {"newest", newest.revision},
                    {"words", std::move(words)}};
  // What is withdrawn or old already says so; only the current revision can be overtaken.
  if (notice.revision == newest.revision && !newest.withdrawn())
    data["position"] = {{"epoch", at.epoch}, {"offset", std::to_string(at.offset)}};
  Markup out;
  out.raw("<section class=\"box sig\" id=\"sig\" data-state=\"none\">").made(icon("shield", "i l"));
  out.raw("<div><h2 id=\"sig-says\" role=\"status\">").made(word("page_sig_signed", reader));
  out.raw("</h2><p id=\"sig-more\">").made(word("page_sig_signed_text", reader));
  out.raw("</p><p class=\"meta\">Ed25519 · ");
  out.made(word("page_position", reader, {{"offset", std::to_string(notice.offset)}}));
  out.raw(" · <a").attribute("href", with_lang("/about#verify", reader)).raw(">");
  out.made(word("page_about_verify", reader)).raw("</a></p></div></section>");
  out.raw("<script type=\"application/json\" id=\"signed\">").made(json_block(data));
  out.raw("</script>");
  return out.take();
}

/// Whether it helped: asked where scripts run (assets/notice.js), since only they can say so.
std::string render_helped(const Reader& reader) {
  Markup out;
  out.raw("<section class=\"box ask\" id=\"helped\" hidden><h2>").made(word("page_helped", reader));
  out.raw("</h2><p><button class=\"btn\" type=\"button\" data-helped=\"yes\">");
  out.made(word("page_helped_yes", reader));
  out.raw("</button><button class=\"btn\" type=\"button\" data-helped=\"no\">");
  out.made(word("page_helped_no", reader));
  out.raw("</button></p><p role=\"status\" id=\"helped-says\"></p></section>");
  return out.take();
}

std::string render_revisions(const Site& site, const Reader& reader, const std::vector<Shown>& all,
                             const Shown& notice) {
  Markup out;
  out.raw("<section class=\"box\"><h2>")
      .made(word("page_revisions", reader))
      .raw("</h2><ol class=\"revs\">");
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    const std::string name =
        ops::words("page_revision", reader.lang, {{"n", std::to_string(each->revision)}});
    out.raw("<li>");
    if (each->revision == notice.revision) {
      out.raw("<b>").text(name).raw("</b>");
    } else {
      out.raw("<a").attribute("href", revision_address(*each, each->revision, reader));
      out.raw(">").text(name).raw("</a>");
    }
    out.raw(" · ").made(render_time(each->published_at, site.options.zone, false));
    if (const Stamp stamp = action_stamp(each->action, reader.lang); !stamp.key.empty())
      out.raw(" · ").text(stamp.words);
    if (!each->correction.empty() && each->action == "correct")
      out.raw("<br><span class=\"meta\">").text(each->correction).raw("</span>");
    out.raw("</li>");
  }
  out.raw("</ol></section>");
  return out.take();
}

std::string render_sources(const Reader& reader, const Shown& notice) {
  Markup out;
  if (!notice.experts.empty()) {
    out.raw("<section class=\"box\"><h2>").made(word("page_experts", reader)).raw("</h2><ul>");
    for (const Shown::Expert& each : notice.experts) {
      out.raw("<li>").text(each.name);
      if (!each.title.empty()) out.raw(" · ").text(each.title);
      if (!each.affiliation.empty())
        out.raw("<br><span class=\"meta\">").text(each.affiliation).raw("</span>");
      out.raw("</li>");
    }
    out.raw("</ul></section>");
  }
  if (!notice.evidence.empty()) {
    out.raw("<section class=\"box\"><h2>").made(word("page_evidence", reader)).raw("</h2><ol>");
    for (const Shown::Evidence& each : notice.evidence) {
      out.raw("<li>");
      link_or_text(out, each.url, each.title.empty() ? each.url : each.title);
      if (!each.publisher.empty())
        out.raw("<br><span class=\"meta\">").text(each.publisher).raw("</span>");
      out.raw("</li>");
    }
    out.raw("</ol></section>");
  }
  return out.take();
}

std::string render_head(const Site& site, const Reader& reader, const Shown& notice,
                        const Shown& first, bool current) {
  const Shown::Content& content = notice.in(reader.lang);
  Markup out;
  const auto property = [&](std::string_view name, std::string_view value) {
    out.raw("<meta").attribute("property", name).attribute("content", value).raw(">");
  };
  const std::string url = fmt::format("{}/n/{}", site.options.public_url, notice.id);
  property("og:type", "article");
  property("og:title", content.title);
  property("og:description", content.summary);
  property("og:url", url);
  property("og:site_name", notice.issuer);
  property("og:locale", notice.lang_for(reader.lang) == ops::Lang::en ? "en_US" : "zh_CN");
  property("article:published_time", model::to_text(first.published_at));
  property("article:modified_time", model::to_text(notice.published_at));
  out.raw("<link rel=\"alternate\" type=\"application/json\"");
  out.attribute("href", fmt::format("{}/v1/notices/{}", site.options.public_url, notice.id));
  out.raw(">");
  if (current) {
    if (const auto review = claim_review(notice, site.options, reader.lang, first.published_at))
      out.raw("<script type=\"application/ld+json\">").made(json_block(*review)).raw("</script>");
  }
  return out.take();
}

}  // namespace

std::string render_notice(const Site& site, const Reader& reader, const std::vector<Shown>& all,
                          std::int64_t shown, const model::Position& at, model::Time now) {
  const Shown& newest = all.back();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Shown& each) { return each.revision == shown; });
  const Shown& notice = found != all.end() ? *found : newest;
  const bool current = notice.revision == newest.revision;
  const Stamp stamp =
      newest.withdrawn() ? action_stamp("withdraw", reader.lang) : main_stamp(notice, reader.lang);
  Markup out;
  out.raw("<main class=\"pw grid art\" id=\"main\">");
  out.made(render_article(site, reader, notice, newest, now)).raw("<aside>");
  out.made(render_signature(reader, notice, newest, at)).made(render_sources(reader, notice));
  if (current && !newest.withdrawn()) out.made(render_helped(reader));
  out.made(render_revisions(site, reader, all, notice)).raw("</aside></main>");
  Frame frame;
  frame.title = fmt::format("{}{}{} · {}", stamp.words, reader.lang == ops::Lang::en ? ": " : "：",
                            notice.in(reader.lang).title, site.options.issuer);
  frame.description = notice.in(reader.lang).summary;
  frame.path = fmt::format("/n/{}", notice.id);
  if (!current) frame.path += fmt::format("?revision={}", notice.revision);
  frame.scripts = {"notice.js"};
  frame.head = render_head(site, reader, notice, all.front(), current);
  frame.indexed = current;
  return page(site, reader, frame, out.take());
}

std::string render_missing(const Site& site, const Reader& reader) {
  Markup out;
  out.raw("<main class=\"pw plain\" id=\"main\"><h1>").made(word("page_missing", reader));
  out.raw("</h1><p>").made(word("page_missing_text", reader)).raw("</p><p><a class=\"btn\"");
  out.attribute("href", with_lang("/", reader)).raw(">").made(word("page_to_board", reader));
  out.raw("</a></p></main>");
  Frame frame;
  frame.title =
      fmt::format("{} · {}", ops::words("page_missing", reader.lang), site.options.issuer);
  frame.description = ops::words("page_missing_text", reader.lang);
  frame.path = "/";
  frame.indexed = false;
  return page(site, reader, frame, out.take());
}

std::string render_about(const Site& site, const Reader& reader) {
  Markup out;
  const auto heading = [&](std::string_view id, std::string_view code) {
    out.raw("<h2").attribute("id", id).raw(">").made(word(code, reader)).raw("</h2>");
  };
  const auto line = [&](std::string_view code) {
    out.raw("<p>").made(word(code, reader)).raw("</p>");
  };
  const std::string& base = site.options.public_url;
  out.raw("<main class=\"pw plain\" id=\"main\"><h1>")
      .made(word("page_about", reader))
      .raw("</h1>");
  for (const char* code : {"page_about_four_eyes", "page_about_experts", "page_about_corrections"})
    line(code);
  heading("verify", "page_about_verify");
  line("page_about_verify_text");
  out.raw("<pre><code>curl -s ").text(base).raw("/v1/notices/<i>");
  out.made(word("page_about_id", reader))
      .raw("</i> &gt; notice.json\nclarion verify notice.json --jwks ");
  out.text(base).raw("/.well-known/jwks.json</code></pre><p><a href=\"/.well-known/jwks.json\">");
  out.made(word("page_about_keys", reader)).raw("</a></p>");
  heading("follow", "page_nav_follow");
  line("page_about_feeds");
  out.raw(
      "<ul><li><a href=\"/feeds/rss.xml\">RSS</a></li><li><a "
      "href=\"/feeds/atom.xml\">Atom</a></li>");
  out.raw("<li><a href=\"/feeds/feed.json\">JSON Feed</a></li></ul>");
  line("page_about_stream");
  out.raw("<pre><code>curl -N -H 'Accept: text/event-stream' ").text(base);
  out.raw("/v1/stream</code></pre></main>");
  Frame frame;
  frame.title = fmt::format("{} · {}", ops::words("page_about", reader.lang), site.options.issuer);
  frame.description = ops::words("page_about_four_eyes", reader.lang);
  frame.path = "/about";
  frame.here = "about";
  return page(site, reader, frame, out.take());
}

}  // namespace clarion::pages
