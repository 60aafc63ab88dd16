#include "app/posts_route.h"

#include "intake/parse.h"

namespace clarion::app {
namespace {

constexpr std::size_t kMostBody = 16U << 20U;  // contract section 3

Result<intake::Lines> split(const http::Request& request) {
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type == "application/x-ndjson") return intake::split_lines(request.body);
  if (type == "application/json") return intake::split_array(request.body);
  return Error{Errc::unsupported, "posts come as application/x-ndjson or application/json",
               "media_type_unsupported"};
}

http::Response answer(const TakenIn& taken, ops::Lang lang) {
  json::array rejected;
  for (const intake::Rejected& each : taken.rejected) {
    rejected.push_back({{"line", each.line},
                        {"code", each.error.code},
                        {"detail", intake::detail_of(each.error, lang)}});
  }
  return http::json_response(202, json::object{{"accepted", taken.accepted},
                                               {"flagged", taken.flagged},
                                               {"duplicates", taken.duplicates},
                                               {"rejected", std::move(rejected)}});
}

}  // namespace

void add_posts_route(http::Router& router, identity::Requests& requests, Pipeline& pipeline) {
  router.add({.method = "POST",
              .pattern = "/v1/posts",
              .guard = requests.needs_scope({identity::Scope::ingest, identity::Scope::drill}),
              .handler =
                  [&requests, &pipeline](http::Request& request) {
                    return requests.keyed(
                        request, [&](identity::Requests::Keeper& keeper) -> Result<http::Response> {
                          const identity::Actor& actor = *identity::actor_of(request);
                          Pipeline::Body body;
                          CLARION_TRY(body.lines, split(request));
                          body.bytes = request.body.size();
                          body.mode = actor.scope == identity::Scope::drill ? "Exercise" : "Actual";
                          body.sources = actor.sources;
                          CLARION_TRY(auto taken,
                                      pipeline.take_in(
                                          std::move(body), [&](store::Tx& tx, const TakenIn& now) {
                                            return keeper.keep(tx, answer(now, request.lang));
                                          }));
                          return answer(taken, request.lang);
                        });
                  },
              .max_body_bytes = kMostBody});
}

}  // namespace clarion::app
