#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace clarion::ops {

/// Everything /metrics may show. Names, types and help texts stand in the table of metrics.cc.
enum class Metric : std::uint8_t {
  http_requests,
  http_refused,
  http_connections,
  posts,
  scan_seconds,
  scan_bytes,
  cases_open,
  notices_published,
  stream_head_offset,
  stream_subscribers,
  stream_frames,
  stream_closed,
  store_queue,
  rules_loaded,
  reloads,
  ready,
  http_unauthorised,
  http_limited,
  last_post,
  oldest_waiting_case,
  resources,
  leases_lost,
  notices_held,
  publish_seconds,
  sign_failures,
  head_file_failures,
  store_bytes,
  data_size,
  data_free,
  removed,
  last_backup,
  clock_jumps,
  ticks_failed,
  duty_gaps,
  process_start,
  process_cpu,
  process_memory,
  process_open_files,
  process_most_files,
  deadline_reminders,
  escalations,
};

enum class MetricType : std::uint8_t { counter, gauge };

struct MetricRow {
  Metric metric;
  std::string_view name;  ///< with unit and _total as Prometheus' naming page asks
  MetricType type;
  std::string_view help;
};

/// The table, in the enumeration's order.
[[nodiscard]] std::span<const MetricRow> metric_rows();

}  // namespace clarion::ops
