#pragma once

#include "base/json.h"
#include "library/library.h"
#include "store/cases.h"

#include <cstddef>
#include <string>

namespace clarion::desk {

/// The best debunks of the case's claim, at most five from library::kSuggest on, into the row:
/// {id, score, known} each, best first, and among the reasons of its priority a sentence when one
/// is known. True when they are others than before. Touches no store.
bool match_case(store::CaseRow& row, library::Library& library);

/// Puts the sentence about a known debunk behind the reasons of the priority; 0 points, since what
/// is answered already is no more urgent and no less.
void tell_known(store::CaseRow& row);

/// `candidates` as a case shows them: {debunk, score, known}; what left the library is left out.
[[nodiscard]] Result<json::array> candidates_json(store::View& view, const store::CaseRow& row);

/// After the library changed, asks it anew for the cases nobody judged yet, some at a time, round
/// after round; a change within a round begins the round anew from where it is, so none is left
/// out and none starves. One thread's.
class Rematch {
 public:
  void library_changed();
  /// Goes on by at most 50 cases; true when there is more to do.
  Result<bool> step(store::Database& database, library::Library& library);

 private:
  bool busy_ = false, wrapped_ = false;
  std::string at_, began_at_;  // ids of cases: the last one asked for, and where the round began
};

}  // namespace clarion::desk
