#include "app/health_watch.h"

#include "app/desk_health.h"
#include "notice/outlets.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace clarion::app {
namespace {

struct Figures {
  std::vector<json::object> sources;
  std::optional<std::vector<json::object>> failed;
};

/// What an outlet could not deliver: its row, a count of 0, or null when nobody knows.
json::value failed_of(const Figures& figures, std::string_view outlet) {
  if (!figures.failed) return nullptr;
  for (const json::object& each : *figures.failed) {
    if (string_or(each, "outlet") == outlet) return each;
  }
  return json::object{{"count", 0}};
}

}  // namespace

void HealthWatch::tell(std::string_view type, std::string_view mode, const std::string& key,
                       std::string_view state, json::object body, model::Time now) {
  body["mode"] = mode;
  Told& told = told_[fmt::format("{}\n{}\n{}", type, mode, key)];
  std::string text = json::serialize(body);
  if (told.body == text) return;
  if (told.state == state && now >= told.at && now - told.at < kFiguresPause) return;
  told = {std::string(state), std::move(text), now};
  body["at"] = model::to_text(now);
  // Everyone who sees all cases of that desk; who sees their own alone asks GET /v1/health.
  events_.send({std::string(type),
                std::move(body),
                model::Audience{
                    .mode = std::string(mode), .regions = {}, .everywhere = true, .accounts = {}},
                {}});
}

Status HealthWatch::step(bool heard, model::Time now) {
  if (!heard) {
    told_.clear();
    return ok();
  }
  for (const std::string_view mode : {"Actual", "Exercise"}) {
    Figures figures;
    CLARION_TRY(database_.read([&](store::View& view) -> Status {
      CLARION_TRY(figures.sources, source_states(view, sources_, mode, now));
      CLARION_TRY(figures.failed, failed_outlets(view, mode));
      return ok();
    }));
    for (json::object& each : figures.sources) {
      const std::string name(string_or(each, "source")), state(string_or(each, "state"));
      tell("source", mode, name, state, std::move(each), now);
    }
    for (const json::value& each : notice::outlet_data().at("outlets").as_array()) {
      const json::object& outlet = each.as_object();
      const std::string id(outlet.at("id").as_string());
      json::value failed = failed_of(figures, id);
      const std::string state = json::serialize(failed);
      tell("outlet", mode, id, state,
           {{"outlet", id},
            {"state", outlet.at("connected").as_bool() ? "on" : "not_connected"},
            {"failed", std::move(failed)}},
           now);
    }
  }
  return ok();
}

}  // namespace clarion::app
