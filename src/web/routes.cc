#include "web/routes.h"

#include "base/assert.h"
#include "http/etag.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

extern "C" const char clarion_web_pack[];
extern "C" const std::size_t clarion_web_pack_size;

namespace clarion::web {
namespace {

using http::Request;
using http::Response;

/// Where the page answers; src/web/src/pages/*/routes.ts has the same addresses.
constexpr std::array<std::string_view, 18> kAddresses = {"/desk",
                                                         "/signin",
                                                         "/cases/{id}",
                                                         "/mine",
                                                         "/notices",
                                                         "/notices/{id}/{view}",
                                                         "/resources",
                                                         "/resources/{rest...}",
                                                         "/experts",
                                                         "/experts/{rest...}",
                                                         "/roster",
                                                         "/stats",
                                                         "/stats/{rest...}",
                                                         "/health",
                                                         "/audit",
                                                         "/settings",
                                                         "/admin",
                                                         "/admin/{rest...}"};

/// Scripts and styles are files of ours alone: no inline script, no eval, no style attribute.
/// Pictures are ours, of a style sheet (data:), or of a file one is about to send (blob:). 'self'
/// covers the WebSocket of the same host (CSP 3 section 6.7.2.8).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view kNoPage =
    "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>正音</title>"
    "<h1>这个程序没有带值班台页面</h1>"
    "<p>构建时关掉了（CLARION_WEB=OFF）。接口和<a href=\"/\">公众看板</a>照常。</p>"
    "<h1 lang=\"en\">This build has no page for the desk</h1>"
    "<p lang=\"en\">It was built with CLARION_WEB=OFF. The API and <a href=\"/\">the public "
    "board</a> work as "
    "ever.</p></html>\n";

bool takes_gzip(const Request& request) {
  const std::string_view accepted = request.header("accept-encoding");
  const std::size_t at = accepted.find("gzip");
  return at != std::string_view::npos && !accepted.substr(at).starts_with("gzip;q=0,") &&
         !accepted.ends_with("gzip;q=0");
}

Response file_answer(const Request& request, const Pack::File& file, std::string_view cache) {
  const bool packed = file.gzipped && takes_gzip(request);
  const std::string etag = fmt::format("\"{}{}\"", file.etag, packed ? "-gz" : "");
  Response response{200,
                    {{"Content-Type", file.type},
                     {"Cache-Control", std::string(cache)},
                     {"Vary", "Accept-Encoding"},
                     {"ETag", etag}},
                    {}};
  if (http::none_match_names(request.header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  response.body = packed ? std::string(file.stored) : Pack::plain(file);
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

Response shell(const Request& request, const Pack& pack) {
  const Pack::File* index = pack.find("index.html");
  Response response =
      index == nullptr
          ? Response{200, {{"Content-Type", "text/html; charset=utf-8"}}, std::string(kNoPage)}
          : file_answer(request, *index, "no-store");
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  return response;
}

}  // namespace

const Pack& built_in() {
  static const Pack pack = [] {
    auto read = Pack::read({clarion_web_pack, clarion_web_pack_size});
    CLARION_ASSERT(read);  // the build made it
    return std::move(read.value());
  }();
  return pack;
}

void add_routes(http::Router& router, const Pack& pack) {
  const auto show = [&router, &pack](const std::string& pattern) {
    router.add(
        {.method = "GET", .pattern = pattern, .guard = {}, .handler = [&pack](Request& request) {
           return shell(request, pack);
         }});
  };
  for (const std::string_view each : kAddresses) {
    if (pack.empty() && each != "/desk") continue;
    show(std::string(each));
    show("/drill" + std::string(each));
  }
  router.add({.method = "GET",
              .pattern = "/assets/app/{file}",
              .guard = {},
              .handler = [&pack](Request& request) {
                const Pack::File* file = pack.find("assets/app/" + request.params.at("file"));
                if (file == nullptr)
                  return http::problem(request,
                                       {Errc::not_found, "there is no such file", "not_found"});
                return file_answer(request, *file, "public, max-age=31536000, immutable");
              }});
}

}  // namespace clarion::web
