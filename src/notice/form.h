#pragma once

#include "base/json.h"
#include "model/facets.h"
#include "model/time.h"
#include "ops/civil.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::notice {

/// The largest signed form (contract section 2).
inline constexpr std::size_t kMostFormBytes = 60U << 10U;

/// The members a person writes, in a draft: kind, severity, topics, regions, content, claim,
/// verdict, evidence, experts, expires_at, correction, owner. Checks types, bounds and words of
/// what is there (unknown members are refused) and writes expires_at as UTC. Errors: `invalid`,
/// code "field_invalid", each wrong member named.
[[nodiscard]] Result<json::object> read_draft(const json::object& members, const ops::Zone& zone);

/// What submit asks of a draft beside its shape: kind, severity, a topic, zh title, summary and
/// body, expires_at in the future; claim.text and verdict for a debunk; for `holding` an owner and
/// an end within 24 hours; a correction for `correct`; no unfilled {{placeholder}}.
[[nodiscard]] Status check_complete(const json::object& draft, std::string_view action,
                                    model::Time now);

/// What of a notice is no draft member but signed.
struct Frame {
  std::string id, action, mode, issuer;
  std::int64_t revision = 1;
  std::optional<std::int64_t> supersedes;
  std::optional<std::string> reason_code;  ///< of a withdrawal
};
/// Given at publication alone.
struct Seal {
  model::Time published_at;
  std::string epoch;
  std::uint64_t offset = 0;
  std::int64_t audit_seq = 0;
  std::string audit_hash;
  json::object links;
};

/// The signed form of a draft. Without a seal it is what the content hash is made of.
[[nodiscard]] json::object signed_form(const json::object& draft, const Frame& frame,
                                       const Seal* seal);
/// SHA-256, hex, of the canonical form without published_at, position, audit and links. Errors: as
/// canonical_json.
[[nodiscard]] Result<std::string> content_hash(const json::object& form);
[[nodiscard]] model::Facets facets_of_form(const json::object& form);
/// Draft members out of a published form, for its next revision.
[[nodiscard]] json::object draft_of_form(const json::object& form);

}  // namespace clarion::notice
