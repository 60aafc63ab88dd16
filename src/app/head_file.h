#pragma once

#include "base/json.h"
#include "store/database.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace clarion::app {

/// Gives the channel logs a new life (contract section 4), audited with `why`.
Result<std::string> begin_epoch(store::Tx& tx, std::string_view actor, json::object why);

/// FOLDER/head: how far each channel's log had come, synced after every publication and before it
/// leaves.
///
/// A data base that ends before it, or of another epoch, is an older copy put back: then the logs
/// begin a new life (contract section 4).
class HeadFile {
 public:
  explicit HeadFile(std::string folder) : path_(std::move(folder) + "/head") {}

  /// Compares the file with the store; gives the store a new epoch when it has none or lost its
  /// tail (audited), and writes the file. Returns the living epoch. Errors: `unavailable`,
  /// `corrupt` for a file that is none.
  Result<std::string> settle(store::Database& database);
  /// Writes the new head of a channel; called in order. Errors: `unavailable`.
  Status advance(std::string_view channel, std::uint64_t offset);

 private:
  Status write();
  std::string path_;
  std::string epoch_;
  std::map<std::string, std::uint64_t, std::less<>> heads_;
};

}  // namespace clarion::app
