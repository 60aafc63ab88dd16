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
    MetricRow{Metric::ready, "clarion_ready", gauge,
              "1 when a post would reach a subscriber now (as /readyz)"},
    MetricRow{Metric::http_unauthorised, "clarion_http_unauthorised_total", counter,
              "Requests answered 401: no or an unknown credential"},
    MetricRow{Metric::http_limited, "clarion_http_limited_total", counter,
              "Requests answered 429: over a limit or under back-pressure"},
    MetricRow{Metric::last_post, "clarion_last_post_timestamp_seconds", gauge,
              "When the last post was taken in; 0 before the first of this process"},
    MetricRow{
        Metric::oldest_waiting_case, "clarion_oldest_waiting_case_seconds", gauge,
        "Age of the oldest case that nobody has taken in hand, by state; 0 when there is none"},
    MetricRow{Metric::resources, "clarion_resources", gauge,
              "Popular-science resources in use, and those of them past their review"},
    MetricRow{Metric::leases_lost, "clarion_leases_lost_total", counter,
              "Cases that came back because who held them let the time pass"},
    MetricRow{Metric::notices_held, "clarion_notices_held", gauge,
              "Scheduled publications that wait for a person"},
    MetricRow{
        Metric::publish_seconds, "clarion_publish_seconds_total", counter,
        "From the publishing transaction to the subscribers' queues, summed over publications"},
    MetricRow{Metric::sign_failures, "clarion_sign_failures_total", counter,
              "Publications that failed because nothing could be signed"},
    MetricRow{Metric::head_file_failures, "clarion_head_file_failures_total", counter,
              "Publications after which the head file could not be written"},
    MetricRow{Metric::store_bytes, "clarion_store_bytes", gauge,
              "Size of the store on disk, by file: db, wal"},
    MetricRow{Metric::data_size, "clarion_data_size_bytes", gauge,
              "Size of the file system that holds the data folder"},
    MetricRow{Metric::data_free, "clarion_data_free_bytes", gauge,
              "Space left there for this process"},
    MetricRow{Metric::removed, "clarion_removed_total", counter,
              "What retention removed, by what it was"},
    MetricRow{Metric::last_backup, "clarion_last_backup_timestamp_seconds", gauge,
              "When the last backup of this store was made; 0 when there was none"},
    MetricRow{Metric::clock_jumps, "clarion_clock_jumps_total", counter,
              "Times the wall clock moved by more than a minute"},
    MetricRow{Metric::ticks_failed, "clarion_ticks_failed_total", counter,
              "Rounds of leases, scheduled notices and retention that failed"},
    MetricRow{Metric::duty_gaps, "clarion_duty_gaps", gauge,
              "Duties and topics that nobody, or too few, are on duty for, by when: now, soon"},
    MetricRow{Metric::process_start, "process_start_time_seconds", gauge,
              "When this process started"},
    MetricRow{Metric::process_cpu, "process_cpu_seconds_total", counter,
              "CPU time of this process"},
    MetricRow{Metric::process_memory, "process_resident_memory_bytes", gauge,
              "Memory of this process"},
    MetricRow{Metric::process_open_files, "process_open_fds", gauge,
              "Open files and connections of this process"},
    MetricRow{Metric::process_most_files, "process_max_fds", gauge, "How many it may have open"},
    MetricRow{Metric::deadline_reminders, "clarion_deadline_reminders_total", counter,
              "Cases whose holder was reminded of the deadline"},
    MetricRow{Metric::escalations, "clarion_escalations_total", counter,
              "Steps along the chain after a missed deadline, by step"},
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
