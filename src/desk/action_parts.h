#pragma once

#include "desk/actions.h"
#include "http/fields.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace clarion::desk {

inline constexpr std::size_t kReasonCharacters = 4000;

/// What an action left to be written.
struct Outcome {
  json::object event;      ///< detail of the history entry; may hold words of people, none of posts
  json::object audit;      ///< detail of the audit record; ids and hashes alone
  bool load_fell = false;  ///< somebody can take a waiting case now
  bool unchanged = false;  ///< nothing to write: the case was already so
};

/// One action under way: rights, regions and version are checked already. `row` is changed in
/// place and written by act_on_case.
struct Work {
  const CaseAction& action;
  store::CaseRow& row;
  const json::object& body;
};

/// An action of contract section 3 by its name in the path.
struct Action {
  std::string_view name;
  identity::Act right;
  Result<Outcome> (*run)(const Work&);
};

/// 409 `case_state`.
[[nodiscard]] Error wrong_state(const store::CaseRow& row);
/// 409 `held`, naming who holds the case.
[[nodiscard]] Error held(const store::CaseRow& row);
[[nodiscard]] bool state_is(const store::CaseRow& row,
                            std::initializer_list<std::string_view> states);
/// Nobody holds the case any more.
void let_go(store::CaseRow& row);

// Actions that stand in files of their own.
Result<Outcome> note(const Work& work);  // notes.cc

}  // namespace clarion::desk
