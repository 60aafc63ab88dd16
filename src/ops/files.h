#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::ops {

/// Files that must be there whole or not at all, whenever the power goes. All calls block; errors
/// are `unavailable` with the path and the system's own words.

/// Writes PATH.new, synced, and renames it to PATH, the folder synced. `mode` holds before the
/// first byte is written.
Status write_file(const std::string& path, std::string_view bytes, unsigned mode = 0600);
/// Renames, and syncs the folders of both names. Replaces what is there.
Status move_file(const std::string& from, const std::string& to);
/// Copies the bytes to a new file of this mode, and syncs it. Refuses a name that exists.
Status copy_file(const std::string& from, const std::string& to, unsigned mode = 0600);
/// Makes what is there of a file, or of a folder's list of names, survive.
Status sync_file(const std::string& path);
Status sync_folder(const std::string& path);
/// All bytes of a file. Errors also: `too_large`.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t most_bytes = 64U << 20U);
/// The folder a name stands in; "." for a bare one.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace clarion::ops
