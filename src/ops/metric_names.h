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
  http_request_seconds,
  posts,
  scan_seconds,
  scan_bytes,
  groups,
  cases,
  cases_open,
  case_oldest_open_seconds,
  notices_published,
  stream_head_offset,
  stream_subscribers,
  stream_frames,
  stream_closed,
  store_commits,
  store_commit_seconds,
  store_queue,
  rules_loaded,
  reloads,
};

enum class MetricType : std::uint8_t { counter, gauge, histogram };

struct MetricRow {
  Metric metric;
  std::string_view name;  ///< with unit and _total as Prometheus' naming page asks
  MetricType type;
  std::string_view help;
};

/// The table, in the enumeration's order.
[[nodiscard]] std::span<const MetricRow> metric_rows();

}  // namespace clarion::ops
