#include "pages/board.h"

#include "model/region.h"
#include "model/topic.h"
#include "pages/card.h"
#include "pages/feeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace clarion::pages {
namespace {

constexpr std::size_t kMostCards = 30, kMostFilters = 16, kMostChips = 6;
constexpr std::string_view kProvince = "440000";

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

model::Filter filter_of(const BoardQuery& query) {
  model::Filter filter;
  if (!query.topics.empty()) filter.topics = query.topics;
  if (!query.regions.empty()) filter.regions = query.regions;
  return filter;
}

/// The board's address with these filters. Codes of our tables need no percent signs.
std::string address(const std::vector<std::string>& topics, const std::vector<std::string>& regions,
                    std::uint64_t before = 0) {
  std::string out = "/";
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += fmt::format("{}{}={}", out.size() == 1 ? '?' : '&', name, value);
  };
  for (const std::string& each : topics) add("topic", each);
  for (const std::string& each : regions) add("region", each);
  if (before != 0) add("before", std::to_string(before));
  return out;
}

void chip(Markup& out, const std::string& to, const std::string& words, bool on) {
  out.raw("<a").attribute("href", to);
  if (on) out.raw(" aria-current=\"true\"");
  out.raw(">").text(words).raw("</a>");
}

/// The topics that most notices here are of, and those chosen: chips for all 34 would hide the
/// news. The form has every topic.
std::string render_topics(const BoardQuery& query, const RecentNotices& recent, model::Time now) {
  model::Filter filter = filter_of(query);
  filter.topics.reset();
  std::map<std::string_view, std::size_t> counts;
  for (const Shown* each : pick(recent, filter, 0, SIZE_MAX, now).notices) {
    for (const std::string& topic : each->topics) ++counts[topic];
  }
  std::vector<const model::Topic*> most;
  for (const model::Topic& topic : model::topics()) {
    if (counts.contains(topic.id)) most.push_back(&topic);
  }
  // Of equal counts the first of the table, which is one array.
  std::sort(most.begin(), most.end(), [&](const model::Topic* a, const model::Topic* b) {
    const std::size_t x = counts[a->id], y = counts[b->id];
    return x != y ? x > y : std::less<>()(a, b);
  });
  if (most.size() > kMostChips) most.resize(kMostChips);
  for (const std::string& chosen : query.topics) {
    const model::Topic* topic = model::find_topic(chosen);
    if (std::find(most.begin(), most.end(), topic) == most.end()) most.push_back(topic);
  }
  Markup out;
  out.raw("<nav class=\"chips\"");
  out.attribute("aria-label", ops::words("page_filter_topic", query.reader.lang)).raw(">");
  chip(out, with_lang(address({}, query.regions), query.reader),
       ops::words("page_all", query.reader.lang), query.topics.empty());
  for (const model::Topic* topic : most) {
    chip(out, with_lang(address({topic->id}, query.regions), query.reader),
         topic_name(topic->id, query.reader.lang), contains(query.topics, topic->id));
  }
  out.raw("</nav>");
  return out.take();
}

void option(Markup& out, std::string_view value, std::string_view words, bool on) {
  out.raw("<option").attribute("value", value).raw(on ? " selected>" : ">");
  out.text(words).raw("</option>");
}

/// Topic and region, one each: works without scripts.
std::string render_form(const BoardQuery& query) {
  const ops::Lang lang = query.reader.lang;
  Markup out;
  const auto open = [&](std::string_view name, std::string_view label, std::string_view all) {
    out.raw("<select").attribute("name", name).attribute("aria-label", ops::words(label, lang));
    out.raw(">");
    option(out, "", ops::words(all, lang), false);
  };
  out.raw("<form class=\"where\" method=\"get\" action=\"/\">");
  open("topic", "page_topic", "page_all_topics");
  for (const model::Topic& topic : model::topics()) {
    option(out, topic.id, topic_name(topic.id, lang),
           !query.topics.empty() && query.topics.front() == topic.id);
  }
  out.raw("</select>");
  open("region", "page_region", "page_all_regions");
  for (const model::Region& place : model::regions()) {
    if (place.parent == kProvince || contains(query.regions, place.code)) {
      option(out, place.code, place_name(place.code, lang),
             !query.regions.empty() && query.regions.front() == place.code);
    }
  }
  out.raw("</select>");
  if (query.reader.chosen) {
    out.raw("<input type=\"hidden\" name=\"lang\"").attribute("value", name_of(lang)).raw(">");
  }
  out.raw("<button class=\"btn\">").made(word("page_show", query.reader)).raw("</button></form>");
  return out.take();
}

/// What assets/board.js cannot make by itself: words, marks, where to go on from.
std::string render_live_parts(const Site& site, const BoardQuery& query,
                              const RecentNotices& recent) {
  constexpr std::array kWords = {"page_everywhere", "page_places",     "page_revision",
                                 "page_correction", "page_expired",    "page_sync_ok",
                                 "page_sync_late",  "page_sync_cut",   "page_sync_reset",
                                 "page_sync_wait",  "page_sync_ended", "page_new_card"};
  json::object words;
  for (const std::string_view code : kWords)
    words[code.substr(5)] = ops::words(code, query.reader.lang);
  json::object filter;
  if (!query.topics.empty()) filter["topics"] = json_of(query.topics);
  if (!query.regions.empty()) filter["regions"] = json_of(query.regions);
  const json::object live{
      {"epoch", recent.epoch},
      {"offset", std::to_string(recent.head)},
      {"filter", std::move(filter)},
      {"lang", name_of(query.reader.lang)},
      {"link", with_lang("/n/", query.reader)},
      {"zone", site.options.zone.name()},
      {"places", site.assets.address(query.reader.lang == ops::Lang::en ? "places-en.json"
                                                                        : "places-zh.json")},
      {"words", std::move(words)}};
  Markup out;
  out.raw("<script type=\"application/json\" id=\"live\">").made(json_block(live));
  out.raw("</script><template id=\"marks\">");
  for (const Stamp& each : all_stamps(query.reader.lang)) out.made(render_stamp(each));
  for (const char* each : {"extreme", "severe", "moderate", "minor"})
    out.made(render_severity(each, query.reader));
  out.raw("</template>");
  return out.take();
}

/// The box of assets/check.js, hidden until the script is there to make it work.
std::string render_check(const Reader& reader) {
  Markup out;
  out.raw(
      "<form class=\"ask\" id=\"check\" role=\"search\" hidden><label class=\"vh\" for=\"text\">");
  out.made(word("page_check_label", reader)).raw("</label><input id=\"text\" name=\"text\"");
  out.raw(" type=\"search\" maxlength=\"2000\" autocomplete=\"off\" required");
  out.attribute("placeholder", ops::words("page_check_hint", reader.lang)).raw(">");
  out.raw("<button class=\"btn pri\">").made(word("page_check_do", reader)).raw("</button>");
  out.raw("<p class=\"meta\">").made(word("page_check_private", reader)).raw("</p></form>");
  out.raw("<section class=\"found\" id=\"found\" aria-live=\"polite\" hidden></section>");
  return out.take();
}

json::object check_parts(const Reader& reader) {
  constexpr std::array kWords = {"page_check_known",  "page_check_maybe",   "page_check_none",
                                 "page_check_failed", "page_check_busy",    "page_check_wait",
                                 "page_check_source", "page_check_library", "page_expired"};
  json::object words;
  for (const std::string_view code : kWords) words[code.substr(5)] = ops::words(code, reader.lang);
  return {{"lang", name_of(reader.lang)},
          {"link", with_lang("/n/", reader)},
          {"words", std::move(words)}};
}

std::string render_aside(const BoardQuery& query) {
  Markup out;
  out.raw("<aside><section class=\"box\"><h2>").made(word("page_nav_follow", query.reader));
  out.raw("</h2><p>").made(icon("feed")).raw("<span>");
  out.made(feed_links(query.topics, query.regions)).raw("</span></p><p>").made(icon("code"));
  out.raw("<span>").made(word("page_stream", query.reader)).raw(" <a");
  out.attribute("href", with_lang("/about#follow", query.reader)).raw(">");
  out.made(word("page_how", query.reader)).raw("</a></span></p></section>");
  out.raw("<section class=\"box\"><h2>").made(word("page_who", query.reader)).raw("</h2><p><span>");
  out.made(word("page_who_text", query.reader)).raw(" <a");
  out.attribute("href", with_lang("/about", query.reader)).raw(">");
  out.made(word("page_method", query.reader)).raw("</a></span></p></section></aside>");
  return out.take();
}

}  // namespace

BoardQuery read_board_query(const http::Request& request) {
  BoardQuery out;
  out.reader = reader_of(request);
  const auto add = [](std::vector<std::string>& list, const std::string& value) {
    if (list.size() < kMostFilters && !contains(list, value)) list.push_back(value);
  };
  for (const auto& [name, value] : request.query) {
    if (name == "topic" && model::find_topic(value) != nullptr) add(out.topics, value);
    if (name == "region" && model::find_region(value) != nullptr) add(out.regions, value);
    if (name == "before") std::from_chars(value.data(), value.data() + value.size(), out.before);
  }
  return out;
}

std::string render_board(const Site& site, const BoardQuery& query, const RecentNotices& recent,
                         model::Time now) {
  const Reader& reader = query.reader;
  const Picked picked = pick(recent, filter_of(query), query.before, kMostCards, now);
  Markup out;
  out.raw("<div class=\"hero\"><div class=\"pw\"><h1>").made(word("page_board_title", reader));
  out.raw("</h1><p>").made(word("page_board_lead", reader)).raw("</p>");
  if (query.before == 0) out.made(render_check(reader));
  out.raw("</div></div>");
  out.raw("<main class=\"pw grid\" id=\"main\"><section><div class=\"bar\"><h2>");
  out.made(word(query.before == 0 ? "page_newest" : "page_older_title", reader));
  out.raw("</h2><p class=\"live\" id=\"sync\"><i></i><span>");
  if (!recent.notices.empty()) {
    const model::Time newest = recent.notices.front().published_at;
    out.made(word("page_as_of", reader, {{"time", site.options.zone.to_text(newest).substr(5)}}));
  }
  out.raw(
      "</span></p><p class=\"vh\" id=\"said\" role=\"status\"></p></div><div class=\"filters\">");
  out.made(render_topics(query, recent, now)).made(render_form(query)).raw("</div>");
  out.raw("<div id=\"list\">");
  for (const Shown* each : picked.notices) out.made(render_card(site, reader, *each));
  out.raw("</div><p class=\"none\" id=\"none\"").raw(picked.notices.empty() ? ">" : " hidden>");
  out.made(word("page_none", reader)).raw("</p>");
  if (picked.more) {
    out.raw("<p class=\"more\"><a class=\"btn\"");
    out.attribute(
        "href",
        with_lang(address(query.topics, query.regions, picked.notices.back()->offset), reader));
    out.raw(">").made(word("page_older", reader)).raw("</a></p>");
  }
  out.raw("</section>").made(render_aside(query)).raw("</main>");
  Frame frame;
  frame.title =
      fmt::format("{} · {}", ops::words("page_board_title", reader.lang), site.options.issuer);
  frame.description = ops::words("page_board_lead", reader.lang);
  frame.path = address(query.topics, query.regions, query.before);
  frame.here = "board";
  frame.head = feed_discovery(query.topics, query.regions, site.options.issuer);
  if (query.before == 0) {
    // An older page stands still: what is new belongs on the first one.
    frame.scripts = {"board.js", "check.js"};
    out.made(render_live_parts(site, query, recent));
    out.raw("<script type=\"application/json\" id=\"checking\">");
    out.made(json_block(check_parts(query.reader))).raw("</script>");
  }
  frame.indexed = query.before == 0;
  return page(site, reader, frame, out.take());
}

}  // namespace clarion::pages
