#pragma once

#include "base/json.h"
#include "model/time.h"
#include "ops/catalogue.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::notice {

/// Another answer of ours or of the library to the same claim, with another verdict.
struct Contradiction {
  std::string id, verdict, title;
};

/// What the checks are told beside the draft.
struct CheckFacts {
  std::string_view action = "publish";  ///< of the revision: publish, correct, update
  std::string_view mode = "Actual";
  model::Time now;
  /// When each language was last changed; empty: not known.
  std::optional<model::Time> zh_changed, en_changed;
  bool expert_among_authors = false;
  std::vector<Contradiction> contradictions;
  /// Problems that submit finds beside check_complete (experts without consent, size).
  std::vector<FieldError> more_blocking;
};

/// One line of the list before sending (reference templates.md section 10).
struct Check {
  enum class Level { blocks, warns, passed };
  Level level = Level::passed;
  /// Of what blocks: the code that submit answers with; else a code of the catalogue that begins
  /// with check_. The words behind CODE and, unless passed, how to mend it behind CODE_mend.
  std::string code;
  std::string pointer;    ///< into the draft; empty: the whole
  ops::Params zh, en;     ///< params of its words in each language
  std::string slot = {};  ///< of an unfilled one: its name as written
};

/// All of them: what blocks first, then what warns, then what was looked at and is good. Blocks
/// exactly what submit refuses. Pure; O(text²) at most for the claim beside the title.
[[nodiscard]] std::vector<Check> check_notice(const json::object& draft, const CheckFacts& facts);
/// `{items[]{level, code, pointer, text{zh,en}, mend{zh,en}, slot?}, left, warnings, passed}`.
[[nodiscard]] json::object to_json(const std::vector<Check>& checks);

}  // namespace clarion::notice
