#pragma once

#include "base/assert.h"

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion {

/// What a caller can do about a failure. Kept short; the exact reason is Error::code.
enum class Errc {
  invalid,       ///< the input is wrong: mend it                       (HTTP 400 or 422, exit 2)
  unauthorised,  ///< no or unknown credential                          (401)
  denied,        ///< known, but not allowed                            (403)
  not_found,     ///< nothing there                                     (404)
  conflict,      ///< the state does not allow it now                   (409, 412, 428)
  too_large,     ///< over a bound                                      (413)
  unsupported,   ///< a media type or encoding that is not read here    (415)
  overloaded,    ///< try again later                                   (429)
  unavailable,   ///< something needed is down                          (503)
  corrupt,       ///< stored data is not what was written               (500)
  cancelled,     ///< stopped before it was done                        (503)
};

/// One wrong member of an input.
struct FieldError {
  std::string
      pointer;       ///< RFC 6901 pointer into the body, or the name of a query parameter or option
  std::string code;  ///< key of ops/catalogue, e.g. "field_required"
  std::vector<std::pair<std::string, std::string>> params;
};

/// A failure as a value.
///
/// `code` is the stable name that the API shows ("four_eyes") and the key of the text catalogue;
/// `params` fill the placeholders of that text. `text` is English for logs and terminals: what,
/// which value, what was expected. Neither holds a secret or the text of a post.
struct Error {
  Errc errc = Errc::invalid;
  std::string text;
  std::string code = {};
  std::vector<std::pair<std::string, std::string>> params = {};
  std::vector<FieldError> fields = {};
};

template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;
using Status = Result<void>;

/// Adds the place on the way up: within("quake.yaml:12", error) gives "quake.yaml:12: …".
[[nodiscard]] inline Error within(std::string_view place, Error error) {
  error.text = std::string(place) + ": " + error.text;
  return error;
}

[[nodiscard]] inline boost::outcome_v2::success_type<void> ok() {
  return boost::outcome_v2::success();
}

}  // namespace clarion

/// CLARION_TRY(auto n, parse(s)); or CLARION_TRY(check(s)); returns the error of a failed Result
/// from this function. It is more than one statement: an `if` around it needs braces.
#define CLARION_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
