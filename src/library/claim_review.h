#pragma once

#include "library/read.h"

#include <optional>

namespace clarion::library {

/// True for a schema.org object of this type: "ClaimReview", also as an address, a prefixed name or
/// in a list of types.
[[nodiscard]] bool is_type(const json::object& object, std::string_view type);

struct Review {
  Debunk debunk;
  bool disagrees = false;  ///< the rating's number says otherwise than its words
};
/// The debunk that a ClaimReview is (reference claimreview.md section 2). Errors: `invalid`, fields
/// named by the ClaimReview's members.
[[nodiscard]] Result<Review> review_of(const json::object& review);

}  // namespace clarion::library
