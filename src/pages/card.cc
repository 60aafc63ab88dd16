#include "pages/card.h"

#include "model/region.h"
#include "model/topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::pages {
namespace {

struct Look {
  std::string_view name, icon;
  char tone;
};
constexpr std::array<Look, 11> kVerdicts = {{{"false", "false", 'f'},
                                             {"mostly_false", "false", 'f'},
                                             {"mixed", "mixed", 'm'},
                                             {"mostly_true", "true", 't'},
                                             {"true", "true", 't'},
                                             {"misleading", "half", 'm'},
                                             {"missing_context", "half", 'm'},
                                             {"outdated", "clock", 'u'},
                                             {"satire", "quote", 'u'},
                                             {"unproven", "ask", 'u'},
                                             {"explained", "book", 's'}}};
constexpr std::array<Look, 3> kKinds = {
    {{"science", "book", 's'}, {"advisory", "horn", 's'}, {"holding", "ask", 'u'}}};
constexpr std::array<Look, 3> kActions = {
    {{"correct", "back", 'm'}, {"update", "back", 'u'}, {"withdraw", "gone", 'u'}}};

template <std::size_t N>
Stamp stamp_of(const std::array<Look, N>& looks, std::string_view group, std::string_view name,
               ops::Lang lang) {
  const auto* look =
      std::find_if(looks.begin(), looks.end(), [&](const Look& each) { return each.name == name; });
  if (look == looks.end()) return {};
  return {fmt::format("{}:{}", group, name), std::string(look->icon), look->tone,
          ops::words(fmt::format("page_{}_{}", group, name), lang)};
}

}  // namespace

Stamp main_stamp(const Shown& notice, ops::Lang lang) {
  if (notice.kind != "debunk") return stamp_of(kKinds, "kind", notice.kind, lang);
  Stamp known = stamp_of(kVerdicts, "verdict", notice.verdict, lang);
  if (known.key.empty()) return {"verdict:", "ask", 'u', notice.verdict};
  return known;
}

Stamp action_stamp(std::string_view action, ops::Lang lang) {
  return stamp_of(kActions, "action", action, lang);
}

std::vector<Stamp> all_stamps(ops::Lang lang) {
  std::vector<Stamp> out;
  out.reserve(kVerdicts.size() + kKinds.size() + kActions.size() + 1);
  for (const Look& each : kVerdicts) out.push_back(stamp_of(kVerdicts, "verdict", each.name, lang));
  for (const Look& each : kKinds) out.push_back(stamp_of(kKinds, "kind", each.name, lang));
  for (const Look& each : kActions) out.push_back(stamp_of(kActions, "action", each.name, lang));
  out.push_back({"verdict:", "ask", 'u', ""});
  return out;
}

std::string render_stamp(const Stamp& stamp) {
  Markup out;
  out.raw(fmt::format("<span class=\"stamp {}\"", stamp.tone)).attribute("data-k", stamp.key);
  out.raw(">").made(icon(stamp.icon)).raw("<b>").text(stamp.words).raw("</b></span>");
  return out.take();
}

std::string render_severity(std::string_view severity, const Reader& reader) {
  Markup out;
  out.raw("<span class=\"sev\"").attribute("data-k", fmt::format("severity:{}", severity));
  out.raw(">").made(icon(fmt::format("sev-{}", severity), "i s"));
  out.made(word(fmt::format("severity_{}", severity), reader)).raw("</span>");
  return out.take();
}

std::string place_name(std::string_view code, ops::Lang lang) {
  const model::Region* place = model::find_region(code);
  if (place == nullptr) return std::string(code);
  const std::string& zh = place->short_zh.empty() ? place->name_zh : place->short_zh;
  const std::string& en = place->short_en.empty() ? place->name_en : place->short_en;
  return lang == ops::Lang::en && !en.empty() ? en : zh;
}

std::string topic_name(std::string_view id, ops::Lang lang) {
  const model::Topic* topic = model::find_topic(id);
  if (topic == nullptr) return std::string(id);
  return lang == ops::Lang::en ? topic->en : topic->zh;
}

std::string places_short(const Shown& notice, ops::Lang lang) {
  if (notice.regions.empty()) return ops::words("page_everywhere", lang);
  std::string first = place_name(notice.regions.front(), lang);
  if (notice.regions.size() == 1) return first;
  return ops::words("page_places", lang,
                    {{"place", first}, {"count", std::to_string(notice.regions.size())}});
}

std::string render_time(model::Time time, const ops::Zone& zone, bool with_year) {
  const std::string local = zone.to_text(time);
  Markup out;
  out.raw("<time").attribute("datetime", model::to_text(time)).raw(">");
  out.text(with_year ? local : local.substr(5)).raw("</time>");
  return out.take();
}

std::string render_card(const Site& site, const Reader& reader, const Shown& notice) {
  const Shown::Content& content = notice.in(reader.lang);
  const std::string_view lang = html_lang(notice.lang_for(reader.lang));
  Markup out;
  out.raw("<article class=\"it\"").attribute("id", notice.id);
  out.attribute("data-rev", std::to_string(notice.revision));
  out.attribute("data-ends", notice.expires_at && !notice.withdrawn()
                                 ? model::to_text(*notice.expires_at)
                                 : std::string());
  out.raw("><div class=\"marks\">");
  if (const Stamp stamp = action_stamp(notice.action, reader.lang); !stamp.key.empty())
    out.made(render_stamp(stamp));
  if (!notice.withdrawn()) {
    out.made(render_stamp(main_stamp(notice, reader.lang)));
    out.made(render_severity(notice.severity, reader));
  }
  out.raw("<span class=\"meta\">").made(render_time(notice.published_at, site.options.zone, false));
  out.raw(" · ").text(places_short(notice, reader.lang));
  if (notice.revision > 1) {
    out.raw(" · ").made(word("page_revision", reader, {{"n", std::to_string(notice.revision)}}));
  }
  out.raw("</span></div><h3").attribute("lang", lang).raw("><a");
  out.attribute("href", with_lang("/n/" + notice.id, reader)).raw(">").text(content.title);
  out.raw("</a></h3><p").attribute("lang", lang).raw(">").text(content.summary).raw("</p>");
  if (!notice.correction.empty() && notice.action == "correct") {
    out.raw("<p class=\"why\"><b>").made(word("page_correction", reader)).raw("</b> ");
    out.text(notice.correction).raw("</p>");
  }
  out.raw("</article>");
  return out.take();
}

}  // namespace clarion::pages
