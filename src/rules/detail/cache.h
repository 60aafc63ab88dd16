#pragma once

#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::rules::detail {

/// Compiled databases on disk, a file a program: "rules-<key>.hsdb" holds a magic word, the whole
/// key, the SHA-256 of the bytes and the bytes. Files are written aside, synced and renamed, so
/// that a reader sees an old file or a whole new one; any number of processes may share the folder.

/// The bytes kept under the key, or nothing when there is no such file or it is not what was
/// written.
[[nodiscard]] std::optional<std::string> read_cache(const std::filesystem::path& folder,
                                                    std::string_view key);

/// Keeps the bytes and removes all but the newest kCacheFiles files of the folder; makes the folder
/// when missing (0700). Errors: `unavailable`, naming the file and the system's reason.
[[nodiscard]] Status write_cache(const std::filesystem::path& folder, std::string_view key,
                                 std::string_view bytes);

inline constexpr std::size_t kCacheFiles = 8;

}  // namespace clarion::rules::detail
