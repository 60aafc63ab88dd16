#include "ops/metrics.h"

#include "base/assert.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>
#include <utility>
#include <vector>

namespace clarion::ops {
namespace {

using enum MetricType;

constexpr std::array kRows = {
    MetricRow{Metric::http_requests, "clarion_http_requests_total", counter, "Requests read"},
    MetricRow{Metric::http_refused, "clarion_http_refused_total", counter,
              "Requests refused: over a limit, or all workers busy"},
    MetricRow{Metric::http_connections, "clarion_http_connections", gauge, "Open connections"},
    MetricRow{Metric::posts, "clarion_posts_total", counter, "Posts read, by what became of them"},
    MetricRow{Metric::scan_seconds, "clarion_scan_seconds_total", counter,
              "Time spent reading and scanning posts"},
    MetricRow{Metric::scan_bytes, "clarion_scan_bytes_total", counter, "Bytes of text scanned"},
    MetricRow{Metric::cases_open, "clarion_cases_open", gauge, "Cases not closed, by state"},
    MetricRow{Metric::notices_published, "clarion_notices_published_total", counter,
              "Revisions published, by channel"},
    MetricRow{Metric::stream_head_offset, "clarion_stream_head_offset", gauge,
              "Last offset published, by channel"},
    MetricRow{Metric::stream_subscribers, "clarion_stream_subscribers", gauge,
              "Connections with a subscription"},
    MetricRow{Metric::stream_frames, "clarion_stream_frames_total", counter,
              "Notices handed to subscribers"},
    MetricRow{Metric::stream_closed, "clarion_stream_closed_total", counter,
              "Subscribers closed, by code"},
    MetricRow{Metric::store_queue, "clarion_store_queue", gauge, "Writes waiting for their turn"},
    MetricRow{Metric::rules_loaded, "clarion_rules_loaded", gauge, "Rules in the running snapshot"},
    MetricRow{Metric::reloads, "clarion_reloads_total", counter, "Reloads, by outcome"},
};

const MetricRow& row_of(Metric metric) { return kRows.at(static_cast<std::size_t>(metric)); }

struct Sampled {
  MetricLabels labels;
  std::function<double()> read;
};

}  // namespace

std::span<const MetricRow> metric_rows() { return kRows; }

struct Metrics::State {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex;  // guards sampled
  std::map<Metric, std::vector<Sampled>> sampled;
};

void Counter::add(double by) const { counter_->Increment(by); }

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(Metric metric, const MetricLabels& labels) {
  const MetricRow& row = row_of(metric);
  CLARION_ASSERT(row.type == MetricType::counter);
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(row.name))
                     .Help(std::string(row.help))
                     .Register(state_->registry);
  return Counter(family.Add(labels));
}

void Metrics::sample(Metric metric, MetricLabels labels, std::function<double()> read) {
  const std::lock_guard lock(state_->mutex);
  state_->sampled[metric].push_back({std::move(labels), std::move(read)});
}

std::string Metrics::prometheus_text() const {
  std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
  const std::lock_guard lock(state_->mutex);
  for (const auto& [metric, values] : state_->sampled) {
    const MetricRow& row = row_of(metric);
    prometheus::MetricFamily& family = families.emplace_back();
    family.name = row.name;
    family.help = row.help;
    const bool counts = row.type == MetricType::counter;
    family.type = counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (const Sampled& sampled : values) {
      prometheus::ClientMetric& value = family.metric.emplace_back();
      for (const auto& [name, text] : sampled.labels) value.label.push_back({name, text});
      (counts ? value.counter.value : value.gauge.value) = sampled.read();
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace clarion::ops
