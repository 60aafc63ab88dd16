#include "app/command_line.h"
#include "app/folder.h"
#include "notice/audit_check.h"
#include "store/notices.h"

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

int keys_list(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto rows = folder.value().database->read(
      [](store::View& view) { return store::list_signing_keys(view); });
  if (!rows) return fail(rows.error());
  for (const store::SigningKeyRow& row : rows.value()) {
    fmt::print("{}\t{}\t{}\n", row.kid,
               row.revoked_at   ? "revoked"
               : row.retired_at ? "retired"
                                : "current",
               model::to_text(row.created_at));
  }
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

  CLI::App& keys = line.group("keys", "Signing keys");
  line.run_on_data(
      CommandLine::verb(keys, "list", "List keys: id, state, since when", "clarion keys list"),
      keys_list);
}

}  // namespace clarion::app
