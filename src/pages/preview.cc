#include "pages/preview.h"

#include "http/fields.h"
#include "http/status.h"
#include "notice/answers.h"
#include "notice/desk_routes.h"
#include "notice/outlets.h"
#include "notice/publication.h"
#include "pages/assets.h"
#include "pages/card.h"
#include "pages/claim_review.h"
#include "pages/feeds.h"
#include "pages/html.h"
#include "pages/markdown.h"
#include "pages/notice_page.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace clarion::pages {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::size_t kMostBody = 256U << 10U;

std::vector<ops::Lang> langs_of(const Shown& notice) {
  std::vector<ops::Lang> out;
  if (notice.zh) out.push_back(ops::Lang::zh);
  if (notice.en) out.push_back(ops::Lang::en);
  return out;
}

bool connected(std::string_view outlet) {
  for (const json::value& each : notice::outlet_data().at("outlets").as_array()) {
    if (string_or(each.as_object(), "id") == outlet)
      return each.as_object().at("connected").as_bool();
  }
  return false;
}

/// Indented for a person to read.
void write_pretty(const json::value& value, std::string& out, std::size_t depth) {
  const auto line = [&](std::size_t at) { out.append("\n").append(2 * at, ' '); };
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const json::key_value_pair& each : *object) {
      if (out.back() != '{') out += ',';
      line(depth + 1);
      out += json::serialize(json::string(each.key())) + ": ";
      write_pretty(each.value(), out, depth + 1);
    }
    line(depth);
    out += '}';
  } else if (const json::array* items = value.if_array(); items != nullptr && !items->empty()) {
    out += '[';
    for (const json::value& each : *items) {
      if (out.back() != '[') out += ',';
      line(depth + 1);
      write_pretty(each, out, depth + 1);
    }
    line(depth);
    out += ']';
  } else {
    out += to_json_text(value);
  }
}
std::string pretty(const json::value& value) {
  std::string out;
  write_pretty(value, out, 0);
  return out;
}

std::string board_page(const Site& site, const Reader& reader, const Shown& notice) {
  Markup out;
  out.raw("<main class=\"pw\" id=\"main\"><section>");
  out.made(render_card(site, reader, notice)).raw("</section></main>");
  return page(site, reader, {.title = notice.in(reader.lang).title, .path = "/", .here = "board"},
              out.take());
}

/// A form in each language; `make` gives what stands under the language's name.
template <class F>
json::object form(std::string_view id, std::string_view outlet, const PreviewOf& what, F make) {
  const bool live = what.mode == "Actual" || outlet == "stream";
  json::object out{{"id", id}, {"outlet", outlet}, {"goes_out", live && connected(outlet)}};
  for (const ops::Lang lang : langs_of(what.notice)) out[name_of(lang)] = make(lang);
  return out;
}

json::object measured(const json::object& limit, std::size_t used) {
  const auto most = static_cast<std::size_t>(limit.at("most").as_int64());
  json::object out;
  for (const char* name : {"id", "outlet", "name", "unit", "most", "blocks"})
    out[name] = limit.at(name);
  out["used"] = used;
  out["level"] = used > most ? "over" : used * 10 > most * 9 ? "near" : "ok";
  return out;
}

json::array limits_of(const Site& site, const PreviewOf& what) {
  const Shown& notice = what.notice;
  const Shown::Content& zh = notice.in(ops::Lang::zh);
  const auto bytes = canonical_json(what.form);
  const auto used = [&](std::string_view id) -> std::size_t {
    if (id == "stream.form") return bytes ? bytes.value().size() : 0;
    if (id == "sms.text")
      return http::characters(short_text(notice, ops::Lang::zh, site.options.zone));
    if (id == "wechat.digest" || id == "zh.summary") return http::characters(zh.summary);
    if (id == "wechat.content") return http::characters(render_markdown(zh.body));
    if (id == "wechat.text") return message_text(site, notice, ops::Lang::zh).size();
    return http::characters(zh.title);
  };
  json::array out;
  for (const json::value& each : notice::outlet_data().at("limits").as_array()) {
    const json::object& limit = each.as_object();
    out.push_back(measured(limit, used(std::string_view(limit.at("id").as_string()))));
  }
  return out;
}

Result<PreviewOf> preview_from(store::View& view, const store::NoticeRow& row,
                               const notice::NoticeOptions& options, model::Time now) {
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  CLARION_TRY(auto head, store::channel_head(view, notice::channel_of(row.mode)));
  notice::Seal seal;
  seal.published_at = now;
  seal.epoch = epoch.value_or("");
  seal.offset = head + 1;
  seal.audit_hash = std::string(64, '0');  // as long as the real one, for the count of bytes
  seal.links = notice::links_of(row, options);
  notice::Frame frame{row.id,           row.draft_action, row.mode,    options.issuer,
                      row.revision + 1, std::nullopt,     std::nullopt};
  if (frame.action.empty()) frame.action = "publish";
  if (row.revision > 0) frame.supersedes = row.revision;
  PreviewOf out;
  out.form = notice::signed_form(row.draft.value_or(json::object{}), frame, &seal);
  out.mode = row.mode;
  store::RevisionRow revision;
  revision.notice_id = row.id;
  revision.revision = frame.revision;
  revision.action = frame.action;
  revision.mode = row.mode;
  revision.offset = seal.offset;
  revision.form = json::serialize(out.form);
  revision.facets = json::serialize(store::to_json(notice::facets_of_form(out.form)));
  revision.published_at = now;
  if (const auto ends = model::parse_time(string_or(out.form, "expires_at")))
    revision.expires_at = ends.value().time;
  out.notice = shown_of(revision);
  return out;
}

}  // namespace

std::string short_text(const Shown& notice, ops::Lang lang, const ops::Zone& zone) {
  const std::string time = zone.to_text(notice.published_at).substr(5);  // 11-24 17:48
  const std::string& title = notice.in(lang).title;
  if (lang == ops::Lang::en) return fmt::format("{}: {} ({})", notice.issuer, title, time);
  return fmt::format("【{}】{}（{}）", notice.issuer, title, time);
}

std::string message_text(const Site& site, const Shown& notice, ops::Lang lang) {
  const Shown::Content& content = notice.in(lang);
  const std::string mark = main_stamp(notice, lang).words;
  std::string out = lang == ops::Lang::en
                        ? fmt::format("{}: {}\n{}", mark, content.title, content.summary)
                        : fmt::format("【{}】{}\n{}", mark, content.title, content.summary);
  if (!content.advice.empty()) {
    out +=
        fmt::format("\n{}{}", ops::words("page_advice", lang), lang == ops::Lang::en ? ": " : "：");
    out += fmt::format("{}", fmt::join(content.advice, lang == ops::Lang::en ? "; " : "；"));
  }
  return out + fmt::format("\n{}/n/{}", site.options.public_url, notice.id);
}

json::object preview_of(const Site& site, const PreviewOf& what, model::Time now) {
  const Shown& notice = what.notice;
  const Feed feed{{&notice}, now};
  const auto text = [](std::string words) { return json::object{{"text", std::move(words)}}; };
  const auto feed_form = [&](std::string_view id, auto render) {
    return form(id, "feeds", what, [&](ops::Lang lang) {
      FeedQuery query;
      query.lang = lang;
      return text(render(site, query, feed));
    });
  };
  json::array forms;
  forms.push_back(form("page", "board", what, [&](ops::Lang lang) {
    return json::object{{"html", render_notice(site, {lang, true}, {notice}, notice.revision,
                                               {"", notice.offset}, now)}};
  }));
  forms.push_back(form("card", "board", what, [&](ops::Lang lang) {
    return json::object{{"html", board_page(site, {lang, true}, notice)}};
  }));
  forms.push_back(
      form("stream", "stream", what, [&](ops::Lang) { return text(pretty(what.form)); }));
  forms.push_back(feed_form("rss", render_rss));
  forms.push_back(feed_form("atom", render_atom));
  forms.push_back(
      feed_form("json_feed", [](const Site& at, const FeedQuery& query, const Feed& of) {
        const auto parsed = parse_json(render_json_feed(at, query, of));
        return parsed ? pretty(parsed.value()) : std::string();
      }));
  if (notice.kind == "debunk") {
    forms.push_back(form("claimreview", "feeds", what, [&](ops::Lang lang) {
      const auto review = claim_review(notice, site.options, lang, now);
      return text(review ? pretty(*review) : "");
    }));
  }
  forms.push_back(form("sms", "sms", what, [&](ops::Lang lang) {
    return text(short_text(notice, lang, site.options.zone));
  }));
  forms.push_back(form("wechat_text", "wechat", what,
                       [&](ops::Lang lang) { return text(message_text(site, notice, lang)); }));
  forms.push_back(form("wechat_article", "wechat", what, [&](ops::Lang lang) {
    const Shown::Content& content = notice.in(lang);
    return json::object{{"title", content.title},
                        {"text", content.summary},
                        {"body_html", render_markdown(content.body)}};
  }));
  forms.push_back(form("wechat_notification", "wechat", what,
                       [&](ops::Lang lang) { return text(notice.in(lang).title); }));
  return {{"forms", std::move(forms)}, {"limits", limits_of(site, what)}};
}

void add_preview_routes(http::Router& router, identity::Requests& requests,
                        const PageOptions& pages, const notice::NoticeOptions& notices) {
  const auto assets = std::make_shared<const Assets>();
  const auto show = [assets, &pages](const PreviewOf& what, model::Time now) {
    return http::json_response(200, preview_of({pages, *assets}, what, now));
  };
  router.add(
      {.method = "GET",
       .pattern = "/v1/notices/{id}/preview",
       .guard = requests.needs(Act::see_drafts),
       .handler = [&requests, &notices, show](Request& request) {
         return requests.look(
             request, [&](store::View& view, const Actor* actor) -> Result<Response> {
               CLARION_TRY(auto row, store::find_notice(view, request.params.at("id")));
               bool visible = false;
               if (row) {
                 CLARION_TRY(visible,
                             notice::may_see_inside(view, *row, *actor, requests.policy()));
               }
               if (!visible) return Error{Errc::not_found, "there is no such notice", "not_found"};
               if (!row->draft) {
                 CLARION_TRY(auto newest, store::find_revision(view, row->id, row->revision));
                 if (!newest) return Error{Errc::corrupt, "a notice without its newest revision"};
                 return show({json::parse(newest->form).as_object(), shown_of(*newest), row->mode},
                             requests.clock().now());
               }
               CLARION_TRY(auto what, preview_from(view, *row, notices, requests.clock().now()));
               return show(what, requests.clock().now());
             });
       }});
  router.add(
      {.method = "POST",
       .pattern = "/v1/notices/preview",
       .guard = requests.needs(Act::see_drafts),
       .handler =
           [&requests, &notices, show](Request& request) {
             return requests.look(
                 request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                   CLARION_TRY(auto body, http::json_body(request));
                   CLARION_TRY(auto unsaved, notice::read_unsaved(view, body, *actor,
                                                                  requests.policy(), notices));
                   store::NoticeRow row = unsaved.row.value_or(store::NoticeRow{});
                   if (row.id.empty()) row.id = "n_" + std::string(26, '0');
                   row.mode = unsaved.mode;
                   row.draft_action = unsaved.action;
                   row.draft = unsaved.draft;
                   CLARION_TRY(auto what, preview_from(view, row, notices, requests.clock().now()));
                   return show(what, requests.clock().now());
                 });
           },
       .max_body_bytes = kMostBody});
}

}  // namespace clarion::pages
