#pragma once

#include "base/result.h"
#include "model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::identity {

enum class Role : std::uint8_t { none, operator_, expert, approver, admin, auditor };
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view name);

/// What a token may be used for; one a token.
enum class Scope : std::uint8_t { ingest, desk, partner, drill, metrics };
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view name);

/// Which of the two desks a request came in by. Records of one are not there for the other.
enum class Door : std::uint8_t {
  any,   ///< a token at the plain address: sees both
  live,  ///< a browser's session: Actual alone
  drill  ///< /drill/…, by session or token: Exercise and Test alone
};

/// Who asks: a person at the desk (scope desk, with an account) or a program.
struct Actor {
  std::string account;  ///< empty for programs
  Role role = Role::none;
  std::vector<std::string> regions;  ///< empty: everywhere
  Scope scope = Scope::partner;
  std::string token;    ///< its id; empty for a browser's session
  std::string session;  ///< id of a browser's session
  Door door = Door::any;
  bool enrolling = false;  ///< a session that opens nothing until a second factor is enrolled
  std::vector<std::string> sources;  ///< an ingest token's; empty: all
  std::int64_t generation = 0;       ///< of the account, when it was asked
  model::Time expires_at;            ///< of the token or session

  /// How the audit chain names it: the account, or token:ID.
  [[nodiscard]] std::string name() const { return account.empty() ? "token:" + token : account; }
  /// What its Idempotency-Keys belong to.
  [[nodiscard]] const std::string& credential() const { return session.empty() ? token : session; }
};

/// Whether a record of this mode is there for the actor, in lists, single reads and actions.
[[nodiscard]] bool sees_mode(const Actor& actor, std::string_view mode);
/// The mode of what the actor makes when nothing says otherwise: Exercise at the drill desk, else
/// Actual.
[[nodiscard]] std::string_view mode_of(const Actor& actor);

/// The rows of the contract's rights table (section 3), and those that docs/contract.md adds.
enum class Act : std::uint8_t {
  see_cases,     ///< see cases; the `desk` channel
  work_case,     ///< claim, note, release, extend
  manage_cases,  ///< assign, dismiss, reopen, pin, panel
  answer_ask,    ///< answer what one was asked about a case
  judge,         ///< verdict
  close_case,
  draft_notice,  ///< draft, PATCH, submit, correct, update
  approve,       ///< approve, reject
  publish,
  withdraw,
  see_experts,
  change_roster,  ///< experts and roster; an expert's own record and shifts
  administer,  ///< accounts, tokens, policy, reload
  see_audit,
  see_library,
  change_library,
  see_resources,
  change_resources,
  see_drafts,   ///< drafts, previews, templates, checks, deliveries of notices
  see_outlets,  ///< the ways out
};

/// What the table grants: everything, what is one's own (a case held or asked about), or nothing.
enum class Grant : std::uint8_t { no, own, yes };

struct RightsPolicy {
  bool operator_may_judge = false;  ///< desk.operator_may_judge
  bool token_approvals = true;      ///< security.token_approvals
};

[[nodiscard]] Grant grant(Act act, const Actor& actor, const RightsPolicy& policy);
/// Errors: `denied`, code "expert_needed" for a verdict, else "denied". `own` says whether the
/// record is the actor's own.
[[nodiscard]] Status allowed(Act act, const Actor& actor, const RightsPolicy& policy, bool own);
/// A person limited to regions acts only where every region of the record lies inside one of
/// theirs, and at least one. Errors: `denied`, code "denied_region".
[[nodiscard]] Status may_act_in(const Actor& actor, const std::vector<std::string>& regions);
/// True when a person limited to regions sees the record: one matches, or it has none.
[[nodiscard]] bool may_see_in(const Actor& actor, const std::vector<std::string>& regions);

}  // namespace clarion::identity
