#pragma once

#include "desk/options.h"
#include "desk/priority.h"
#include "library/library.h"
#include "model/post.h"
#include "model/scan.h"
#include "ops/civil.h"
#include "store/cases.h"
#include "store/posts.h"

namespace clarion::desk {

/// One flagged post that joined a group, as the case of that group sees it.
struct Evidence {
  const store::PostRow& row;
  const model::Post& post;
  const model::ScanResult& scan;
  const store::GroupRow& group;
};

/// Opens the case of a new group: claim, topics, regions, severity, priority; gives it to the best
/// expert under capacity. Its claim is held against the library, when one is given: once a group,
/// not once a post.
Result<store::CaseRow> open_case(store::Tx& tx, const DeskOptions& options, std::string id,
                                 const Evidence& evidence, library::Library* library = nullptr);
/// Adds a post to the case of its group: new topics, regions, a higher severity, the priority. A
/// case that ended keeps its state.
Status grow_case(store::Tx& tx, const DeskOptions& options, const Evidence& evidence);
/// A post of the case was edited: its claim follows, unless a person wrote it, and its candidates
/// with it.
Status edit_case(store::Tx& tx, const Evidence& evidence, library::Library* library = nullptr);
/// A post lost its text (deleted at the source, or retention): claims made of it go to the next
/// post of their case that has one. Also the claim of a case that was merged since.
Status forget_text(store::Tx& tx, std::int64_t post_seq);

/// How a case spreads, over all its groups.
[[nodiscard]] Result<Spreading> spreading_of(store::View& view, const store::CaseRow& row,
                                             model::Time now);
/// The parts of the priority anew, from the row and its groups: after posts came or went otherwise
/// than one by one.
Status weigh_anew(store::Tx& tx, store::CaseRow& row);
/// A post's text as a claim: at most kClaimCharacters.
[[nodiscard]] std::string claim_of_record(const store::PostRow& post);
/// True when a person wrote that member ("topics", "regions", "severity"), so that posts change it
/// no more.
[[nodiscard]] bool written_by_hand(const store::CaseRow& row, std::string_view member);
[[nodiscard]] std::uint64_t reach_of_record(const store::PostRow& post);

/// Leases that ended: the case goes back and is routed anew, not to who lost it. At most 100 a
/// call; returns how many.
Result<std::size_t> end_leases(store::Tx& tx, const DeskOptions& options);
/// Works out anew the priority of cases whose figures time changes; at most 100 a call; how many.
Result<std::size_t> reprice_due(store::Tx& tx, const DeskOptions& options);

/// The post as JSON, as it is stored and shown. Bare dates are read in `zone` (desk.timezone) and
/// marked approximate.
[[nodiscard]] json::object post_json(const model::Post& post, const ops::Zone& zone);
/// Hits as JSON, as they are stored and shown.
[[nodiscard]] json::array hits_json(const model::ScanResult& scan);

/// The longest claim, in code points; longer texts are cut.
inline constexpr std::size_t kClaimCharacters = 500;

}  // namespace clarion::desk
