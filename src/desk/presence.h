#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Who looks at which case just now. In memory alone: after a restart people are there again as
/// soon as their page says so, some seconds later. Thread-safe.
class Presence {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  /// A page says so about every 15 s; who was silent for this long is gone.
  static constexpr std::chrono::seconds kGone{40};
  static constexpr std::size_t kMost = 20'000;  ///< people times cases; more are not remembered

  struct Person {
    std::string account, what;  ///< what: viewing or editing
    bool operator==(const Person&) const = default;
  };

  /// Told, outside any lock of ours, when somebody came, left or does something else: the case and
  /// who is there now.
  void on_change(std::function<void(const std::string& case_id, std::vector<Person>)> told);
  /// Says that a person is at a case; who is there now, themselves included.
  std::vector<Person> seen(const std::string& case_id, const std::string& account,
                           std::string_view what, Steady now);
  std::vector<Person> left(const std::string& case_id, const std::string& account, Steady now);
  [[nodiscard]] std::vector<Person> at(const std::string& case_id, Steady now);
  /// Drops who is gone and tells of it; about once a second.
  void sweep(Steady now);

 private:
  struct Entry {
    std::string what;
    Steady until;
  };
  std::vector<Person> list(const std::string& case_id) const;  // under mutex_

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::map<std::string, Entry>> cases_;
  std::size_t size_ = 0;
  std::function<void(const std::string&, std::vector<Person>)> told_;
};

}  // namespace clarion::desk
