#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// A picture without what its maker did not mean to give away.
struct CleanPicture {
  std::string bytes;
  /// What was left out, each once, sorted: `comment exif iptc other text thumbnail trailing xmp`.
  std::vector<std::string> removed;
};

/// Copies a JPEG, PNG or WebP picture part by part, only the parts that it takes to draw it:
/// pixels, colours (ICC profile, gamma), animation, and which side is up. Place, time, camera,
/// author, comments, thumbnails and whatever stands behind the picture's end stay out; pixels are
/// not touched. What follows no rule of the format is refused (code file_broken), so that nothing
/// slips through as something else. `type` as desk/files.h sniffs it; other types come back as they
/// are.
[[nodiscard]] Result<CleanPicture> clean_picture(std::string_view type, std::string_view bytes);

}  // namespace clarion::desk
