#include "ops/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace clarion::ops {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricRows, StandInTheOrderOfTheirEnumeration) {
  std::size_t i = 0;
  for (const MetricRow& row : metric_rows()) EXPECT_EQ(static_cast<std::size_t>(row.metric), i++);
}

TEST(MetricRows, FollowThePrometheusNamingRules) {
  std::set<std::string_view> seen;
  for (const MetricRow& row : metric_rows()) {
    EXPECT_TRUE(seen.insert(row.name).second) << row.name;
    // process_: the names that every Prometheus client gives these.
    EXPECT_TRUE(row.name.starts_with("clarion_") || row.name.starts_with("process_")) << row.name;
    EXPECT_EQ(row.name.ends_with("_total"), row.type == MetricType::counter) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
}

TEST(Metrics, CountAcrossThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const Counter counter = metrics.counter(Metric::posts, {{"outcome", "flagged"}});
      for (int i = 0; i < 1000; ++i) counter.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(has_line(metrics.prometheus_text(), "clarion_posts_total{outcome=\"flagged\"} 4000"));
}

TEST(Metrics, AskAPartForWhatItCountsItself) {
  Metrics metrics;
  double requests = 1;
  metrics.sample(Metric::http_requests, {}, [&] { return requests; });
  metrics.sample(Metric::http_refused, {{"why", "busy"}}, [] { return 2.0; });
  metrics.sample(Metric::http_refused, {{"why", "limit"}}, [] { return 3.0; });
  metrics.sample(Metric::rules_loaded, {}, [] { return 7.0; });
  requests = 5;
  const std::string text = metrics.prometheus_text();
  EXPECT_TRUE(has_line(text, "# TYPE clarion_http_requests_total counter"));
  EXPECT_TRUE(has_line(text, "clarion_http_requests_total 5"));
  EXPECT_TRUE(has_line(text, "clarion_http_refused_total{why=\"limit\"} 3"));
  EXPECT_TRUE(has_line(text, "# TYPE clarion_rules_loaded gauge"));
  EXPECT_TRUE(has_line(text, "clarion_rules_loaded 7"));
}

}  // namespace
}  // namespace clarion::ops
