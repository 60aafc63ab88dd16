#include "notice/answers.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "http/status.h"
#include "http/etag.h"
#include "identity/requests.h"
#include "store/cases.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::notice {

Result<std::int64_t> number_in(std::string_view name, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < 1)
    return http::bad_query(name, "field_invalid");
  return value;
}

http::Response public_answer(const http::Request& request, const json::value& body) {
  http::Response response = http::json_response(200, body);
  const std::string etag = fmt::format("\"{}\"", sha256_hex(response.body).substr(0, 32));
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Vary", "Authorization");
  if (identity::actor_of(request) == nullptr)
    response.headers.emplace_back("Cache-Control", "public, max-age=1, must-revalidate");
  if (http::none_match_names(request.header("if-none-match"), etag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

Result<bool> may_see_inside(store::View& view, const store::NoticeRow& row,
                            const identity::Actor& actor, const identity::RightsPolicy& policy) {
  using identity::Grant;
  if (!identity::sees_mode(actor, row.mode)) return false;
  if (row.draft) {
    const json::value* regions = row.draft->if_contains("regions");
    const std::vector<std::string> places =
        regions != nullptr ? strings_of(*regions) : std::vector<std::string>{};
    if (!identity::may_see_in(actor, places)) return false;
  }
  const Grant granted = identity::grant(identity::Act::see_cases, actor, policy);
  if (granted != Grant::own) return granted == Grant::yes;
  if (!row.case_id) return false;
  CLARION_TRY(auto from, store::find_case(view, *row.case_id));
  return from && desk::is_own(*from, actor);
}

}  // namespace clarion::notice
