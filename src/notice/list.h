#pragma once

#include "http/message.h"
#include "identity/rights.h"
#include "notice/lifecycle.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::notice {

/// What GET /v1/notices is asked.
struct ListQuery {
  /// A place in the log that a reader has come to; without epoch: of the living one.
  struct Place {
    std::optional<std::string> epoch;
    std::uint64_t offset = 0;
  };
  std::string_view channel = "notices";  ///< whose log; the drill desk reads its own
  model::Filter filter;
  std::optional<model::Time> since;  ///< published then or later
  std::optional<Place> after;        ///< `since` as POS, or a cursor of such a list
  bool live = false;
  std::int64_t limit = 50;
  std::string cursor;               ///< decoded; of the list by time or of the desk
  std::vector<std::string> states;  ///< for the desk: also scheduled, an approved one with a time
  std::string words;                ///< for the desk: in id, claim, titles, summaries
  std::chrono::seconds wait{0};
};
/// Errors: http::bad_query of the first parameter that is wrong.
[[nodiscard]] Result<ListQuery> read_list_query(const http::Request& request, bool staff,
                                                const ops::Zone& zone);

/// A list as it is answered, and whether a poll has something to tell.
struct Listed {
  json::object body;  ///< items, next, position …
  bool settled;       ///< false: nothing yet, who waits may wait on
};
/// What the public may read: newest first, or with `after` in the order of the log, everything
/// after that place that passes (a revision also when an earlier one passed: who got the wrong one
/// gets the correction). A place that is not in this log gives `recovered: false` and what is in
/// force. `position` is the place to go on from.
[[nodiscard]] Result<Listed> list_published(store::View& view, const ListQuery& query,
                                            model::Time now);
/// The desk's list: all notices by id, newest first, drafts as the actor may see them.
[[nodiscard]] Result<Listed> list_for_desk(store::View& view, const ListQuery& query,
                                           const identity::Actor& actor,
                                           const identity::RightsPolicy& policy,
                                           const NoticeOptions& options, model::Time now);
/// The answer, with its ETag and a Link to the next page.
[[nodiscard]] http::Response list_answer(const http::Request& request, const Listed& listed);

}  // namespace clarion::notice
