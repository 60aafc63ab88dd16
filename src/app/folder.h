#pragma once

#include "ops/clock.h"
#include "ops/random.h"
#include "store/database.h"

#include <memory>
#include <string>

namespace clarion::app {

/// A data folder as the verbs use it, beside a running server or alone.
struct Folder {
  std::unique_ptr<ops::Clock> clock;
  std::unique_ptr<ops::Random> random;
  std::unique_ptr<store::Database> database;
};

/// Whether a folder that holds no data yet gets a store: not for who only wants to look, since a
/// mistyped path would then pass every check.
enum class Missing { make, refuse };
/// Errors: those of Database::open; `not_found` when there is no store and none is to be made;
/// `denied` for root in a folder of another account, which could not read what root leaves.
[[nodiscard]] Result<Folder> open_folder(const std::string& path, Missing missing);

/// How the audit chain names who works on the command line: cli:USER.
[[nodiscard]] std::string cli_actor();

/// One process a data folder: holds an flock on FOLDER/lock while it lives, so a killed process
/// leaves none.
class FolderLock {
 public:
  /// Errors: `conflict` naming the pid that holds it; `unavailable`; `denied` as open_folder.
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

}  // namespace clarion::app
