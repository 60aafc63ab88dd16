#include "identity/rights.h"

#include "model/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::identity {
namespace {

constexpr std::array<std::string_view, 6> kRoles = {"none",     "operator", "expert",
                                                    "approver", "admin",    "auditor"};
constexpr std::array<std::string_view, 5> kScopes = {"ingest", "desk", "partner", "drill",
                                                     "metrics"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name,
                              std::size_t from) {
  for (std::size_t i = from; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<Role> parse_role(std::string_view name) { return find_name<Role>(kRoles, name, 1); }
std::string_view name_of(Scope scope) { return kScopes[static_cast<std::size_t>(scope)]; }
std::optional<Scope> parse_scope(std::string_view name) {
  return find_name<Scope>(kScopes, name, 0);
}

bool sees_mode(const Actor& actor, std::string_view mode) {
  return actor.door == Door::any || (actor.door == Door::live) == (mode == "Actual");
}

std::string_view mode_of(const Actor& actor) {
  return actor.door == Door::drill ? "Exercise" : "Actual";
}

Grant grant(Act act, const Actor& actor, const RightsPolicy& policy) {
  if (actor.scope != Scope::desk || actor.enrolling) return Grant::no;
  constexpr Grant no = Grant::no, own = Grant::own, yes = Grant::yes;
  struct Row {
    Act act;
    Grant operator_, expert, approver, admin, auditor;
  };
  constexpr Row kTable[] = {
      {Act::see_cases, yes, own, yes, yes, yes},  {Act::work_case, yes, own, yes, no, no},
      {Act::manage_cases, yes, no, yes, no, no},  {Act::judge, no, own, no, no, no},
      {Act::close_case, yes, own, yes, no, no},   {Act::draft_notice, yes, own, yes, no, no},
      {Act::approve, no, no, yes, no, no},        {Act::publish, yes, no, yes, no, no},
      {Act::withdraw, no, no, yes, no, no},       {Act::see_experts, yes, yes, yes, yes, yes},
      {Act::change_roster, yes, own, yes, yes, no},
      {Act::administer, no, no, no, yes, no},     {Act::see_audit, no, no, yes, yes, yes},
      {Act::see_library, yes, yes, yes, no, yes}, {Act::change_library, yes, no, yes, no, no},
      {Act::see_resources, yes, yes, yes, no, yes},
      {Act::change_resources, yes, no, yes, no, no},
      {Act::see_drafts, yes, own, yes, no, yes},  {Act::see_outlets, yes, no, yes, yes, yes},
      {Act::answer_ask, own, own, own, no, no},
  };
  if (act == Act::judge && actor.role == Role::operator_ && policy.operator_may_judge) return yes;
  if (act == Act::approve && !policy.token_approvals && !actor.token.empty()) return no;
  for (const Row& row : kTable) {
    if (row.act != act) continue;
    switch (actor.role) {
      case Role::operator_:
        return row.operator_;
      case Role::expert:
        return row.expert;
      case Role::approver:
        return row.approver;
      case Role::admin:
        return row.admin;
      case Role::auditor:
        return row.auditor;
      case Role::none:
        return no;
    }
  }
  return no;
}

Status allowed(Act act, const Actor& actor, const RightsPolicy& policy, bool own) {
  const Grant granted = grant(act, actor, policy);
  if (granted == Grant::yes || (granted == Grant::own && own)) return ok();
  if (act == Act::judge) {
    return Error{Errc::denied, "a verdict needs the expert who holds the case", "expert_needed"};
  }
  return Error{Errc::denied, fmt::format("the role '{}' may not do this here", name_of(actor.role)),
               "denied"};
}

Status may_act_in(const Actor& actor, const std::vector<std::string>& regions) {
  if (actor.regions.empty()) return ok();
  const bool inside =
      !regions.empty() &&
      std::all_of(regions.begin(), regions.end(), [&actor](const std::string& region) {
        return std::any_of(
            actor.regions.begin(), actor.regions.end(),
            [&region](const std::string& theirs) { return model::region_inside(region, theirs); });
      });
  if (inside) return ok();
  return Error{Errc::denied, "the record reaches outside the regions of this account",
               "denied_region"};
}

bool may_see_in(const Actor& actor, const std::vector<std::string>& regions) {
  if (actor.regions.empty() || regions.empty()) return true;
  return std::any_of(regions.begin(), regions.end(), [&actor](const std::string& region) {
    return std::any_of(
        actor.regions.begin(), actor.regions.end(),
        [&region](const std::string& theirs) { return model::regions_match(region, theirs); });
  });
}

}  // namespace clarion::identity
