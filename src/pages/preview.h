#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "notice/lifecycle.h"
#include "pages/options.h"
#include "pages/shell.h"
#include "pages/shown.h"

#include <string>
#include <string_view>

namespace clarion::pages {

/// What the previews are made of: a draft as if it were published now.
struct PreviewOf {
  json::object form;  ///< signed form with a seal of now
  Shown notice;
  std::string mode;
};

/// Every form a notice goes out in, in each language it has, with limits and counts:
/// `forms[]{id, outlet, goes_out, zh{}, en{}}` with `html` (a whole document, made and sanitised
/// here, for a sandboxed frame) or `text`; `limits[]{id, outlet, name, unit, used, most, level}`,
/// level ok, near (nine tenths) or over. Forms of outlets that are not connected are shown, and
/// said so by `goes_out`.
[[nodiscard]] json::object preview_of(const Site& site, const PreviewOf& what, model::Time now);

/// The short text for SMS and push: issuer, title, time.
[[nodiscard]] std::string short_text(const Shown& notice, ops::Lang lang, const ops::Zone& zone);
/// WeChat's text message: verdict, title, summary, advice, link.
[[nodiscard]] std::string message_text(const Site& site, const Shown& notice, ops::Lang lang);

/// GET /v1/notices/{id}/preview and POST /v1/notices/preview `{notice?, mode?, draft{…}}`. All
/// outlive the router.
void add_preview_routes(http::Router& router, identity::Requests& requests,
                        const PageOptions& pages, const notice::NoticeOptions& notices);

}  // namespace clarion::pages
