#include "pages/routes.h"

#include "pages/answer.h"
#include "pages/board.h"
#include "pages/feeds.h"
#include "pages/notice_page.h"
#include "pages/recent.h"
#include "store/meta.h"

#include <charconv>
#include <memory>

namespace clarion::pages {
namespace {

using http::Request;
using http::Response;

constexpr const char* kHtml = "text/html; charset=utf-8";

/// What all routes share; made once, outlives the requests by the handlers that hold it.
struct Shared {
  explicit Shared(const PageOptions& page_options) : options(page_options) {}
  const PageOptions& options;
  Assets assets;
  Recent recent;
  [[nodiscard]] Site site() const { return {options, assets}; }
};

Response missing(const Shared& shared, const Request& request) {
  return answer(request, {.type = kHtml,
                          .body = render_missing(shared.site(), reader_of(request)),
                          .cache_control = "no-store",
                          .by_language = true,
                          .status = 404});
}

Result<Response> show_notice(const Shared& shared, store::View& view, const Request& request,
                             model::Time now) {
  CLARION_TRY(auto row, store::find_notice(view, request.params.at("id")));
  // Exercise and Test never reach a public page (contract section 5, promise 4).
  if (!row || row->revision == 0 || row->mode != "Actual") return missing(shared, request);
  CLARION_TRY(auto rows, store::revisions_of(view, row->id));
  std::vector<Shown> all;
  all.reserve(rows.size());
  for (const store::RevisionRow& each : rows) all.push_back(shown_of(each));
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  CLARION_TRY(auto head, store::channel_head(view, "notices"));
  const model::Position at{epoch.value_or(""), head};
  std::int64_t wanted = row->revision;
  if (const auto asked = request.query_value("revision")) {
    const auto [end, failed] =
        std::from_chars(asked->data(), asked->data() + asked->size(), wanted);
    if (failed != std::errc() || end != asked->data() + asked->size() || wanted < 1 ||
        wanted > row->revision)
      return missing(shared, request);
  }
  return answer(request,
                {.type = kHtml,
                 .body = render_notice(shared.site(), reader_of(request), all, wanted, at, now),
                 .by_language = true});
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, const PageOptions& options) {
  const auto shared = std::make_shared<Shared>(options);
  const auto look = [&](const std::string& pattern, auto act) {
    router.add({.method = "GET",
                .pattern = pattern,
                .guard = {},
                .handler = [&requests, act](Request& request) {
                  return requests.look(
                      request, [&](store::View& view, const identity::Actor*) -> Result<Response> {
                        return act(view, request, requests.clock().now());
                      });
                }});
  };
  look("/",
       [shared](store::View& view, const Request& request, model::Time now) -> Result<Response> {
         CLARION_TRY(auto recent, shared->recent.at(view));
         return answer(request, {.type = kHtml,
                                 .body = render_board(shared->site(), read_board_query(request),
                                                      *recent, now),
                                 .by_language = true});
       });
  look("/n/{id}", [shared](store::View& view, const Request& request, model::Time now) {
    return show_notice(*shared, view, request, now);
  });
  const auto feed = [&](const std::string& pattern, const std::string& type, auto render) {
    look(pattern,
         [shared, type, render](store::View& view, const Request& request,
                                model::Time now) -> Result<Response> {
           CLARION_TRY(auto query, read_feed_query(request));
           CLARION_TRY(auto recent, shared->recent.at(view));
           const Feed gathered = gather(*recent, query, now);
           const auto changed = std::chrono::floor<std::chrono::seconds>(gathered.changed_at);
           return answer(request, {.type = type,
                                   .body = render(shared->site(), query, gathered),
                                   .cache_control = "public, max-age=60, must-revalidate",
                                   .modified = changed.time_since_epoch().count()});
         });
  };
  feed("/feeds/rss.xml", "application/rss+xml; charset=utf-8", render_rss);
  feed("/feeds/atom.xml", "application/atom+xml; charset=utf-8", render_atom);
  feed("/feeds/feed.json", "application/feed+json; charset=utf-8", render_json_feed);
  feed("/feeds/claimreview.json", "application/ld+json; charset=utf-8", render_data_feed);
  router.add(
      {.method = "GET", .pattern = "/about", .guard = {}, .handler = [shared](Request& request) {
         return answer(request, {.type = kHtml,
                                 .body = render_about(shared->site(), reader_of(request)),
                                 .by_language = true});
       }});
  router.add({.method = "GET",
              .pattern = "/assets/{file}",
              .guard = {},
              .handler = [shared](Request& request) {
                return shared->assets.answer(request, request.params.at("file"));
              }});
}

}  // namespace clarion::pages
