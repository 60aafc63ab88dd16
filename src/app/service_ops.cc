// The endpoints and figures for those who run the system.
#include "app/service.h"

#include "ops/process.h"
#include "roster/duty.h"
#include "rules/rule_set.h"
#include "store/cases.h"
#include "store/desk_log.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

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
  metrics_.sample(Metric::stream_head_offset, {{"channel", "desk"}}, [this] {
    const auto ends = database_->read([](store::View& view) { return store::desk_log_ends(view); });
    return ends ? static_cast<double>(ends.value().head) : -1;
  });
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
  metrics_.sample(Metric::http_unauthorised, {},
                  [this] { return static_cast<double>(server_->stats().unauthorised); });
  metrics_.sample(Metric::http_limited, {},
                  [this] { return static_cast<double>(server_->stats().limited); });
  add_desk_metrics();
  add_machine_metrics();
  // What has not happened yet is 0, not absent: a rise from nothing must show.
  for (const char* result : {"done", "refused"})
    metrics_.counter(Metric::reloads, {{"result", result}}).add(0);
  for (const char* channel : {"notices", "drill"})
    metrics_.counter(Metric::notices_published, {{"channel", channel}}).add(0);
  for (const char* what :
       {"posts", "tombstones", "answers", "receipts", "outbox", "desk_log", "messages"})
    metrics_.counter(Metric::removed, {{"what", what}}).add(0);
  for (const Metric metric :
       {Metric::leases_lost, Metric::deadline_reminders, Metric::publish_seconds,
        Metric::head_file_failures, Metric::clock_jumps, Metric::ticks_failed})
    metrics_.counter(metric).add(0);
  for (const char* step : {"line2", "operators", "everyone"})
    metrics_.counter(Metric::escalations, {{"step", step}}).add(0);
}

void Service::add_desk_metrics() {
  using ops::Metric;
  for (const bool now : {true, false}) {
    metrics_.sample(Metric::duty_gaps, {{"when", now ? "now" : "soon"}}, [this, now] {
      const auto alarms = database_->read([this](store::View& view) {
        return roster::alarms(view, notices_->zone, clock_->now());
      });
      if (!alarms) return -1.0;
      return static_cast<double>(
          std::count_if(alarms.value().begin(), alarms.value().end(),
                        [now](const roster::Alarm& alarm) { return alarm.now == now; }));
    });
  }
  metrics_.sample(Metric::last_post, {},
                  [this] { return static_cast<double>(pipeline_->stats().last_post_ms) / 1e3; });
  for (const char* state : {"open", "assigned"}) {
    metrics_.sample(Metric::oldest_waiting_case, {{"state", state}}, [this, state] {
      const auto since =
          database_->read([state](store::View& view) { return store::oldest_case(view, state); });
      if (!since || !since.value()) return 0.0;
      return std::max(0.0, std::chrono::duration<double>(clock_->now() - *since.value()).count());
    });
  }
  for (const bool stale : {false, true}) {
    metrics_.sample(Metric::resources, {{"state", stale ? "stale" : "current"}}, [this, stale] {
      const std::string today = readiness::day_of(clock_->now(), notices_->zone);
      const auto count = database_->read(
          [&today](store::View& view) { return store::count_resources(view, today); });
      if (!count) return -1.0;
      return static_cast<double>(stale ? count.value().stale : count.value().current);
    });
  }
  metrics_.sample(Metric::notices_held, {}, [this] {
    const auto scheduled =
        database_->read([](store::View& view) { return store::scheduled_notices(view); });
    if (!scheduled) return -1.0;
    return static_cast<double>(
        std::count_if(scheduled.value().begin(), scheduled.value().end(),
                      [](const auto& row) { return row.draft_details.contains("publish_held"); }));
  });
  metrics_.sample(Metric::sign_failures, {},
                  [this] { return static_cast<double>(notices_->keys->failures()); });
  metrics_.sample(Metric::last_backup, {}, [this] {
    const auto when =
        database_->read([](store::View& view) { return store::find_meta(view, "last_backup"); });
    if (!when || !when.value()) return 0.0;
    const auto time = model::parse_time(*when.value());
    if (!time) return 0.0;
    return static_cast<double>(time.value().time.time_since_epoch().count()) / 1e3;
  });
  for (const char* state : {"open", "assigned", "in_review", "judged"}) {
    metrics_.sample(Metric::cases_open, {{"state", state}}, [this, state] {
      const auto count =
          database_->read([state](store::View& view) { return store::count_cases(view, state); });
      return count ? static_cast<double>(count.value()) : -1;
    });
  }
}

void Service::add_machine_metrics() {
  using ops::Metric;
  metrics_.sample(Metric::ready, {}, [this] { return health_.ready().ready ? 1.0 : 0.0; });
  for (const auto& [file, name] : {std::pair{"db", "/clarion.db"}, {"wal", "/clarion.db-wal"}}) {
    metrics_.sample(Metric::store_bytes, {{"file", file}}, [this, name = std::string(name)] {
      std::error_code failed;
      const auto size = std::filesystem::file_size(config_.data.dir + name, failed);
      return failed ? 0.0 : static_cast<double>(size);
    });
  }
  const auto disk = [this](std::uint64_t ops::DiskSpace::* member) {
    return [this, member] {
      const auto space = ops::disk_space(config_.data.dir);
      return space ? static_cast<double>((*space).*member) : -1.0;
    };
  };
  metrics_.sample(Metric::data_size, {}, disk(&ops::DiskSpace::size_bytes));
  metrics_.sample(Metric::data_free, {}, disk(&ops::DiskSpace::free_bytes));
  const auto process = [](auto ops::ProcessFigures::* member) {
    return [member] { return static_cast<double>(ops::process_figures().*member); };
  };
  metrics_.sample(Metric::process_start, {}, process(&ops::ProcessFigures::start_time_seconds));
  metrics_.sample(Metric::process_cpu, {}, process(&ops::ProcessFigures::cpu_seconds));
  metrics_.sample(Metric::process_memory, {}, process(&ops::ProcessFigures::resident_bytes));
  metrics_.sample(Metric::process_open_files, {}, process(&ops::ProcessFigures::open_files));
  metrics_.sample(Metric::process_most_files, {}, process(&ops::ProcessFigures::most_files));
}

}  // namespace clarion::app
