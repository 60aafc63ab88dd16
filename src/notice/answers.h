#pragma once

#include "http/message.h"
#include "identity/rights.h"
#include "store/notices.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the endpoints of this folder share.
namespace clarion::notice {

/// A whole number from 1 on. Errors: http::bad_query.
[[nodiscard]] Result<std::int64_t> number_in(std::string_view name, std::string_view text);

/// An answer with an ETag of its own bytes; 304 for If-None-Match. Only what is answered without a
/// credential may be kept by caches between: drafts, Exercise and Test would reach the public
/// through them.
[[nodiscard]] http::Response public_answer(const http::Request& request, const json::value& body);

/// Whether a person at the desk sees drafts, authors and approvals of a notice: of the own cases
/// for an expert, else of what their regions match. What is published, anyone sees.
[[nodiscard]] Result<bool> may_see_inside(store::View& view, const store::NoticeRow& row,
                                          const identity::Actor& actor,
                                          const identity::RightsPolicy& policy);

}  // namespace clarion::notice
