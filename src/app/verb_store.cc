#include "app/backup.h"
#include "app/command_line.h"
#include "app/folder.h"
#include "notice/audit_check.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::app {
namespace {

int db_migrate(const std::string& data) {
  auto folder = open_folder(data, Missing::make);
  if (!folder) return fail(folder.error());
  fmt::print("schema {}\n", store::newest_schema());
  return 0;
}

int db_check(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const Status checked = folder.value().database->check();
  if (!checked) return fail(checked.error());
  fmt::print("ok\n");
  return 0;
}

int audit_verify(const std::string& data, const std::string& head) {
  std::optional<store::AuditHead> kept;
  if (!head.empty()) {
    kept.emplace();
    const std::size_t colon = head.find(':');
    const auto [end, failed] =
        std::from_chars(head.data(), head.data() + std::min(colon, head.size()), kept->seq);
    if (colon == std::string::npos || failed != std::errc() || end != head.data() + colon ||
        kept->seq < 0 || head.size() - colon - 1 != 64) {
      return fail({Errc::invalid, fmt::format("--head: '{}' is no SEQ:HASH", head)});
    }
    kept->hash = head.substr(colon + 1);
  }
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto report = folder.value().database->read(
      [&](store::View& view) { return notice::verify_audit(view, kept); });
  if (!report) return fail(report.error());
  const notice::AuditReport& found = report.value();
  for (const std::string& finding : found.findings) fmt::print("{}\n", finding);
  fmt::print("{} records, {} revisions, {} approvals, {} verdicts; head {}:{}\n", found.records,
             found.revisions, found.approvals, found.verdicts, found.head.seq, found.head.hash);
  return found.findings.empty() ? 0 : 1;
}

int db_backup(const std::string& data, const std::string& file) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto report = write_backup(folder.value(), file);
  if (!report) return fail(report.error());
  const BackupReport& made = report.value();
  for (const std::string& finding : made.findings) fmt::print("{}\n", finding);
  fmt::print("{}: {} bytes, schema {}, made {}; head {}:{}\n", file, made.bytes, made.schema,
             made.made_at, made.head.seq, made.head.hash);
  return made.findings.empty() ? 0 : 1;
}

int db_restore(const ops::ConfigSources& sources, const std::string& file, bool force) {
  const auto config = ops::load_config(sources);
  if (!config) return fail(config.error());
  const std::string& data = config.value().data.dir;
  const auto restored = restore_backup(
      {file, data, std::chrono::hours(24 * config.value().posts.retention_days), force});
  if (!restored) return fail(restored.error());
  const RestoreReport& report = restored.value();
  for (const std::string& warning : report.warnings) fmt::print(stderr, "{}\n", warning);
  if (!report.kept_aside.empty()) {
    fmt::print(stderr, "what was there before lies in {}; remove it when it is not needed\n",
               report.kept_aside);
  }
  if (report.old_data_read) {
    fmt::print(stderr,
               "taken over from it: {} deletes remembered, {} tokens revoked, {} accounts "
               "disabled\n",
               report.tombstones, report.tokens_revoked, report.accounts_disabled);
  } else {
    fmt::print(stderr,
               "not known here, so not undone: what was deleted at the sources, revoked or "
               "disabled after {}. Sources that send their deletes again end that text; revoke "
               "and disable again what has to be\n",
               report.made_at);
  }
  fmt::print(stderr, "text removed from {} posts, {} scheduled notices held\n",
             report.posts_emptied, report.notices_held);
  if (report.key_rotated)
    fmt::print(stderr, "the backup's signing key was revoked since: a new one was made\n");
  fmt::print("{}: restored as of {}; epoch {}\n", data, report.made_at, report.epoch);
  return 0;
}

}  // namespace

void add_store_verbs(CommandLine& line) {
  CLI::App& db = line.group("db", "The store");
  line.run_on_data(CommandLine::verb(db, "migrate", "Bring the store to this program's schema",
                                     "clarion db migrate --data /var/lib/clarion"),
                   db_migrate);
  line.run_on_data(CommandLine::verb(db, "check", "Check the store's file", "clarion db check"),
                   db_check);
  const auto file = std::make_shared<std::string>();
  const auto force = std::make_shared<bool>(false);
  CLI::App& backup = CommandLine::verb(
      db, "backup",
      "Copy the living store to one file, beside a running server. The file (mode 0600) holds the "
      "private signing key and personal data: keep it as safe as the data folder, and no longer "
      "than posts.retention_days. It is a SQLite file; its audit head is printed: keep that "
      "elsewhere",
      "clarion db backup /backup/clarion-2026-11-24.db --data /var/lib/clarion");
  backup.add_option("FILE", *file, "To be made; an earlier backup of that name is replaced")
      ->required();
  line.run_on_data(backup, [file](const std::string& data) { return db_backup(data, *file); });
  CLI::App& restore = CommandLine::verb(
      db, "restore",
      "Put a backup into a data folder whose server does not run. The channels begin a new epoch: "
      "subscribers are told and get what is in force",
      "clarion db restore /backup/clarion-2026-11-24.db --data /var/lib/clarion");
  restore.add_option("FILE", *file, "A file that db backup made")->required();
  restore.add_flag("--force", *force,
                   "Also into a folder that holds data (it is kept aside, and what it knows of "
                   "deletes and revocations is taken over), and from a backup older than "
                   "posts.retention_days");
  line.run_on_config(restore, [file, force](const ops::ConfigSources& sources) {
    return db_restore(sources, *file, *force);
  });

  CLI::App& audit = line.group("audit", "The audit chain");
  const auto head = std::make_shared<std::string>();
  CLI::App& audit_chain =
      CommandLine::verb(audit, "verify",
                        "Check the chain, and against it every published revision, approval "
                        "and verdict. A cut tail shows only with --head: keep the head that "
                        "is printed outside this machine",
                        "clarion audit verify --head 812:9f86d081…");
  audit_chain.add_option("--head", *head, "SEQ:HASH that was kept outside");
  line.run_on_data(audit_chain,
                   [head](const std::string& data) { return audit_verify(data, *head); });
}

}  // namespace clarion::app
