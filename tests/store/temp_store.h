#pragma once

#include "ops/clock.h"
#include "ops/random.h"
#include "store/database.h"
#include "store/meta.h"

#include <filesystem>
#include <memory>
#include <string>

#include <unistd.h>

namespace clarion::store {

/// A store of its own in a temporary folder, with a clock that stands still and randomness from a
/// seed; gone with the test.
class TempStore {
 public:
  TempStore() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "clarion-store-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    reopen();
  }
  ~TempStore() {
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TempStore(const TempStore&) = delete;
  TempStore& operator=(const TempStore&) = delete;

  void reopen(std::size_t max_queued = 2048) {
    database_.reset();
    database_ =
        Database::open({.folder = folder_, .max_queued = max_queued}, clock, *random).value();
  }
  void close() { database_.reset(); }
  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  [[nodiscard]] const std::string& folder() const { return folder_; }

  ops::ManualClock clock{
      model::Time(std::chrono::milliseconds(1'795'514'400'000))};  // 2026-11-24T10:00:00Z
  std::unique_ptr<ops::Random> random = ops::make_seeded_random(7);

 private:
  std::string folder_;
  std::unique_ptr<Database> database_;
};

}  // namespace clarion::store
