// The endpoints and figures for those who run the system.
#include "app/service.h"

#include "rules/rule_set.h"
#include "store/cases.h"

#include <fmt/format.h>

namespace clarion::app {
namespace {

bool from_loopback(const http::Request& request) {
  return (request.remote == "127.0.0.1" || request.remote == "::1") &&
         request.header("x-forwarded-for").empty();
}

http::Response plain(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

}  // namespace

void Service::add_ops_routes(http::Router& router) {
  router.add({.method = "GET",
              .pattern = "/livez",
              .guard = {},
              .handler = [](http::Request&) { return plain(200, "ok\n"); },
              .exempt = true});
  router.add({.method = "GET",
              .pattern = "/readyz",
              .guard = {},
              .handler =
                  [this](http::Request&) {
                    const ops::Health::Report report = health_.ready();
                    json::object checks;
                    for (const auto& [name, words] : report.checks) checks[name] = words;
                    return http::json_response(
                        report.ready ? 200 : 503,
                        json::object{{"ready", report.ready}, {"checks", std::move(checks)}});
                  },
              .exempt = true});
  router.add({.method = "GET",
              .pattern = "/metrics",
              .guard = [scoped = requests_->needs_scope({identity::Scope::metrics})](
                           http::Request& request) -> Status {
                if (from_loopback(request) && request.header("authorization").empty()) return ok();
                return scoped(request);
              },
              .handler =
                  [this](http::Request&) {
                    return http::Response{
                        200,
                        {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                        metrics_.prometheus_text()};
                  },
              .exempt = true});
  router.add(
      {.method = "POST",
       .pattern = "/v1/admin/reload",
       .guard = requests_->needs(identity::Act::administer),
       .handler = [this](http::Request& request) {
         const Status done = reload();
         if (!done)
           return http::problem(
               request,
               {Errc::invalid, done.error().text, "reload_refused", {{"why", done.error().text}}});
         const auto rules = pipeline_->rules();
         return http::json_response(200, json::object{{"rules", rules->rules().size()},
                                                      {"rules_version", rules->version()}});
       }});
}

void Service::add_metrics() {
  using ops::Metric;
  const auto answers = [this](std::size_t first_digit) {
    return [this, first_digit] {
      return static_cast<double>(server_->stats().answers.at(first_digit));
    };
  };
  for (std::size_t digit = 2; digit <= 5; ++digit)
    metrics_.sample(Metric::http_requests, {{"status", fmt::format("{}xx", digit)}},
                    answers(digit));
  metrics_.sample(Metric::http_refused, {{"why", "busy"}},
                  [this] { return static_cast<double>(server_->stats().refused_busy); });
  metrics_.sample(Metric::http_refused, {{"why", "limit"}},
                  [this] { return static_cast<double>(server_->stats().refused_limit); });
  metrics_.sample(Metric::http_connections, {},
                  [this] { return static_cast<double>(server_->stats().connections); });
  metrics_.sample(Metric::posts, {{"result", "accepted"}},
                  [this] { return static_cast<double>(pipeline_->stats().posts); });
  metrics_.sample(Metric::posts, {{"result", "flagged"}},
                  [this] { return static_cast<double>(pipeline_->stats().flagged); });
  metrics_.sample(Metric::posts, {{"result", "rejected"}},
                  [this] { return static_cast<double>(pipeline_->stats().rejected); });
  metrics_.sample(Metric::scan_seconds, {},
                  [this] { return static_cast<double>(pipeline_->stats().scan_ns) / 1e9; });
  metrics_.sample(Metric::scan_bytes, {},
                  [this] { return static_cast<double>(pipeline_->stats().bytes); });
  metrics_.sample(Metric::store_queue, {},
                  [this] { return static_cast<double>(database_->queued()); });
  metrics_.sample(Metric::rules_loaded, {},
                  [this] { return static_cast<double>(pipeline_->rules()->rules().size()); });
  for (const char* channel : {"notices", "drill"}) {
    metrics_.sample(Metric::stream_head_offset, {{"channel", channel}}, [this, channel] {
      const auto head = database_->read(
          [channel](store::View& view) { return store::channel_head(view, channel); });
      return head ? static_cast<double>(head.value()) : -1;
    });
  }
  const auto summed = [this](std::uint64_t broadcast::Gateway::Stats::* member) {
    return [this, member] {
      double sum = 0;
      for (const auto& core : gateway_->stats()) sum += static_cast<double>(core.*member);
      return sum;
    };
  };
  using Stats = broadcast::Gateway::Stats;
  metrics_.sample(Metric::stream_subscribers, {}, summed(&Stats::sessions));
  metrics_.sample(Metric::stream_frames, {}, summed(&Stats::frames_sent));
  metrics_.sample(Metric::stream_closed, {{"why", "slow"}}, summed(&Stats::slow_closes));
  metrics_.sample(Metric::stream_closed, {{"why", "silent"}}, summed(&Stats::silent_closes));
  for (const char* state : {"open", "assigned", "in_review", "judged"}) {
    metrics_.sample(Metric::cases_open, {{"state", state}}, [this, state] {
      const auto count =
          database_->read([state](store::View& view) { return store::count_cases(view, state); });
      return count ? static_cast<double>(count.value()) : -1;
    });
  }
}

}  // namespace clarion::app
