#include "pages/feeds.h"

#include "http/status.h"
#include "model/region.h"
#include "model/topic.h"
#include "pages/answer.h"
#include "pages/card.h"
#include "pages/claim_review.h"
#include "pages/html.h"
#include "pages/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::pages {
namespace {

struct Form {
  std::string_view path, type, name;
};
constexpr std::array<Form, 3> kForms = {
    {{"/feeds/rss.xml", "application/rss+xml", "RSS"},
     {"/feeds/atom.xml", "application/atom+xml", "Atom"},
     {"/feeds/feed.json", "application/feed+json", "JSON Feed"}}};

std::string query_of(const std::vector<std::string>& topics,
                     const std::vector<std::string>& regions) {
  std::string out;
  for (const std::string& each : topics)
    out += fmt::format("{}topic={}", out.empty() ? '?' : '&', each);
  for (const std::string& each : regions)
    out += fmt::format("{}region={}", out.empty() ? '?' : '&', each);
  return out;
}

std::string id_of(const Shown& notice) { return "urn:clarion:notice:" + notice.id; }
std::string address_of(const Site& site, const Shown& notice, const FeedQuery& query) {
  return fmt::format("{}/n/{}{}", site.options.public_url, notice.id,
                     query.lang == ops::Lang::en ? "?lang=en" : "");
}
std::int64_t seconds(model::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The verdict comes first, so that nobody takes a title that names a rumor for the rumor; what was
/// corrected or withdrawn says so. A withdrawal's own title (catalogue withdraw_title) says it.
std::string title_of(const Shown& notice, ops::Lang lang) {
  const std::string& title = notice.in(lang).title;
  if (notice.withdrawn()) return title;
  const std::string_view stop = lang == ops::Lang::en ? ": " : "：";
  const Stamp action = notice.action == "correct" ? action_stamp("correct", lang) : Stamp{};
  const std::string first = main_stamp(notice, lang).words;
  if (action.key.empty()) return fmt::format("{}{}{}", first, stop, title);
  return fmt::format("{} · {}{}{}", action.words, first, stop, title);
}

std::string html_of(const Shown& notice, ops::Lang lang) {
  const Shown::Content& content = notice.in(lang);
  Markup out;
  if (!notice.correction.empty() && notice.action == "correct") {
    out.raw("<p><strong>").text(ops::words("page_correction", lang)).raw("</strong> ");
    out.text(notice.correction).raw("</p>");
  }
  out.raw("<p>").text(content.summary).raw("</p>\n").made(render_markdown(content.body));
  if (!content.advice.empty()) {
    out.raw("<ul>");
    for (const std::string& each : content.advice) out.raw("<li>").text(each).raw("</li>");
    out.raw("</ul>");
  }
  return out.take();
}

void element(Markup& out, std::string_view name, std::string_view foreign) {
  out.raw("<").raw(name).raw(">").text(foreign).raw("</").raw(name).raw(">\n");
}

}  // namespace

Result<FeedQuery> read_feed_query(const http::Request& request) {
  constexpr std::array<std::string_view, 4> kKinds = {"debunk", "science", "advisory", "holding"};
  FeedQuery out;
  for (const auto& [name, value] : request.query) {
    if (name == "min_severity") {
      const auto severity = model::parse_severity(value);
      if (!severity) return http::bad_query(name, "field_invalid");
      out.filter.min_severity = severity;
      continue;
    }
    auto& list = name == "topic"    ? out.filter.topics
                 : name == "region" ? out.filter.regions
                 : name == "kind"   ? out.filter.kinds
                                    : out.filter.langs;
    if (name != "topic" && name != "region" && name != "kind" && name != "lang")
      return http::bad_query(name, "field_unknown");
    if (!list) list.emplace();
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      if (name == "topic" && model::find_topic(item) == nullptr)
        return http::bad_query(name, "topic_unknown");
      if (name == "region" && model::find_region(item) == nullptr)
        return http::bad_query(name, "region_unknown");
      if (name == "kind" && std::find(kKinds.begin(), kKinds.end(), item) == kKinds.end())
        return http::bad_query(name, "field_invalid");
      if (name == "lang" && item != "zh" && item != "en")
        return http::bad_query(name, "field_invalid");
      list->emplace_back(item);
    }
  }
  if (out.filter.langs && !out.filter.langs->empty() && out.filter.langs->front() == "en")
    out.lang = ops::Lang::en;
  const std::size_t mark = request.target.find('?');
  if (mark != std::string::npos && mark + 1 < request.target.size())
    out.query = request.target.substr(mark);
  return out;
}

Feed gather(const RecentNotices& recent, const FeedQuery& query, model::Time now) {
  Feed out{pick(recent, query.filter, 0, kMostEntries, now).notices, {}};
  for (const Shown& each : recent.notices) {
    if (each.published_at > out.changed_at) out.changed_at = each.published_at;
    if (each.expired(now) && *each.expires_at > out.changed_at) out.changed_at = *each.expires_at;
    const model::Time off = each.published_at + kWithdrawnShown;
    if (each.withdrawn() && off <= now && off > out.changed_at) out.changed_at = off;
  }
  return out;
}

std::string render_rss(const Site& site, const FeedQuery& query, const Feed& feed) {
  const std::string& base = site.options.public_url;
  Markup out;
  out.raw(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\""
      " xmlns:atom=\"http://www.w3.org/2005/Atom\""
      " xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\n");
  element(out, "title", site.options.issuer);
  element(out, "link", base + "/");
  out.raw("<atom:link rel=\"self\" type=\"application/rss+xml\"");
  out.attribute("href", base + "/feeds/rss.xml" + query.query).raw("/>\n");
  element(out, "description", ops::words("page_board_lead", query.lang));
  element(out, "language", query.lang == ops::Lang::en ? "en" : "zh-cn");
  if (feed.changed_at != model::Time{})
    element(out, "lastBuildDate", http_date(seconds(feed.changed_at)));
  element(out, "ttl", "5");
  for (const Shown* each : feed.entries) {
    out.raw("<item>\n");
    element(out, "title", title_of(*each, query.lang));
    element(out, "link", address_of(site, *each, query));
    out.raw("<guid isPermaLink=\"false\">");
    out.text(fmt::format("{}:{}", id_of(*each), each->revision)).raw("</guid>\n");
    element(out, "pubDate", http_date(seconds(each->published_at)));
    for (const std::string& topic : each->topics)
      element(out, "category", topic_name(topic, query.lang));
    element(out, "description", each->in(query.lang).summary);
    element(out, "content:encoded", html_of(*each, query.lang));
    out.raw("</item>\n");
  }
  out.raw("</channel></rss>\n");
  return out.take();
}

std::string render_atom(const Site& site, const FeedQuery& query, const Feed& feed) {
  const std::string& base = site.options.public_url;
  Markup out;
  out.raw(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
  out.attribute("xml:lang", html_lang(query.lang)).raw(">\n");
  element(out, "id", base + "/feeds/atom.xml" + query.query);
  element(out, "title", site.options.issuer);
  element(out, "subtitle", ops::words("page_board_lead", query.lang));
  element(out, "updated", model::to_text(feed.changed_at));
  out.raw("<link rel=\"self\" type=\"application/atom+xml\"");
  out.attribute("href", base + "/feeds/atom.xml" + query.query)
      .raw("/>\n<link rel=\"alternate\" type=\"text/html\"");
  out.attribute("href", base + "/").raw("/>\n<author><name>").text(site.options.issuer);
  out.raw("</name></author>\n<generator>Clarion</generator>\n");
  for (const Shown* each : feed.entries) {
    out.raw("<entry>\n");
    element(out, "id", id_of(*each));
    element(out, "title", title_of(*each, query.lang));
    element(out, "updated", model::to_text(each->published_at));
    out.raw("<link rel=\"alternate\" type=\"text/html\"");
    out.attribute("href", address_of(site, *each, query)).raw("/>\n");
    out.raw("<link rel=\"alternate\" type=\"application/json\"");
    out.attribute("href", fmt::format("{}/v1/notices/{}", base, each->id)).raw("/>\n");
    for (const std::string& topic : each->topics) {
      out.raw("<category").attribute("term", topic);
      out.attribute("label", topic_name(topic, query.lang)).raw("/>\n");
    }
    element(out, "summary", each->in(query.lang).summary);
    out.raw("<content type=\"html\">")
        .text(html_of(*each, query.lang))
        .raw("</content>\n</entry>\n");
  }
  out.raw("</feed>\n");
  return out.take();
}

std::string render_json_feed(const Site& site, const FeedQuery& query, const Feed& feed) {
  const std::string& base = site.options.public_url;
  json::array items;
  for (const Shown* each : feed.entries) {
    json::array tags;
    for (const std::string& topic : each->topics) tags.emplace_back(topic);
    items.push_back({{"id", id_of(*each)},
                     {"url", address_of(site, *each, query)},
                     {"title", clean(title_of(*each, query.lang))},
                     {"summary", clean(each->in(query.lang).summary)},
                     {"content_html", html_of(*each, query.lang)},
                     {"date_modified", model::to_text(each->published_at)},
                     {"language", html_lang(each->lang_for(query.lang))},
                     {"authors", {{{"name", each->issuer}}}},
                     {"tags", std::move(tags)},
                     {"_clarion",
                      {{"about", base + "/about"},
                       {"revision", each->revision},
                       {"action", each->action},
                       {"json", fmt::format("{}/v1/notices/{}", base, each->id)}}}});
  }
  return to_json_text(json::object{{"version", "https://jsonfeed.org/version/1.1"},
                                   {"title", site.options.issuer},
                                   {"home_page_url", base + "/"},
                                   {"feed_url", base + "/feeds/feed.json" + query.query},
                                   {"description", ops::words("page_board_lead", query.lang)},
                                   {"language", html_lang(query.lang)},
                                   {"items", std::move(items)}});
}

std::string render_data_feed(const Site& site, const FeedQuery& query, const Feed& feed) {
  const std::string& base = site.options.public_url;
  json::array elements;
  for (const Shown* each : feed.entries) {
    if (each->kind != "debunk") continue;
    const std::string when = model::to_text(each->published_at);
    json::object item{{"@type", "DataFeedItem"},
                      {"url", fmt::format("{}/n/{}", base, each->id)},
                      {"dateModified", when}};
    if (each->withdrawn()) item["dateDeleted"] = when;
    if (auto review = claim_review(*each, site.options, query.lang, each->published_at)) {
      // Only the first revision knows when the review first came out; the feed holds the newest.
      if (each->revision > 1) review->erase("datePublished");
      item["item"] = json::array{std::move(*review)};
    }
    elements.push_back(std::move(item));
  }
  return to_json_text(json::object{{"@context", "https://schema.org"},
                                   {"@type", "DataFeed"},
                                   {"name", site.options.issuer},
                                   {"url", base + "/feeds/claimreview.json" + query.query},
                                   {"dateModified", model::to_text(feed.changed_at)},
                                   {"dataFeedElement", std::move(elements)}});
}

std::string feed_links(const std::vector<std::string>& topics,
                       const std::vector<std::string>& regions) {
  Markup out;
  for (const Form& each : kForms) {
    if (&each != kForms.data()) out.raw(" · ");
    out.raw("<a").attribute("href", std::string(each.path) + query_of(topics, regions));
    out.raw(">").text(each.name).raw("</a>");
  }
  return out.take();
}

std::string feed_discovery(const std::vector<std::string>& topics,
                           const std::vector<std::string>& regions, std::string_view title) {
  Markup out;
  for (const Form& each : kForms) {
    out.raw("<link rel=\"alternate\"").attribute("type", each.type);
    out.attribute("title", fmt::format("{} ({})", title, each.name));
    out.attribute("href", std::string(each.path) + query_of(topics, regions)).raw(">");
  }
  return out.take();
}

}  // namespace clarion::pages
