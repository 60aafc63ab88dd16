#include "app/desk_health.h"

#include "notice/outlets.h"
#include "ops/catalogue.h"
#include "ops/process.h"
#include "store/accounts.h"
#include "store/deliveries.h"
#include "store/desk_log.h"
#include "store/meta.h"
#include "store/notices.h"

#include <algorithm>
#include <map>
#include <optional>

namespace clarion::app {
namespace {

using http::Request;
using http::Response;
using identity::Actor;

/// A source is quiet when nothing came for so long: the slowest feeds of the demo and of recorded
/// days pause for minutes, none for a quarter of an hour.
constexpr std::chrono::minutes kQuiet{15};
constexpr std::size_t kMostShown = 100;

json::value time_or_null(std::int64_t ms) {
  if (ms == 0) return nullptr;
  return json::string(model::to_text(model::Time(std::chrono::milliseconds(ms))));
}

json::array list_of(std::vector<json::object> rows) {
  json::array out;
  for (json::object& each : rows) out.push_back(std::move(each));
  return out;
}

Result<json::array> channels_of(store::View& view, const HealthSources& sources) {
  CLARION_TRY(const auto epoch, store::find_meta(view, "epoch"));
  json::array out;
  CLARION_TRY(const auto desk_log, store::desk_log_ends(view));
  for (const std::string_view channel : {"notices", "drill", "desk"}) {
    std::uint64_t head = desk_log.head;
    if (channel != "desk") {
      CLARION_TRY(head, store::channel_head(view, channel));
    }
    const auto readers = sources.readers(channel);
    out.push_back({{"channel", channel},
                   {"heartbeat_at", time_or_null(sources.heartbeat_ms(channel))},
                   {"position",
                    json::object{{"epoch", epoch.value_or("")}, {"offset", std::to_string(head)}}},
                   {"subscribers", readers ? json::value(*readers) : json::value(nullptr)}});
  }
  return out;
}

json::value waiting_of(const Result<store::Waiting>& waiting) {
  if (!waiting) return nullptr;
  return json::object{{"count", waiting.value().count},
                      {"oldest_at", time_or_null(waiting.value().oldest_ms)}};
}

Result<Response> health(store::View& view, const Actor& actor, const HealthSources& sources,
                        identity::Requests& requests) {
  const model::Time now = requests.clock().now();
  const std::string mode(identity::mode_of(actor));
  json::object body{{"generated_at", model::to_text(now)}, {"mode", mode}};
  CLARION_TRY(auto fed, source_states(view, sources.sources, mode, now));
  body["sources"] = list_of(std::move(fed));
  CLARION_TRY(body["channels"], channels_of(view, sources));
  body["waiting"] = json::object{{"cases", waiting_of(store::waiting_cases(view, mode))},
                                 {"notices", waiting_of(store::waiting_notices(view, mode))}};
  CLARION_TRY(auto failed, failed_outlets(view, mode));
  body["deliveries"] = failed ? json::value(json::object{{"failed", list_of(std::move(*failed))}})
                              : json::value(nullptr);
  body["queue"] = json::object{{"writes", requests.database().queued()},
                               {"intake_bytes", sources.bytes_under_way()}};
  const auto disk = ops::disk_space(sources.folder);
  body["disk"] = disk ? json::value(json::object{{"size_bytes", disk->size_bytes},
                                                 {"free_bytes", disk->free_bytes}})
                      : json::value(nullptr);
  return http::json_response(200, body);
}

json::object in_both(std::string_view code) {
  return {{"zh", ops::words(code, ops::Lang::zh)}, {"en", ops::words(code, ops::Lang::en)}};
}

}  // namespace

Result<std::vector<json::object>> source_states(store::View& view, const SourceBook& book,
                                                std::string_view mode, model::Time now) {
  std::map<std::string, std::optional<SourceBook::Figures>> all;
  for (SourceBook::Figures& each : book.figures(mode, now)) {
    std::string name = each.source;
    all[std::move(name)] = std::move(each);
  }
  if (mode == "Actual") {
    CLARION_TRY(const auto tokens, store::list_tokens(view));
    for (const store::Token& token : tokens) {
      if (token.scope != "ingest" || token.revoked_at || token.expires_at <= now) continue;
      for (const std::string& source : token.sources) all.try_emplace(source);
    }
  }
  std::vector<json::object> shown;
  for (const auto& [name, figures] : all) {
    json::object one{{"source", name}};
    one["last_at"] = figures ? json::value(model::to_text(figures->last_at)) : nullptr;
    one["last_hour"] = figures ? json::value(figures->last_hour) : nullptr;
    one["state"] = !figures ? "unknown" : now - figures->last_at >= kQuiet ? "quiet" : "flowing";
    shown.push_back(std::move(one));
  }
  // Trouble first: what never came, then what came longest ago; only then is the list cut.
  std::sort(shown.begin(), shown.end(), [](const json::object& a, const json::object& b) {
    const std::string_view left = string_or(a, "last_at"), right = string_or(b, "last_at");
    return left != right ? left < right : string_or(a, "source") < string_or(b, "source");
  });
  if (shown.size() > kMostShown) shown.resize(kMostShown);
  return shown;
}

Result<std::optional<std::vector<json::object>>> failed_outlets(store::View& view,
                                                                std::string_view mode) {
  CLARION_TRY(const auto failed, store::failed_deliveries(view, mode));
  if (!failed) return std::nullopt;
  std::vector<json::object> out;
  for (const store::FailedDeliveries& each : *failed) {
    json::value name = json::object{{"zh", each.outlet}, {"en", each.outlet}};
    for (const json::value& outlet : notice::outlet_data().at("outlets").as_array()) {
      if (string_or(outlet.as_object(), "id") == each.outlet) name = outlet.as_object().at("name");
    }
    out.push_back(
        {{"outlet", each.outlet},
         {"name", std::move(name)},
         {"count", each.count},
         {"recipients", each.recipients},
         {"reason", each.error.empty() ? json::value(nullptr)
                                       : json::value(json::object{{"code", each.error},
                                                                  {"text", in_both(each.error)}})},
         {"since", model::to_text(each.since)},
         {"last_at", model::to_text(each.last_at)}});
  }
  return std::optional(std::move(out));
}

void add_health_route(http::Router& router, identity::Requests& requests,
                      const HealthSources& sources) {
  router.add({.method = "GET",
              .pattern = "/v1/health",
              .guard = requests.needs(identity::Act::see_cases),
              .handler = [&requests, &sources](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor* actor) {
                  return health(view, *actor, sources, requests);
                });
              }});
}

}  // namespace clarion::app
