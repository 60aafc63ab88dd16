#include "ask/routes.h"

#include "ask/check.h"
#include "http/fields.h"

namespace clarion::ask {

void add_routes(http::Router& router, identity::Requests& requests, library::Library& library) {
  constexpr std::size_t kMostBody = 16U << 10U;  // 2,000 characters, escaped at worst
  router.add(
      {.method = "POST",
       .pattern = "/v1/check",
       .guard = {},
       .handler =
           [&requests, &library](http::Request& request) {
             return requests.look(
                 request, [&](store::View& view, const identity::Actor*) -> Result<http::Response> {
                   CLARION_TRY(const auto body, http::json_body(request));
                   http::Fields fields(body);
                   const std::string text = fields.required_text("text", kCheckCharacters);
                   CLARION_TRY(fields.finish());
                   CLARION_TRY(auto known, check_text(view, library, text, requests.clock().now()));
                   auto response = http::json_response(200, known);
                   response.headers.emplace_back("Cache-Control", "no-store");
                   return response;
                 });
           },
       .max_body_bytes = kMostBody,
       .requests_per_address = kChecksAMinute});
}

}  // namespace clarion::ask
