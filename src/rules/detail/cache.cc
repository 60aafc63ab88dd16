#include "rules/detail/cache.h"

#include "base/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace clarion::rules::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "clarion-hsdb-1\n";
constexpr std::size_t kKeyBytes = 64;
constexpr std::size_t kHeaderBytes = 15 + kKeyBytes + kKeyBytes;
static_assert(kMagic.size() == 15);
constexpr std::uintmax_t kMaxFileBytes = 1U << 30U;

fs::path file_of(const fs::path& folder, std::string_view key) {
  return folder / fmt::format("rules-{}.hsdb", key.substr(0, 24));
}

Error failure(const fs::path& path, std::string_view what) {
  return Error{Errc::unavailable, fmt::format("{}: cannot {}: {}", path.string(), what,
                                              std::generic_category().message(errno))};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

void remove_old(const fs::path& folder) {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    if (at->path().filename().string().starts_with("rules-"))
      files.emplace_back(at->last_write_time(ignored), at->path());
  }
  std::sort(files.begin(), files.end(), std::greater<>());
  for (std::size_t i = kCacheFiles; i < files.size(); ++i) fs::remove(files[i].second, ignored);
}

}  // namespace

std::optional<std::string> read_cache(const fs::path& folder, std::string_view key) {
  const fs::path path = file_of(folder, key);
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(path, failed);
  if (failed || size < kHeaderBytes || size > kMaxFileBytes) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string all(size, '\0');
  if (!in.read(all.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  const std::string_view view = all;
  const std::string_view bytes = view.substr(kHeaderBytes);
  if (!view.starts_with(kMagic) || view.substr(kMagic.size(), kKeyBytes) != key ||
      view.substr(kMagic.size() + kKeyBytes, kKeyBytes) != sha256_hex(bytes)) {
    return std::nullopt;
  }
  return all.substr(kHeaderBytes);
}

Status write_cache(const fs::path& folder, std::string_view key, std::string_view bytes) {
  std::error_code failed;
  if (fs::create_directories(folder, failed)) fs::permissions(folder, fs::perms::owner_all, failed);
  const fs::path path = file_of(folder, key);
  std::string aside = path.string() + ".XXXXXX";
  const int fd = ::mkostemp(aside.data(), O_CLOEXEC);
  if (fd < 0) return failure(path, "write");
  const std::string header = fmt::format("{}{}{}", kMagic, key, sha256_hex(bytes));
  const bool written = write_all(fd, header) && write_all(fd, bytes) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !written || ::rename(aside.c_str(), path.c_str()) != 0) {
    Error error = failure(path, "write");
    ::unlink(aside.c_str());
    return error;
  }
  sync_folder(folder);
  remove_old(folder);
  return ok();
}

}  // namespace clarion::rules::detail
