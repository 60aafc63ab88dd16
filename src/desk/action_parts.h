#pragma once

#include "desk/actions.h"
#include "http/fields.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

inline constexpr std::size_t kReasonCharacters = 4000;
inline constexpr std::size_t kMostEvidence = 20;

/// What an action left to be written.
struct Outcome {
  json::object event;      ///< detail of the history entry; may hold words of people, none of posts
  json::object audit;      ///< detail of the audit record; ids and hashes alone
  bool load_fell = false;  ///< somebody can take a waiting case now
  bool unchanged = false;  ///< nothing to write: the case was already so
  std::string freed{};     ///< whose load fell; empty: anybody's
  bool route_anew = false;  ///< the case is open again and looks for its next holder
};

/// One action under way: rights, regions and version are checked already. `row` is changed in
/// place and written by act_on_case.
struct Work {
  const CaseAction& action;
  store::CaseRow& row;
  const json::object& body;
};

/// Whose a case must be for who has a right only for their own.
enum class Whose : std::uint8_t { held, asked };

/// An action of contract section 3 by its name in the path.
struct Action {
  std::string_view name;
  identity::Act right;
  Result<Outcome> (*run)(const Work&);
  Whose whose = Whose::held;
};

/// 409 `case_state`.
[[nodiscard]] Error wrong_state(const store::CaseRow& row);
/// 409 `held`, naming who holds the case.
[[nodiscard]] Error held(const store::CaseRow& row);
[[nodiscard]] bool state_is(const store::CaseRow& row,
                            std::initializer_list<std::string_view> states);
/// Nobody holds the case any more.
void let_go(store::CaseRow& row);

/// Who holds the case and how, for undo: state, assignee, lease, reasons.
[[nodiscard]] json::object holding_of(const store::CaseRow& row);
void put_back_holding(store::CaseRow& row, const json::object& holding);

/// What undo needs of an event; kept in its detail and never shown.
inline constexpr std::string_view kUndo = "undo";
/// The first later event, not undone itself, whose action is among `actions` ("*": any of a
/// person that changes the case), as the 409 that names it.
[[nodiscard]] Status nothing_newer(const std::vector<store::CaseEvent>& events, std::int64_t event,
                                   std::initializer_list<std::string_view> actions);
/// Undoes a merge or split (regroup_undo.cc) or an edit, head or candidate (case_edit.cc).
Status undo_merge(const Work& work, const store::CaseEvent& event, const json::object& data);
Status undo_split(const Work& work, const store::CaseEvent& event, const json::object& data);
Status undo_edit(const Work& work, const json::object& data);
Status undo_candidate(const Work& work, const json::object& data);

/// Figures of a group anew from its posts: as if they alone had come.
Status recount_group(store::Tx& tx, std::int64_t group);

// Actions that stand in files of their own.
Result<Outcome> note(const Work& work);             // notes.cc
Result<Outcome> merge(const Work& work);            // regroup.cc
Result<Outcome> split(const Work& work);            // regroup.cc
Result<Outcome> edit(const Work& work);             // case_edit.cc
Result<Outcome> choose_head(const Work& work);      // case_edit.cc
Result<Outcome> judge_candidate(const Work& work);  // case_edit.cc
Result<Outcome> undo(const Work& work);             // undo.cc
/// An account chosen by `user` or `expert`, exactly one of them, who must be able to work on cases;
/// problems are noted in `fields`.
struct Chosen {
  std::string account;
  std::optional<std::string> expert;
};
Result<Chosen> read_person(http::Fields& fields, store::View& view);

[[nodiscard]] std::span<const Action> hold_actions();   // hold.cc: claim, extend, release …
[[nodiscard]] std::span<const Action> judge_actions();  // judge.cc: verdict, ask, answer, panel
[[nodiscard]] std::span<const Action> order_actions();  // order.cc: pin, unpin

}  // namespace clarion::desk
