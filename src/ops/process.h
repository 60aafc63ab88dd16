#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::ops {

/// What this process takes of the machine, as Linux tells it.
struct ProcessFigures {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  ///< since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0, most_files = 0;
};
[[nodiscard]] ProcessFigures process_figures();

struct DiskSpace {
  std::uint64_t size_bytes = 0, free_bytes = 0;  ///< free: for this process
};
/// Of the file system that holds the path; nothing when it can't be asked.
[[nodiscard]] std::optional<DiskSpace> disk_space(const std::string& path);

}  // namespace clarion::ops
