#include "app/command_line.h"
#include "app/folder.h"
#include "http/client.h"
#include "notice/signature.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace clarion::app {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Errc::unavailable, fmt::format("{}: can't be read", path)};
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

Result<notice::PublicKeys> keys_from(const std::string& jwks, const std::string& data) {
  if (jwks.empty()) {
    CLARION_TRY(auto folder, open_folder(data, Missing::refuse));
    return folder.database->read([](store::View& view) { return notice::public_keys(view); });
  }
  std::string document;
  if (jwks.starts_with("http://") || jwks.starts_with("https://")) {
    CLARION_TRY(auto response, http::fetch("GET", jwks));
    if (response.status != 200)
      return Error{Errc::unavailable, fmt::format("{}: answered {}", jwks, response.status)};
    document = std::move(response.body);
  } else {
    CLARION_TRY(document, read_file(jwks));
  }
  const auto keys = notice::read_jwks(document);
  if (!keys) return within(jwks, keys.error());
  return keys.value();
}

/// The signed form inside a recorded frame or an API answer, and its signature.
struct Signed {
  std::string form, jws, name;
};

Result<Signed> signed_of(const json::object& record) {
  const json::string* jws = find_string(record, "jws");
  if (jws == nullptr) return Error{Errc::invalid, "no member 'jws'"};
  json::object form;
  if (const json::value* inner = record.if_contains("notice");
      inner != nullptr && inner->is_object()) {
    form = inner->get_object();  // a frame of the stream
  } else {
    form = record;  // an answer of the API: what stands around the signed form goes
    for (const char* name :
         {"state", "jws", "version", "content_hash", "authors", "approvals", "approvals_required",
          "publish_at", "deliveries", "published_revision", "case", "owner"}) {
      form.erase(name);
    }
  }
  CLARION_TRY(auto bytes, canonical_json(form));
  const json::value* revision = form.if_contains("revision");
  return Signed{bytes, std::string(*jws),
                fmt::format("{} revision {}", string_or(form, "id", "?"),
                            revision != nullptr ? json::serialize(*revision) : "?")};
}

int verify(const std::string& file, const std::string& jwks, const std::string& data) {
  const auto keys = keys_from(jwks, data);
  if (!keys) return fail(keys.error());
  auto text = read_file(file);
  if (!text) return fail(text.error());
  // One JSON document, or one a line: notices as the API answers them, or frames of the stream.
  std::vector<std::pair<std::string, std::string_view>> documents;
  if (parse_json(text.value(), {.max_bytes = 64U << 20U})) {
    documents.emplace_back(file, text.value());
  } else {
    std::string_view rest = text.value();
    for (std::size_t line = 1; !rest.empty(); ++line) {
      const std::string_view one = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (one.find_first_not_of(" \t\r") != std::string_view::npos)
        documents.emplace_back(fmt::format("{}:{}", file, line), one);
    }
  }
  std::size_t good = 0, bad = 0;
  for (const auto& [place, document] : documents) {
    const auto record = parse_json(document, {.max_bytes = 64U << 20U});
    const json::object* object = record ? record.value().if_object() : nullptr;
    if (object == nullptr) {
      ++bad;
      fmt::print("{}: bad: {}\n", place, record ? "no JSON object" : record.error().text);
      continue;
    }
    const bool other_frame = object->contains("type") && string_or(*object, "type") != "notice";
    if (other_frame) continue;  // heartbeats and the like are not signed
    const auto item = signed_of(*object);
    const Status checked =
        item ? notice::verify_with(keys.value(), item.value().jws, item.value().form)
             : Status(item.error());
    if (checked) {
      ++good;
      fmt::print("{}: good: {}\n", place, item.value().name);
    } else {
      ++bad;
      fmt::print("{}: bad: {}\n", place, checked.error().text);
    }
  }
  fmt::print("{} good, {} bad\n", good, bad);
  return bad == 0 && good > 0 ? 0 : 1;
}

}  // namespace

void add_verify_verbs(CommandLine& line) {
  const auto file = std::make_shared<std::string>();
  const auto jwks = std::make_shared<std::string>();
  CLI::App& checked =
      line.verb("verify", "Check the signatures of notices or recorded frames",
                "clarion verify frames.ndjson --jwks http://127.0.0.1:8080/.well-known/jwks.json");
  checked.add_option("FILE", *file, "One JSON document, or one a line")->required();
  checked.add_option("--jwks", *jwks,
                     "URL or file of the keys (default: those of the data folder)");
  line.run_on_data(checked,
                   [file, jwks](const std::string& data) { return verify(*file, *jwks, data); });
}

}  // namespace clarion::app
