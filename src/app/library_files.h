#pragma once

#include "library/index.h"
#include "library/read.h"

#include <cstdio>
#include <string>
#include <vector>

namespace clarion::app {

/// Reads a library file whole, unpacking .xz and .gz; "-" is standard input. Errors: those of
/// LineSource, `too_large` over 64 MiB unpacked.
[[nodiscard]] Result<library::Reading> read_library_file(const std::string& path);

/// Says what is wrong with single items and what is odd: "FILE: line 3: what". Returns how many are
/// bad.
std::size_t report(const library::Reading& reading, const std::string& path, std::FILE* err);

struct LoadedLibrary {
  std::shared_ptr<const library::Index> index;
  std::size_t bad = 0;
};
/// All debunks of the files in one index; bad items are told to `err` and left out. Errors: those
/// of read_library_file.
[[nodiscard]] Result<LoadedLibrary> load_library(const std::vector<std::string>& files,
                                                 std::FILE* err);

}  // namespace clarion::app
