#include "ops/files.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace clarion::ops {
namespace {

Error failed(const std::string& path, const char* what) {
  return {Errc::unavailable, fmt::format("{}: {}: {}", path, what, std::strerror(errno)),
          "unavailable"};
}

/// An open file; closed on every way out.
class File {
 public:
  File(const std::string& path, int flags, unsigned mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int number() const { return number_; }
  /// The close that a file system may fail on (NFS).
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Status write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed(path, "can't be written");
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return ok();
}

Status sync(const std::string& path, int flags) {
  const File file(path, O_RDONLY | flags);
  if (file.number() < 0 || ::fsync(file.number()) != 0) return failed(path, "can't be synced");
  return ok();
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Status sync_file(const std::string& path) { return sync(path, 0); }
Status sync_folder(const std::string& path) { return sync(path, O_DIRECTORY); }

Status move_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(to, "can't be put in place");
  CLARION_TRY(sync_folder(folder_of(to)));
  if (folder_of(from) == folder_of(to)) return ok();
  return sync_folder(folder_of(from));
}

Status write_file(const std::string& path, std::string_view bytes, unsigned mode) {
  const std::string aside = path + ".new";
  ::unlink(aside.c_str());  // of a run that was killed; its mode may be another
  File file(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (file.number() < 0) return failed(aside, "can't be made");
  CLARION_TRY(write_all(file.number(), bytes, aside));
  if (::fdatasync(file.number()) != 0 || !file.close()) return failed(aside, "can't be synced");
  return move_file(aside, path);
}

Status copy_file(const std::string& from, const std::string& to, unsigned mode) {
  const File in(from, O_RDONLY);
  if (in.number() < 0) return failed(from, "can't be read");
  File out(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (out.number() < 0) return failed(to, "can't be made");
  std::array<char, 64U << 10U> buffer{};
  while (true) {
    const ssize_t size = ::read(in.number(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed(from, "can't be read");
    if (size == 0) break;
    CLARION_TRY(write_all(out.number(), {buffer.data(), static_cast<std::size_t>(size)}, to));
  }
  if (::fsync(out.number()) != 0 || !out.close()) return failed(to, "can't be synced");
  return ok();
}

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const File file(path, O_RDONLY);
  if (file.number() < 0) return failed(path, "can't be read");
  std::string out;
  std::array<char, 16U << 10U> buffer{};
  while (true) {
    const ssize_t size = ::read(file.number(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed(path, "can't be read");
    if (size == 0) return out;
    if (out.size() + static_cast<std::size_t>(size) > most_bytes) {
      return Error{Errc::too_large, fmt::format("{}: has more than {} bytes", path, most_bytes)};
    }
    out.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace clarion::ops
