#include "app/backup.h"
#include "app/forget.h"
#include "app/head_file.h"
#include "desk/files.h"
#include "notice/audit_check.h"
#include "notice/keyring.h"
#include "ops/files.h"
#include "store/accounts.h"
#include "store/backup.h"
#include "store/notices.h"
#include "store/posts.h"
#include "store/sessions.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

namespace clarion::app {
namespace {

namespace fs = std::filesystem;

/// What a data folder is made of, in the order in which it goes and comes. Rule databases (cache)
/// and the lock stay.
constexpr std::array kParts = {"clarion.db-wal", "clarion.db-shm", "clarion.db",
                               "keys",           "files",          "head"};
constexpr const char* kNew = "/restore.new";      // being made ready
constexpr const char* kReady = "/restore.ready";  // decided: the old parts go
constexpr const char* kMove = "/restore.moving";  // the old parts are gone: the new ones come
constexpr const char* kAsideName = "/aside";      // holds the name of the folder of the old parts

bool there(const std::string& path) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(path, failed));
}

bool holds_data(const std::string& folder) {
  return std::any_of(kParts.begin(), kParts.end(), [&folder](const char* part) {
    return there(fmt::format("{}/{}", folder, part));
  });
}

Status make_folder(const std::string& path) {
  std::error_code failed;
  fs::create_directory(path, failed);
  if (!failed) fs::permissions(path, fs::perms::owner_all, failed);
  if (failed) return Error{Errc::unavailable, fmt::format("{}: {}", path, failed.message())};
  return ops::sync_folder(ops::folder_of(path));
}

Status remove_folder(const std::string& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return Error{Errc::unavailable, fmt::format("{}: {}", path, failed.message())};
  return ops::sync_folder(ops::folder_of(path));
}

/// A name for the old parts that is not taken.
std::string name_aside(const std::string& folder, model::Time now) {
  std::string stamp = model::to_text(now);
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-' || c == '.'; });
  std::string name = "before-restore-" + stamp;
  for (int i = 2; there(folder + "/" + name); ++i)
    name = fmt::format("before-restore-{}-{}", stamp, i);
  return name;
}

/// What a newer store of the same desk knows is taken over into the restored one: what was deleted,
/// revoked or disabled since must not come back.
Status take_over(store::Tx& tx, store::View& old, RestoreReport& report) {
  std::vector<std::array<std::string, 3>> gone;
  CLARION_TRY(store::each_post_with_text(tx, [&](const store::PostRow& row) -> Status {
    CLARION_TRY(auto now, store::find_post(old, row.mode, row.source, row.id));
    CLARION_TRY(auto tombstone, store::find_tombstone(old, row.mode, row.source, row.id));
    if (tombstone || (now && now->record.empty())) gone.push_back({row.mode, row.source, row.id});
    return ok();
  }));
  for (const auto& [mode, source, id] : gone) {
    CLARION_TRY(auto row, store::find_post(tx, mode, source, id));
    if (!row) continue;
    row->text_hash.clear();
    CLARION_TRY(forget_post(tx, *row));
  }
  report.posts_emptied += static_cast<std::int64_t>(gone.size());
  CLARION_TRY(store::each_tombstone(old, [&](const store::Tombstone& each) {
    ++report.tombstones;
    return store::keep_tombstone(tx, each.mode, each.source, each.id, each.rank, each.until);
  }));
  CLARION_TRY(auto tokens, store::list_tokens(old));
  for (const store::Token& token : tokens) {
    if (!token.revoked_at) continue;
    CLARION_TRY(auto revoked, store::revoke_token(tx, token.id));
    if (revoked) ++report.tokens_revoked;
  }
  CLARION_TRY(auto accounts, store::list_accounts(old));
  for (const store::Account& account : accounts) {
    if (!account.disabled) continue;
    CLARION_TRY(auto restored, store::find_account(tx, account.name));
    if (!restored || restored->disabled) continue;
    restored->disabled = true;
    CLARION_TRY(store::update_account(tx, *restored));
    ++report.accounts_disabled;
  }
  CLARION_TRY(auto keys, store::list_signing_keys(old));
  for (const store::SigningKeyRow& key : keys) {
    if (!key.revoked_at) continue;
    CLARION_TRY(store::revoke_signing_key(tx, key.kid));
  }
  return ok();
}

/// A publication that was planned before the backup may have happened or been called off since: a
/// person decides again.
Status hold_scheduled(store::Tx& tx, RestoreReport& report) {
  CLARION_TRY(auto scheduled, store::scheduled_notices(tx));
  for (store::NoticeRow& row : scheduled) {
    if (row.draft_details.contains("publish_held")) continue;
    row.draft_details["publish_held"] = "restored";
    ++row.version;
    CLARION_TRY(store::update_notice(tx, row));
    CLARION_TRY(store::append_audit(tx, cli_actor(), "notice.held", row.id,
                                    {{"why", "restored"}, {"version", row.version}}));
    ++report.notices_held;
  }
  return ok();
}

/// Turns the copy in `made` into a store that can live: newest schema, nothing that only a backup
/// has, its keys beside it, a new epoch.
Status bring_to_life(const RestoreOptions& options, const std::string& made,
                     const std::vector<store::BackupEntry>& entries, RestoreReport& report) {
  CLARION_TRY(auto folder, open_folder(made, Missing::refuse));
  store::Database& database = *folder.database;
  CLARION_TRY(database.check());
  CLARION_TRY(auto audit, database.read([](store::View& view) {
    return notice::verify_audit(view, std::nullopt);
  }));
  if (!audit.findings.empty()) {
    const std::string what =
        fmt::format("the audit chain of the backup does not hold: {}", audit.findings.front());
    if (!options.force) return Error{Errc::corrupt, what + " (--force restores it all the same)"};
    report.warnings.push_back(what);
  }
  if (!entries.empty()) {
    CLARION_TRY(make_folder(made + "/keys"));
  }
  for (const store::BackupEntry& entry : entries) {
    if (entry.name.starts_with("files/")) {
      CLARION_TRY(auto hash, desk::keep_bytes(made, entry.bytes));
      if (entry.name != "files/" + hash)
        return Error{Errc::corrupt, "an evidence file of the backup is not what was kept"};
      continue;
    }
    // Names come from a file: nothing but a key's own name may be written.
    const std::string_view kid = std::string_view(entry.name).substr(0, entry.name.size() - 4);
    if (!entry.name.starts_with("keys/") || !entry.name.ends_with(".key") ||
        kid.substr(5).find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") !=
            std::string_view::npos) {
      return Error{Errc::corrupt, "the backup holds a file that no backup has"};
    }
    CLARION_TRY(ops::write_file(made + "/" + entry.name, entry.bytes));
  }
  const std::string old_path = options.folder + "/clarion.db";
  std::optional<store::StoreFile> old;
  if (there(old_path)) {
    auto opened = store::StoreFile::open(old_path);
    if (opened) old.emplace(std::move(opened.value()));
  }
  CLARION_TRY(report.epoch, database.write([&](store::Tx& tx) -> Result<std::string> {
    CLARION_TRY(store::drop_backup_tables(tx));
    CLARION_TRY(auto epoch,
                begin_epoch(tx, cli_actor(), {{"restored", true}, {"made_at", report.made_at}}));
    CLARION_TRY(hold_scheduled(tx, report));
    CLARION_TRY(store::end_all_sessions(tx));
    return epoch;
  }));
  if (old) {
    RestoreReport with_old = report;
    auto view = old->view();
    // Whatever is wrong with the old store must not keep a good backup from being restored.
    const Status taken =
        database.write([&](store::Tx& tx) { return take_over(tx, view, with_old); });
    if (taken) {
      report = std::move(with_old);
      report.old_data_read = true;
    }
  }
  while (true) {
    CLARION_TRY(auto emptied, database.write([&](store::Tx& tx) {
      return forget_old_posts(tx, options.retention);
    }));
    report.posts_emptied += emptied;
    if (emptied == 0) break;
  }
  CLARION_TRY(auto current,
              database.read([](store::View& view) { return store::list_signing_keys(view); }));
  const bool signs = std::any_of(current.begin(), current.end(), [](const auto& key) {
    return !key.retired_at && !key.revoked_at;
  });
  if (!current.empty() && !signs) {
    CLARION_TRY(notice::rotate_key(database, *folder.random, cli_actor()));
    report.key_rotated = true;
  }
  if (!current.empty()) {
    CLARION_TRY(database.read(
        [&made](store::View& view) { return notice::check_current_key(view, made); }));
  }
  HeadFile head(made);
  CLARION_TRY(head.settle(database));
  CLARION_TRY(database.truncate_log());
  return ok();
}

/// The checks that need no copy.
Result<std::vector<store::BackupEntry>> look_at(const RestoreOptions& options, model::Time now,
                                                RestoreReport& report) {
  if (!there(options.file))
    return Error{Errc::not_found, fmt::format("{}: is not there", options.file)};
  CLARION_TRY(auto backup, store::Backup::open(options.file));
  CLARION_TRY(auto schema, backup.schema());
  if (schema > store::newest_schema()) {
    return Error{Errc::conflict,
                 fmt::format("{}: has schema {}, this program knows {}: use a newer program",
                             options.file, schema, store::newest_schema())};
  }
  CLARION_TRY(report.made_at, backup.info("made_at"));
  CLARION_TRY(auto made_at, model::parse_time(report.made_at));
  if (now - made_at.time > options.retention && !options.force) {
    return Error{Errc::conflict,
                 fmt::format("{}: was made at {}, longer ago than posts.retention_days: it holds "
                             "text that had to go since (--force restores it without that text)",
                             options.file, report.made_at)};
  }
  const Status checked = backup.check();
  if (!checked) return within(options.file, checked.error());
  return backup.entries();
}

}  // namespace

bool restore_waits(const std::string& folder) {
  return there(folder + kReady) || there(folder + kMove);
}

Status settle_restore(const std::string& folder) {
  if (there(folder + kReady)) {
    CLARION_TRY(auto name, ops::read_file(folder + kReady + kAsideName, 256));
    const std::string aside = folder + "/" + name;
    if (!name.empty() && !there(aside)) {
      CLARION_TRY(make_folder(aside));
    }
    for (const char* part : kParts) {
      const std::string from = folder + "/" + part;
      if (!there(from)) continue;
      CLARION_TRY(ops::move_file(from, aside + "/" + part));
    }
    CLARION_TRY(ops::move_file(folder + kReady, folder + kMove));
  }
  if (!there(folder + kMove)) return ok();
  for (const char* part : kParts) {
    const std::string from = folder + kMove + "/" + part;
    if (!there(from)) continue;
    CLARION_TRY(ops::move_file(from, folder + "/" + part));
  }
  return remove_folder(folder + kMove);
}

Result<RestoreReport> restore_backup(const RestoreOptions& options) {
  RestoreReport report;
  const auto clock = ops::make_system_clock();
  CLARION_TRY(auto entries, look_at(options, clock->now(), report));
  CLARION_TRY(auto lock, FolderLock::take(options.folder));
  CLARION_TRY(settle_restore(options.folder));
  const bool held = holds_data(options.folder);
  if (held && !options.force) {
    return Error{Errc::conflict,
                 fmt::format("{}: holds data (--force puts it aside in that folder and restores)",
                             options.folder)};
  }
  const std::string made = options.folder + kNew;
  CLARION_TRY(remove_folder(made));  // of a restore that was cut off before it was decided
  CLARION_TRY(make_folder(made));
  const auto prepare = [&]() -> Status {
    CLARION_TRY(ops::copy_file(options.file, made + "/clarion.db"));
    CLARION_TRY(bring_to_life(options, made, entries, report));
    const std::string aside = held ? name_aside(options.folder, clock->now()) : "";
    if (held) report.kept_aside = options.folder + "/" + aside;
    CLARION_TRY(ops::write_file(made + kAsideName, aside));
    return ops::sync_file(made + "/clarion.db");
  };
  if (const Status prepared = prepare(); !prepared) {
    if (const Status removed = remove_folder(made); !removed) return removed.error();
    return prepared.error();
  }
  CLARION_TRY(ops::move_file(made, options.folder + kReady));
  CLARION_TRY(settle_restore(options.folder));
  return report;
}

}  // namespace clarion::app
