#include "app/folder.h"

#include "app/backup.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace clarion::app {

namespace {

/// Root working in another account's folder would leave files there that the server can't read: a
/// key, a restored store.
Status check_owner(const std::string& path) {
  struct stat about{};
  if (::geteuid() != 0 || ::stat(path.c_str(), &about) != 0 || about.st_uid == 0) return ok();
  const passwd* owner = ::getpwuid(about.st_uid);
  const std::string name = owner != nullptr ? owner->pw_name : fmt::format("#{}", about.st_uid);
  return Error{Errc::denied,
               fmt::format("{}: belongs to {}; run this as that account: sudo -u {} clarion …",
                           path, name, name)};
}

}  // namespace

Result<Folder> open_folder(const std::string& path, Missing missing) {
  CLARION_TRY(check_owner(path));
  if (restore_waits(path)) {
    CLARION_TRY(auto lock, FolderLock::take(path));
    CLARION_TRY(settle_restore(path));
  }
  std::error_code failed;
  if (missing == Missing::refuse && !std::filesystem::exists(path + "/clarion.db", failed)) {
    return Error{Errc::not_found, fmt::format("{}: holds no data of Clarion", path)};
  }
  Folder folder{ops::make_system_clock(), ops::make_system_random(), nullptr};
  CLARION_TRY(folder.database,
              store::Database::open({.folder = path}, *folder.clock, *folder.random));
  return folder;
}

std::string cli_actor() {
  const passwd* user = getpwuid(geteuid());
  return fmt::format("cli:{}", user != nullptr ? user->pw_name : std::to_string(geteuid()));
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
  CLARION_TRY(check_owner(folder));
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  const std::string path = folder + "/lock";
  const int file = failed ? -1 : ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error{Errc::unavailable, fmt::format("{}: {}", path, std::strerror(errno))};
  FolderLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> pid{};
    const ssize_t size = ::pread(file, pid.data(), pid.size() - 1, 0);
    const std::string_view holder(pid.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return Error{Errc::conflict, fmt::format("{} is in use by process {}", folder,
                                             holder.substr(0, holder.find('\n')))};
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return Error{Errc::unavailable, fmt::format("{}: {}", path, std::strerror(errno))};
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace clarion::app
