#include "app/command_line.h"
#include "app/folder.h"
#include "notice/keyring.h"
#include "notice/signature.h"
#include "store/notices.h"

#include <fmt/format.h>

namespace clarion::app {
namespace {

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

int keys_rotate(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto kid =
      notice::rotate_key(*folder.value().database, *folder.value().random, cli_actor());
  if (!kid) return fail(kid.error());
  fmt::print("{}\n", kid.value());
  return 0;
}

/// Notices in force that carry a signature of this key: readers can't check them any more.
Result<std::vector<std::string>> in_force_signed_by(store::View& view, const std::string& kid,
                                                    model::Time now) {
  std::vector<std::string> out;
  for (const char* channel : {"notices", "drill"}) {
    CLARION_TRY(auto entries, store::live_entries(view, channel, now));
    for (const store::LogEntry& entry : entries) {
      const auto signer = notice::kid_of_jws(entry.jws);
      if (signer && signer.value() == kid)
        out.push_back(fmt::format("{} revision {}", entry.notice_id, entry.revision));
    }
  }
  return out;
}

int keys_revoke(const std::string& data, const std::string& kid) {
  auto opened = open_folder(data, Missing::refuse);
  if (!opened) return fail(opened.error());
  const Folder& folder = opened.value();
  if (const Status revoked = notice::revoke_key(*folder.database, kid, cli_actor()); !revoked)
    return fail(revoked.error());
  const auto left = folder.database->read(
      [&](store::View& view) { return in_force_signed_by(view, kid, folder.clock->now()); });
  if (!left) return fail(left.error());
  if (!left.value().empty()) {
    fmt::print(
        stderr,
        "signed by this key and in force: publish an update of each, which is signed anew\n");
  }
  for (const std::string& each : left.value()) fmt::print("{}\n", each);
  return 0;
}

}  // namespace

void add_keys_verbs(CommandLine& line) {
  CLI::App& keys = line.group("keys", "Signing keys");
  line.run_on_data(
      CommandLine::verb(keys, "list", "List keys: id, state, since when", "clarion keys list"),
      keys_list);
  line.run_on_data(
      CommandLine::verb(keys, "rotate",
                        "Make a new signing key, and print its id. A running server signs with it "
                        "from its next publication on; the key before goes on verifying, and its "
                        "private half is removed",
                        "clarion keys rotate --data /var/lib/clarion"),
      keys_rotate);
  const auto kid = std::make_shared<std::string>();
  CLI::App& revoke = CommandLine::verb(
      keys, "revoke",
      "Give up a key that others may know: its signatures prove nothing from now on. Rotate first "
      "when it is the current one. Prints the notices in force that it signed",
      "clarion keys revoke kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  revoke.add_option("KID", *kid, "As keys list shows it")->required();
  line.run_on_data(revoke, [kid](const std::string& data) { return keys_revoke(data, *kid); });
}

}  // namespace clarion::app
