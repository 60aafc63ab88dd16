#include "ask/feedback.h"

#include "http/fields.h"
#include "store/feedback.h"
#include "store/notices.h"

namespace clarion::ask {
namespace {

Status count(identity::Requests& requests, const http::Request& request) {
  CLARION_TRY(const auto body, http::json_body(request));
  http::Fields fields(body);
  constexpr std::int64_t kMostRevisions = 1'000'000;
  const auto revision = fields.optional_integer("revision", 1, kMostRevisions);
  const auto helped = fields.optional_bool("helped");
  if (!revision) fields.problem("revision", "field_required");
  if (!helped) fields.problem("helped", "field_required");
  CLARION_TRY(fields.finish());
  const std::string& id = request.params.at("id");
  return requests.database().write([&](store::Tx& tx) -> Status {
    CLARION_TRY(const auto found, store::find_revision(tx, id, *revision));
    // Exercise and Test have no readers.
    if (!found || found->mode != "Actual")
      return Error{Errc::not_found, "there is no such notice", "not_found"};
    return store::add_feedback(tx, id, *revision, *helped);
  });
}

}  // namespace

void add_feedback_route(http::Router& router, identity::Requests& requests) {
  router.add({.method = "POST",
              .pattern = "/v1/notices/{id}/feedback",
              .guard = {},
              .handler =
                  [&requests](http::Request& request) {
                    const Status counted = count(requests, request);
                    if (!counted) return http::problem(request, counted.error());
                    return http::Response{204, {{"Cache-Control", "no-store"}}, ""};
                  },
              .max_body_bytes = 1U << 10U,
              .requests_per_address = kFeedbackAMinute});
}

}  // namespace clarion::ask
