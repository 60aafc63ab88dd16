#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace clarion::http::detail {

/// Threads for what may block: guards and handlers. First come, first served; the queue is bounded.
class Workers {
 public:
  /// A job must not throw.
  using Job = std::function<void()>;
  explicit Workers(std::size_t max_queued) : max_queued_(max_queued) {}
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void start(std::size_t threads);
  /// False when the queue is full or has stopped; the job is then untouched by any thread.
  [[nodiscard]] bool submit(Job job);
  /// Lets the running jobs end, drops the waiting ones, joins.
  void stop();

 private:
  void run();
  const std::size_t max_queued_;
  std::mutex mutex_;  // guards jobs_ and stopped_
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace clarion::http::detail
