#include "report/routes.h"

#include "http/status.h"
#include "report/rollup.h"
#include "report/stats.h"

#include <charconv>

namespace clarion::report {
namespace {

using http::Request;
using http::Response;
using identity::Actor;

constexpr int kDefaultDays = 7, kMostDays = 366;
constexpr std::chrono::hours kLongest{24 * kMostDays};

struct Days {
  std::string first, last;
};

Result<Days> read_days(const Request& request, model::Time now, const ops::Zone& zone) {
  const ops::Civil today = zone.civil(now);
  model::Time first = zone.midnight(today.year, today.month, today.day - kDefaultDays + 1);
  model::Time last = now;
  bool counted = false;
  for (const auto& [name, value] : request.query) {
    if (name == "days") {
      int days = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), days);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size() || days < 1 ||
          days > kMostDays)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "366"}});
      first = zone.midnight(today.year, today.month, today.day - days + 1);
      counted = true;
      continue;
    }
    if (name != "from" && name != "to") return http::bad_query(name, "field_unknown");
    const auto time = model::parse_time(value);
    if (!time) return http::bad_query(name, "time_invalid");
    (name == "from" ? first : last) = zone.resolve(time.value());
  }
  if (counted && request.query.size() > 1) return http::bad_query("days", "field_unknown");
  if (first > last || last - first > kLongest)
    return http::bad_query("from", "field_out_of_range", {{"min", "1"}, {"max", "366"}});
  return Days{day_of(first, zone), day_of(last, zone)};
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, const ops::Zone& zone) {
  // Statistics stand in one row with experts and roster (contract section 3): all five roles see.
  router.add({.method = "GET",
              .pattern = "/v1/stats",
              .guard = requests.needs(identity::Act::see_experts),
              .handler = [&requests, &zone](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                      const model::Time now = requests.clock().now();
                      CLARION_TRY(const auto days, read_days(request, now, zone));
                      CLARION_TRY(const auto body, stats_of(view, identity::mode_of(*actor),
                                                            days.first, days.last, now, zone));
                      return http::json_response(200, body);
                    });
              }});
}

}  // namespace clarion::report
