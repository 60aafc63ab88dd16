#pragma once

#include "base/result.h"
#include "library/debunk.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::library {

/// One item of an input that is no debunk, and where it stands.
struct BadItem {
  std::size_t line = 0;  ///< of NDJSON, from 1; 0 in a JSON document
  std::string pointer;   ///< RFC 6901, in a JSON document
  Error error;
  /// "line 3" or "/dataFeedElement/0/item/1"; "document" for all of it.
  [[nodiscard]] std::string place() const;
};

/// What was found in one input. Good items are kept whatever the others are.
struct Reading {
  std::vector<Debunk> debunks;
  std::vector<BadItem> bad;
  std::vector<std::string> withdrawn;  ///< addresses of DataFeed items with dateDeleted
  std::vector<BadItem> notes;          ///< odd but read: a rating whose words and number disagree
};

struct ReadLimits {
  std::size_t max_bytes = 64U << 20U;        ///< of one input
  std::size_t max_line_bytes = 256U << 10U;  ///< of one line of NDJSON
  std::size_t max_items = 200'000;
};

/// Reads one input in any of three forms, told apart by what it holds:
///
/// - NDJSON, one of our debunks or one schema.org object a line;
/// - JSON-LD of schema.org: ClaimReview alone, in an array, in `@graph`, as `mainEntity` and the
///   like are not followed; other types are passed over, an input with none at all is bad;
/// - a DataFeed of ClaimReview (Data Commons); an item with dateDeleted is a withdrawal.
///
/// A ClaimReview's id is "cr-" and 24 hex digits of the SHA-256 of its @id, else of url,
/// claimReviewed and the author's url, so that it stays when it is fetched again; words of a rating
/// win over its number. The input is hostile: everything is bounded, nothing is fetched, no markup
/// is run.
[[nodiscard]] Reading read_debunks(std::string_view input, const ReadLimits& limits = {});

/// One debunk a line, as read_debunks reads it again.
void append_line(std::string& out, const Debunk& debunk);

}  // namespace clarion::library
