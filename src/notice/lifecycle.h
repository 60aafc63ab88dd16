#pragma once

#include "identity/rights.h"
#include "notice/form.h"
#include "notice/keyring.h"
#include "ops/civil.h"
#include "store/notices.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::notice {

/// An answer to a claim that stands already: a debunk of the library or a notice in force.
struct Known {
  std::string id, verdict, title;
};

/// What publishing needs from outside; outlives all actions.
struct NoticeOptions {
  std::string org = "desk";
  std::string issuer;      ///< desk.name
  std::string public_url;  ///< server.public_url, without a slash at its end; may be empty
  ops::Zone zone;          ///< desk.timezone
  std::shared_ptr<const Keyring> keys;
  /// Called on the store's writer thread after a publication is on disk, in the order of its
  /// channel.
  std::function<void(std::string_view channel, std::string_view epoch, const store::LogEntry&)>
      published;
  /// Sessions that follow the stream now, for the preview of a publication.
  std::function<std::uint64_t()> subscribers;
  /// What the library knows of a claim; may be empty (then no contradiction is found).
  std::function<std::vector<Known>(std::string_view claim)> known = {};
  /// Random, of this process: what confirm numbers are made from (audience.h).
  std::string confirm_secret = {};
};

/// Who does what inside which transaction.
struct NoticeAction {
  store::Tx& tx;
  const identity::Actor& actor;
  const identity::RightsPolicy& policy;
  const NoticeOptions& options;
};

/// Approvals that a notice of this severity needs (the approval policy of architecture section 5).
[[nodiscard]] std::int64_t approvals_required(const json::object& draft);
/// The channel of a mode: Actual → notices, Exercise and Test → drill.
[[nodiscard]] std::string_view channel_of(std::string_view mode);

/// Life of a notice (contract section 2). Each checks, in order: it is there (404), authorship and
/// the right (403), the regions (403), the version (428, 412), the state (409), the body (422);
/// then changes it, and appends to the audit chain.
///
/// `version` is what If-Match said: Version{given, value}.
struct Version {
  bool given = false;                 ///< false: no If-Match; refused with 428 after the rights
  std::optional<std::int64_t> value;  ///< nullopt with given: "*"
};

/// A draft from nothing, from a case, from a debunk of the library or from a resource: body is draft
/// members and `case`, `debunk`, `resource`, `mode`, and `template`, which gives what none of them
/// says.
Result<store::NoticeRow> create_notice(const NoticeAction& action, const json::object& body);
Result<store::NoticeRow> patch_notice(const NoticeAction& action, std::string_view id,
                                      const Version& version, const json::value& patch);
/// submit, approve, reject, publish, unschedule, recheck (the English was read against the
/// Chinese), correct, update, withdraw. Errors: `not_found` for another name.
Result<store::NoticeRow> act_on_notice(const NoticeAction& action, std::string_view id,
                                       std::string_view name, const Version& version,
                                       const json::object& body);

/// What publishing would do, without doing it (`publish?dry_run=true`): channel, mode, topics,
/// regions, cities, subscribers, partners, quota cost, the sentence, and `confirm` with
/// `confirm_until` (audience.h); publish takes it back and refuses another (409 confirm_mismatch).
/// Checks as publish does, If-Match may be absent.
Result<json::object> preview_publication(const NoticeAction& action, std::string_view id,
                                         const Version& version);

/// Publishes scheduled notices whose time came; one that may not go out any more, or any after the
/// clock jumped, is held for a person: `publish_held` says why. Returns how many went out and how
/// many were held now.
struct Fired {
  std::size_t published = 0, held = 0;
};
Result<Fired> publish_due(store::Tx& tx, const NoticeOptions& options, bool clock_jumped);

/// Valid approvals of the open draft: of its exact text, not void, by others than its authors, one
/// a person.
[[nodiscard]] Result<std::vector<store::ApprovalRow>> valid_approvals(store::View& view,
                                                                      const store::NoticeRow& row,
                                                                      const NoticeOptions& options);
/// Experts may be named only as they consented: by the public_name of an expert record. Errors:
/// `invalid`, code "field_invalid", each one named.
[[nodiscard]] Status check_experts(store::View& view, const json::object& draft);
/// The form that the open draft would be published as.
[[nodiscard]] json::object draft_form(const store::NoticeRow& row, const NoticeOptions& options);

}  // namespace clarion::notice
