#include "ops/health.h"

namespace clarion::ops {

void Health::add(std::string name, Check check) {
  const std::lock_guard lock(mutex_);
  checks_.emplace_back(std::move(name), std::move(check));
}

void Health::set_draining() { draining_ = true; }

Health::Report Health::ready() {
  if (draining_) return Report{false, {{"draining", "stopping"}}};
  const std::lock_guard lock(mutex_);
  if (last_ && clock_.steady() - last_at_ < std::chrono::seconds(1)) return *last_;
  Report report{true, {}};
  for (const auto& [name, check] : checks_) {
    const Status status = check();
    report.ready = report.ready && status.has_value();
    report.checks.emplace_back(name, status ? "ok" : status.error().text);
  }
  // From the end of the checks: else slow ones would run without a pause.
  last_at_ = clock_.steady();
  last_ = report;
  return report;
}

}  // namespace clarion::ops
