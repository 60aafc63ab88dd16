#pragma once

#include "http/message.h"
#include "model/facets.h"
#include "pages/recent.h"
#include "pages/shell.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::pages {

/// What a feed's address asks for: topic, region, kind and lang may repeat or hold comma lists,
/// min_severity. Errors: `invalid`, code "query_invalid", for a value or parameter that is not
/// known, since a feed without what its reader asked for would be silent for ever.
struct FeedQuery {
  model::Filter filter;
  std::string query;  ///< as asked, for the feed's own address; with its "?" unless empty
  ops::Lang lang = ops::Lang::zh;
};
[[nodiscard]] Result<FeedQuery> read_feed_query(const http::Request& request);

/// At most kMostEntries notices in force, or withdrawn lately, newest first. An entry of Atom and
/// JSON Feed is a notice (urn:clarion:notice:ID), whose corrections update it; an item of RSS,
/// which knows no updates, is a revision (urn:clarion:notice:ID:REVISION).
inline constexpr std::size_t kMostEntries = 50;
struct Feed {
  std::vector<const Shown*> entries;
  /// When the newest of it came or the last one left: never earlier than any change of the feed.
  model::Time changed_at;
};
[[nodiscard]] Feed gather(const RecentNotices& recent, const FeedQuery& query, model::Time now);
[[nodiscard]] std::string render_rss(const Site& site, const FeedQuery& query, const Feed& feed);
[[nodiscard]] std::string render_atom(const Site& site, const FeedQuery& query, const Feed& feed);
[[nodiscard]] std::string render_json_feed(const Site& site, const FeedQuery& query,
                                           const Feed& feed);
/// schema.org DataFeed of the ClaimReviews; a withdrawn debunk leaves an item with dateDeleted.
[[nodiscard]] std::string render_data_feed(const Site& site, const FeedQuery& query,
                                           const Feed& feed);

/// Links to the feeds with these filters, for readers and for programs (<link rel="alternate">).
[[nodiscard]] std::string feed_links(const std::vector<std::string>& topics,
                                     const std::vector<std::string>& regions);
[[nodiscard]] std::string feed_discovery(const std::vector<std::string>& topics,
                                         const std::vector<std::string>& regions,
                                         std::string_view title);

}  // namespace clarion::pages
