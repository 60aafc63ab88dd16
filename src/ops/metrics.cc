#include "ops/metrics.h"

#include "base/assert.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
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
    MetricRow{Metric::http_request_seconds, "clarion_http_request_seconds", histogram,
              "From a request read to its answer"},
    MetricRow{Metric::posts, "clarion_posts_total", counter, "Posts read, by what became of them"},
    MetricRow{Metric::scan_seconds, "clarion_scan_seconds", histogram, "Scanning one batch"},
    MetricRow{Metric::scan_bytes, "clarion_scan_bytes_total", counter, "Bytes of text scanned"},
    MetricRow{Metric::groups, "clarion_groups", gauge, "Groups of near-duplicate posts in memory"},
    MetricRow{Metric::cases, "clarion_cases_total", counter, "Cases opened"},
    MetricRow{Metric::cases_open, "clarion_cases_open", gauge, "Cases not closed, by state"},
    MetricRow{Metric::case_oldest_open_seconds, "clarion_case_oldest_open_seconds", gauge,
              "Age of the oldest case that nobody has taken"},
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
    MetricRow{Metric::store_commits, "clarion_store_commits_total", counter,
              "Transactions synced to disk"},
    MetricRow{Metric::store_commit_seconds, "clarion_store_commit_seconds", histogram,
              "From a transaction's begin to its sync"},
    MetricRow{Metric::store_queue, "clarion_store_queue", gauge, "Writes waiting for their turn"},
    MetricRow{Metric::rules_loaded, "clarion_rules_loaded", gauge, "Rules in the running snapshot"},
    MetricRow{Metric::reloads, "clarion_reloads_total", counter, "Reloads, by outcome"},
};

/// 1-2.5-5 steps: from a synced write on a good disk to what a person would call hung.
constexpr std::array kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                 0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

const MetricRow& row_of(Metric metric) { return kRows.at(static_cast<std::size_t>(metric)); }

const MetricRow& row_of(Metric metric, MetricType type) {
  const MetricRow& row = row_of(metric);
  CLARION_ASSERT(row.type == type);
  return row;
}

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
void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double by) const { gauge_->Increment(by); }
void Histogram::observe(double seconds) const { histogram_->Observe(seconds); }

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(Metric metric, const MetricLabels& labels) {
  const MetricRow& row = row_of(metric, MetricType::counter);
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(row.name))
                     .Help(std::string(row.help))
                     .Register(state_->registry);
  return Counter(family.Add(labels));
}

Gauge Metrics::gauge(Metric metric, const MetricLabels& labels) {
  const MetricRow& row = row_of(metric, MetricType::gauge);
  auto& family = prometheus::BuildGauge()
                     .Name(std::string(row.name))
                     .Help(std::string(row.help))
                     .Register(state_->registry);
  return Gauge(family.Add(labels));
}

Histogram Metrics::histogram(Metric metric, const MetricLabels& labels) {
  const MetricRow& row = row_of(metric, MetricType::histogram);
  auto& family = prometheus::BuildHistogram()
                     .Name(std::string(row.name))
                     .Help(std::string(row.help))
                     .Register(state_->registry);
  return Histogram(family.Add(
      labels, prometheus::Histogram::BucketBoundaries(kSeconds.begin(), kSeconds.end())));
}

void Metrics::sample(Metric metric, MetricLabels labels, std::function<double()> read) {
  CLARION_ASSERT(row_of(metric).type != MetricType::histogram);
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
