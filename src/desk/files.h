#pragma once

#include "base/result.h"
#include "store/workspace.h"

#include <chrono>
#include <string>
#include <string_view>

namespace clarion::desk {

inline constexpr std::size_t kMostFileBytes = 10U << 20U;
/// All evidence files together; a desk that collects more needs its own archive.
inline constexpr std::int64_t kMostFilesBytes = std::int64_t{4} << 30U;
/// How long an uploaded file that no verdict cites is kept: as long as the draft that names it.
inline constexpr std::chrono::hours kUnusedFilesKept{24 * 30};

/// The media type by the bytes themselves: application/pdf, image/png, image/jpeg, image/webp,
/// audio/mpeg, video/mp4, text/plain (UTF-8 without control characters); empty for anything else.
[[nodiscard]] std::string_view sniff(std::string_view bytes);

/// Where the bytes of a content lie in a data folder.
[[nodiscard]] std::string file_path(const std::string& folder, std::string_view hash);
/// Writes the bytes under their hash, whole and synced, mode 0600; nothing to do when they lie
/// there. Gives the hash.
Result<std::string> keep_bytes(const std::string& folder, std::string_view bytes);

/// Forgets files that nothing cites; their bytes go once no row names them. Inside a write; bytes
/// are removed after it.
Status drop_unused_files(store::Tx& tx, const std::string& folder);

}  // namespace clarion::desk
