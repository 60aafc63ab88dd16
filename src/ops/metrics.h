#pragma once

#include "ops/metric_names.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace prometheus {
class Counter;
}  // namespace prometheus

namespace clarion::ops {

/// Names and values; of few fixed values each, never from input.
using MetricLabels = std::map<std::string, std::string>;

/// Only rises. Cheap to copy; lives no longer than its Metrics; any thread, no lock.
class Counter {
 public:
  void add(double by = 1) const;

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  prometheus::Counter* counter_;
};

/// What the program counts, for GET /metrics. Asking twice for the same metric and labels gives the
/// same one. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Requires a metric that is a counter.
  [[nodiscard]] Counter counter(Metric metric, const MetricLabels& labels = {});
  /// A counter or gauge that a part keeps itself: `read` is asked at each scrape, on the scraping
  /// thread, and must outlive this.
  void sample(Metric metric, MetricLabels labels, std::function<double()> read);

  /// All of it in the Prometheus text format 0.0.4.
  [[nodiscard]] std::string prometheus_text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace clarion::ops
