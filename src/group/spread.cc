#include "group/spread.h"

#include "base/json.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace clarion::group {
namespace {

using Minutes = std::chrono::duration<double, std::ratio<60>>;

constexpr double kHalfLife = 10;  // minutes
constexpr double kTau = kHalfLife / 0.6931471805599453;
constexpr std::size_t kMostSources = 24;
constexpr std::size_t kMostStretches = 48;
constexpr std::size_t kMostPoints = 200;

double minutes(model::Time from, model::Time to) {
  return std::max(0.0, std::chrono::duration_cast<Minutes>(to - from).count());
}

/// How much of the weights' sum a group of that age has; a first minute counts as a whole one.
double filled(model::Time first_seen, model::Time now) {
  return 1 - std::exp(-std::max(1.0, minutes(first_seen, now)) / kTau);
}

std::int64_t seconds_of(model::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace

double rate_at(double rate, model::Time first_seen, model::Time last_seen, model::Time now) {
  const double sum = rate * filled(first_seen, last_seen);
  return sum * std::exp(-minutes(last_seen, now) / kTau) /
         filled(first_seen, std::max(last_seen, now));
}

double rate_after_post(double rate, model::Time first_seen, model::Time last_seen,
                       model::Time now) {
  const model::Time then = std::max(last_seen, now);
  return rate_at(rate, first_seen, last_seen, then) + 1 / kTau / filled(first_seen, then);
}

void Spread::count(std::string_view source, model::Time now) {
  const bool known = sources_.contains(std::string(source)) || sources_.size() < kMostSources;
  const std::string name(known ? source : kOther);
  ++sources_[name];
  ++series_[{floor_to(seconds_of(now), seconds_), name}];
  coarsen();
}

void Spread::add(const Spread& other) {
  seconds_ = std::max(seconds_, other.seconds_);  // stretches double, so the longer holds the other
  for (const auto& [key, posts] : std::exchange(series_, {}))
    series_[{floor_to(key.first, seconds_), key.second}] += posts;
  const auto name = [this](const std::string& source) {
    const bool known = sources_.contains(source) || sources_.size() < kMostSources;
    return known ? source : std::string(kOther);
  };
  for (const auto& [source, posts] : other.sources_) sources_[name(source)] += posts;
  for (const auto& [key, posts] : other.series_)
    series_[{floor_to(key.first, seconds_), name(key.second)}] += posts;
  coarsen();
}

void Spread::coarsen() {
  const auto too_long = [this] {
    if (series_.size() > kMostPoints) return true;
    std::size_t stretches = 0;
    std::int64_t last = 0;
    for (const auto& [key, posts] : series_) {
      if (stretches == 0 || key.first != last) ++stretches;
      last = key.first;
    }
    return stretches > kMostStretches;
  };
  while (too_long()) {
    seconds_ *= 2;
    auto finer = std::exchange(series_, {});
    for (const auto& [key, posts] : finer)
      series_[{floor_to(key.first, seconds_), key.second}] += posts;
  }
}

std::string Spread::to_text() const {
  json::object sources;
  for (const auto& [source, posts] : sources_) sources[source] = posts;
  json::array series;
  for (const auto& [key, posts] : series_) {
    const model::Time start{std::chrono::seconds(key.first)};
    series.push_back(
        json::object{{"t", model::to_text(start)}, {"source", key.second}, {"posts", posts}});
  }
  return json::serialize(json::object{{"sources", std::move(sources)},
                                      {"series", std::move(series)},
                                      {"series_seconds", seconds_}});
}

Result<Spread> Spread::parse(std::string_view figures) {
  Spread out;
  if (figures.empty()) return out;
  const auto corrupt = [] {
    return Error{Errc::corrupt, "a group's figures are not what was written"};
  };
  CLARION_TRY(const json::value value, parse_json(figures));
  const json::object* object = value.if_object();
  const json::value* sources = object == nullptr ? nullptr : object->if_contains("sources");
  const json::value* series = object == nullptr ? nullptr : object->if_contains("series");
  if (sources == nullptr || !sources->is_object() || series == nullptr || !series->is_array())
    return corrupt();
  if (const json::value* seconds = object->if_contains("series_seconds")) {
    if (!seconds->is_int64() || seconds->as_int64() < 1) return corrupt();
    out.seconds_ = seconds->as_int64();
  }
  for (const auto& [source, posts] : sources->as_object()) {
    if (!posts.is_int64()) return corrupt();
    out.sources_[std::string(source)] = posts.as_int64();
  }
  for (const json::value& point : series->as_array()) {
    const json::object* row = point.if_object();
    const json::value* posts = row == nullptr ? nullptr : row->if_contains("posts");
    if (posts == nullptr || !posts->is_int64()) return corrupt();
    CLARION_TRY(const auto start, model::parse_time(string_or(*row, "t")));
    const std::int64_t at = floor_to(seconds_of(start.time), out.seconds_);
    out.series_[{at, std::string(string_or(*row, "source"))}] += posts->as_int64();
  }
  return out;
}

}  // namespace clarion::group
