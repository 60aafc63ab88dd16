#include "http/message.h"

#include "http/status.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::http {
namespace {

std::string lower_trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  std::string out(text.substr(first, text.find_last_not_of(" \t") - first + 1));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// Charset is no parameter of these types (RFC 8259 section 11); UTF-8 is let pass since many
/// clients write it.
bool charset_is_utf8(std::string_view content_type) {
  const std::string all = lower_trimmed(content_type);
  const std::size_t at = all.find("charset=");
  if (at == std::string::npos) return true;
  const std::string_view value = std::string_view(all).substr(at + 8);
  return value.starts_with("utf-8") || value.starts_with("\"utf-8\"") || value.starts_with("utf8");
}

/// For a person: the catalogue's words, else the error's own; of our own failures only what the
/// catalogue says in general.
std::string detail_of(const Request& request, const Error& error, std::string_view code,
                      int status) {
  ops::Params params = error.params;
  params.emplace_back("text", status < 500 ? error.text : std::string());
  if (ops::knows_code(code)) return ops::words(code, request.lang, params);
  if (status < 500 && !error.text.empty()) return error.text;
  return ops::words(general_code(error.errc), request.lang, params);
}

}  // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string media_type(std::string_view header_value) {
  return lower_trimmed(header_value.substr(0, header_value.find(';')));
}

Response json_response(int status, const json::value& body) {
  return Response{status, {{"Content-Type", "application/json"}}, to_json_text(body)};
}

Response problem(const Request& request, const Error& error) {
  const int status = http_status(error);
  const std::string code(error.code.empty() ? general_code(error.errc)
                                            : std::string_view(error.code));
  json::object body;
  body["type"] = "about:blank";
  body["title"] = ops::words(fmt::format("title_{}", status), request.lang);
  body["status"] = status;
  body["detail"] = detail_of(request, error, code, status);
  body["code"] = code;
  body["request_id"] = request.request_id;
  if (!error.fields.empty()) {
    json::array& fields = body["errors"].emplace_array();
    for (const FieldError& field : error.fields) {
      fields.push_back(
          json::object{{"pointer", field.pointer},
                       {"code", field.code},
                       {"detail", ops::words(field.code, request.lang, field.params)}});
    }
  }
  Response response{status, {{"Content-Type", "application/problem+json"}}, to_json_text(body)};
  if (status >= 500) response.fault = error.text;
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) {
    const auto wait = std::find_if(error.params.begin(), error.params.end(),
                                   [](const auto& p) { return p.first == "retry_after"; });
    response.headers.emplace_back("Retry-After", wait == error.params.end() ? "1" : wait->second);
  }
  response.headers.emplace_back("Content-Language", request.lang == ops::Lang::zh ? "zh" : "en");
  return response;
}

Result<json::object> json_body(const Request& request) {
  if (request.body.empty()) return json::object{};
  const std::string_view content_type = request.header("content-type");
  const std::string type = media_type(content_type);
  if ((type != "application/json" && type != "application/merge-patch+json") ||
      !charset_is_utf8(content_type)) {
    return Error{Errc::unsupported, "a JSON body has Content-Type application/json",
                 "media_type_unsupported"};
  }
  // The route has bounded the body; a second, smaller bound here would surprise.
  CLARION_TRY(json::value value, parse_json(request.body, {.max_bytes = request.body.size()}));
  json::object* object = value.if_object();
  if (object == nullptr) return Error{Errc::invalid, "the body is no JSON object", "json_invalid"};
  return std::move(*object);
}

}  // namespace clarion::http
