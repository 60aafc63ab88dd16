#include "app/backup.h"

#include "desk/files.h"
#include "notice/audit_check.h"
#include "notice/keyring.h"
#include "ops/files.h"
#include "store/backup.h"
#include "store/meta.h"
#include "store/notices.h"
#include "store/workspace.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

namespace clarion::app {
namespace {

namespace fs = std::filesystem;

/// Removes the half-made file on every way out but the good one.
class Aside {
 public:
  explicit Aside(std::string path) : path_(std::move(path)) { ::unlink(path_.c_str()); }
  ~Aside() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  /// The mode holds before the first byte.
  Status make() const {
    const int file =
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
      return Error{Errc::unavailable, fmt::format("{}: {}", path_, std::strerror(errno))};
    ::close(file);
    return ok();
  }
  Status keep_as(const std::string& to) {
    CLARION_TRY(ops::move_file(path_, to));
    path_.clear();
    return ok();
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Private halves that lie in the folder now, by kid.
using Halves = std::map<std::string, std::string>;

Status read_halves(store::Database& database, Halves& halves) {
  CLARION_TRY(auto rows,
              database.read([](store::View& view) { return store::list_signing_keys(view); }));
  for (const store::SigningKeyRow& row : rows) {
    if (auto half = notice::private_half(database.folder(), row.kid))
      halves.insert_or_assign(row.kid, std::move(*half));
  }
  return ok();
}

/// The keys the copy needs: its current one. A spent one has no private half any more.
Status add_keys(store::Backup& backup, const Halves& halves) {
  auto view = backup.view();
  CLARION_TRY(auto current, store::current_signing_key(view));
  if (!current) return ok();  // a store that never ran
  const auto half = halves.find(current->kid);
  if (half == halves.end()) {
    return Error{Errc::unavailable,
                 fmt::format("the private half of the current key '{}' is missing; clarion keys "
                             "rotate makes a new one",
                             current->kid)};
  }
  return backup.add({"keys/" + current->kid + ".key", half->second});
}

/// Evidence files, by what the copy knows of: their bytes never change.
Status add_evidence(store::Backup& backup, const std::string& folder) {
  auto view = backup.view();
  CLARION_TRY(auto rows, store::list_files(view));
  std::set<std::string> added;
  for (const store::FileRow& row : rows) {
    if (!added.insert(row.hash).second) continue;
    CLARION_TRY(auto bytes,
                ops::read_file(desk::file_path(folder, row.hash), desk::kMostFileBytes));
    CLARION_TRY(backup.add({"files/" + row.hash, std::move(bytes)}));
  }
  return ok();
}

}  // namespace

Result<BackupReport> write_backup(Folder& folder, const std::string& file) {
  std::error_code failed;
  if (fs::exists(fs::symlink_status(file, failed)) && !store::Backup::open(file)) {
    return Error{Errc::conflict,
                 fmt::format("{}: is there and no backup of Clarion; give another name", file)};
  }
  Aside aside(file + ".part");
  CLARION_TRY(aside.make());
  // Read before and after the copy, so that a rotation in between loses no key.
  Halves halves;
  CLARION_TRY(read_halves(*folder.database, halves));
  BackupReport report;
  {
    CLARION_TRY(auto backup, store::Backup::write(*folder.database, aside.path()));
    CLARION_TRY(read_halves(*folder.database, halves));
    CLARION_TRY(add_keys(backup, halves));
    CLARION_TRY(add_evidence(backup, folder.database->folder()));
    report.made_at = model::to_text(folder.clock->now());
    CLARION_TRY(backup.set_info("made_at", report.made_at));
    CLARION_TRY(report.schema, backup.schema());
  }
  CLARION_TRY(ops::sync_file(aside.path()));
  {
    CLARION_TRY(auto backup, store::Backup::open(aside.path()));
    CLARION_TRY(backup.check());
    auto view = backup.view();
    CLARION_TRY(auto audit, notice::verify_audit(view, std::nullopt));
    report.head = audit.head;
    report.findings = std::move(audit.findings);
  }
  report.bytes = fs::file_size(aside.path(), failed);
  CLARION_TRY(aside.keep_as(file));
  // The chain says who holds copies; the figure is what an alert asks for.
  CLARION_TRY(folder.database->write([&](store::Tx& tx) -> Status {
    CLARION_TRY(store::set_meta(tx, "last_backup", report.made_at));
    CLARION_TRY(store::append_audit(tx, cli_actor(), "store.backup", "store",
                                    {{"made_at", report.made_at}}));
    return ok();
  }));
  return report;
}

}  // namespace clarion::app
