#pragma once

#include "base/result.h"
#include "intake/parse.h"
#include "model/post.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::intake {

/// Lines or array items of one body (contract section 3, POST /v1/posts).
inline constexpr std::size_t kBatchLines = 10'000;

/// One line of a body or item of its array; `number` counts from 1, blank lines too. Borrows from
/// the body.
struct Line {
  std::uint32_t number = 0;
  std::string_view text;
};

/// A line that was not taken, and why (an Error of PostParser::parse, or batch_broken).
struct Rejected {
  std::uint32_t line = 0;
  Error error;
};

struct Lines {
  std::vector<Line> lines;         ///< not blank, in order
  std::vector<Rejected> rejected;  ///< what could not be cut into items
};

/// Takes the first line off `rest`: what stands before the line feed, without a carriage return at
/// its end.
[[nodiscard]] std::string_view take_line(std::string_view& rest);
/// True for a line of blanks alone, or an empty one.
[[nodiscard]] bool is_blank(std::string_view line);

/// Cuts an application/x-ndjson body at its line feeds. A byte order mark at the start, a carriage
/// return before a line feed and blank lines (skipped, yet counted) are allowed; the last line
/// needs no line feed. The body is already inflated. Errors: `too_large` with code "too_many_lines"
/// for more than kBatchLines lines that are not blank.
[[nodiscard]] Result<Lines> split_lines(std::string_view body);

/// Cuts an application/json body, one array, into its items without judging them. From the place
/// where it stops being an array nothing can be read: all items before it are kept, and the item
/// where it broke is rejected as batch_broken. Errors: `invalid` with code "batch_not_array";
/// `too_large` with code "too_many_lines".
[[nodiscard]] Result<Lines> split_array(std::string_view body);

struct NumberedPost {
  std::uint32_t line = 0;
  model::Post post;
};

struct Batch {
  std::vector<NumberedPost> posts;  ///< in order of the body
  std::vector<Rejected> rejected;   ///< likewise; no line is in both
};

/// Parses each line; one that is rejected changes nothing for the others.
[[nodiscard]] Batch parse_lines(PostParser& parser, Lines lines);

}  // namespace clarion::intake
