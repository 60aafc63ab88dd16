#include "desk/files.h"

#include "base/bytes.h"
#include "ops/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>

namespace clarion::desk {
namespace {

// One writer of a name at a time: two uploads of one content share the file that is renamed.
std::mutex& keeping() {
  static std::mutex mutex;
  return mutex;
}

bool is_text(std::string_view bytes) {
  if (bytes.empty() || !is_utf8(bytes)) return false;
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
  });
}

/// HEIF and AVIF photographs stand in the same boxes as a film, with place and camera.
bool is_still_picture(std::string_view brand) {
  constexpr std::array kBrands = {"heic", "heix", "heim", "heis", "hevc",
                                  "hevx", "mif1", "msf1", "avif", "avis"};
  return std::find(kBrands.begin(), kBrands.end(), brand) != kBrands.end();
}

}  // namespace

std::string_view sniff(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("%PDF-")) return "application/pdf";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (bytes.size() > 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP")
    return "image/webp";
  if (bytes.size() > 12 && bytes.substr(4, 4) == "ftyp")
    return is_still_picture(bytes.substr(8, 4)) ? "" : "video/mp4";
  if (bytes.starts_with("ID3")) return "audio/mpeg";
  // A frame of MPEG audio layer III: eleven set bits, then version and layer.
  if (bytes.size() > 4 && static_cast<unsigned char>(bytes[0]) == 0xFF &&
      (static_cast<unsigned char>(bytes[1]) & 0xE6U) == 0xE2U)
    return "audio/mpeg";
  return is_text(bytes) ? "text/plain" : "";
}

std::string file_path(const std::string& folder, std::string_view hash) {
  return fmt::format("{}/files/{}", folder, hash);
}

Result<std::string> keep_bytes(const std::string& folder, std::string_view bytes) {
  const std::string hash = sha256_hex(bytes);
  const std::string path = file_path(folder, hash);
  const std::lock_guard lock(keeping());
  std::error_code failed;
  if (std::filesystem::file_size(path, failed) == bytes.size() && !failed) return hash;
  const std::string where = folder + "/files";
  if (std::filesystem::create_directory(where, failed)) {
    std::filesystem::permissions(where, std::filesystem::perms::owner_all, failed);
    CLARION_TRY(ops::sync_folder(folder));
  }
  CLARION_TRY(ops::write_file(path, bytes));
  return hash;
}

Status drop_unused_files(store::Tx& tx, const std::string& folder) {
  CLARION_TRY(auto hashes, store::drop_unused_files(tx, tx.now() - kUnusedFilesKept));
  for (const std::string& hash : hashes) {
    CLARION_TRY(auto named, store::has_content(tx, hash));
    if (named) continue;
    tx.after_commit([path = file_path(folder, hash)] {
      const std::lock_guard lock(keeping());
      std::error_code ignored;  // what stays is taken by the next upload of the same bytes
      std::filesystem::remove(path, ignored);
    });
  }
  return ok();
}

}  // namespace clarion::desk
