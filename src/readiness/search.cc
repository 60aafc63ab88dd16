#include "readiness/shelf.h"
#include "store/resources.h"

namespace clarion::readiness {
namespace {

json::object short_resource(const store::ResourceRow& row) {
  json::object out{{"id", row.id}, {"state", row.state}};
  for (const char* name : {"title", "topic", "phase"}) {
    if (const json::value* value = row.record.if_contains(name)) out[name] = *value;
  }
  return out;
}

/// The id inside an address of a resource, else the words themselves.
std::string_view id_in(std::string_view words) {
  constexpr std::string_view kPlace = "/resources/";
  const std::size_t at = words.rfind(kPlace);
  if (at == std::string_view::npos) return words;
  const std::string_view id = words.substr(at + kPlace.size());
  return id.substr(0, id.find_first_of("/?#"));
}

}  // namespace

Result<json::array> search(Shelf& shelf, store::View& view, std::string_view words,
                           std::size_t most) {
  constexpr std::size_t kLongest = 500;  // of the words and of an id
  json::array out;
  if (words.size() > kLongest) return out;
  const std::string_view asked = id_in(words);
  CLARION_TRY(const auto exact, store::find_resource(view, asked));
  if (exact) {
    json::object first = short_resource(*exact);
    first["exact"] = true;
    out.push_back(std::move(first));
  }
  ResourceFilter filter;
  filter.words = words;
  CLARION_TRY(const auto ids, shelf.find(view, filter, "", most));
  for (const std::string& id : ids) {
    if (out.size() == most) break;
    if (exact && exact->id == id) continue;
    CLARION_TRY(const auto row, store::find_resource(view, id));
    if (row) out.push_back(short_resource(*row));
  }
  return out;
}

}  // namespace clarion::readiness
