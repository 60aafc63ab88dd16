#include "rules/pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>

namespace clarion::rules {

namespace fs = std::filesystem;

Result<std::vector<PackSource>> read_packs(const fs::path& folder) {
  const auto failure = [](Errc errc, std::string text) {
    return Error{errc, text, "rules_invalid", {{"detail", text}}};
  };
  std::error_code failed;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".yaml" && !at->is_directory(failed)) files.push_back(at->path());
  }
  if (failed) {
    return failure(Errc::not_found, fmt::format("{}: cannot be read as a folder of rule packs: {}",
                                                folder.string(), failed.message()));
  }
  if (files.empty())
    return failure(Errc::not_found,
                   fmt::format("{}: holds no rule pack, expected files *.yaml", folder.string()));
  if (files.size() > kMaxPacks) {
    return failure(Errc::too_large, fmt::format("{}: {} rule packs, expected at most {}",
                                                folder.string(), files.size(), kMaxPacks));
  }
  std::sort(files.begin(), files.end());
  std::vector<PackSource> out;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    // One byte over the bound tells a file that is too large, whatever its size says (a pipe has
    // none).
    std::string bytes(kMaxPackBytes + 1, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in.eof() && in.fail())
      return failure(Errc::unavailable, fmt::format("{}: cannot be read", file.string()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kMaxPackBytes) {
      return failure(Errc::too_large,
                     fmt::format("{}: longer than {} bytes", file.string(), kMaxPackBytes));
    }
    out.push_back({file.string(), std::move(bytes)});
  }
  return out;
}

}  // namespace clarion::rules
