#pragma once

#include "http/message.h"
#include "pages/recent.h"
#include "pages/shell.h"

#include <string>

namespace clarion::pages {

/// What the board's address asks for. A shared link may carry parameters of others and codes that
/// went away, so what is not known is passed over.
struct BoardQuery {
  Reader reader;
  std::vector<std::string> topics, regions;  ///< at most 16 each
  std::uint64_t before = 0;                  ///< offset; 0: the newest
};
[[nodiscard]] BoardQuery read_board_query(const http::Request& request);

/// The board as a page, complete without scripts.
[[nodiscard]] std::string render_board(const Site& site, const BoardQuery& query,
                                       const RecentNotices& recent, model::Time now);

}  // namespace clarion::pages
