#pragma once

#include "readiness/resource.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::readiness {

/// What a list of resources is asked by; empty members pass everything.
struct ResourceFilter {
  std::string topic, phase, audience, region, lang;
  std::string state = "current";  ///< current, retired or all
  std::optional<bool> stale;
  std::string words;     ///< searched for; the best come first
  std::string after_id;  ///< without words: by id, after this one
};

/// All resources of a store, ready to be filtered and searched. Thread-safe.
class Shelf {
 public:
  /// Ids that pass, at most `most`: by id, or by how well they answer `words`. Takes over first
  /// what the view has and the shelf has not. A resource without regions passes every region, one
  /// that names nobody, or everybody, every audience, one of phase any every phase. Errors: the
  /// store's.
  [[nodiscard]] Result<std::vector<std::string>> find(store::View& view,
                                                      const ResourceFilter& filter,
                                                      std::string_view today, std::size_t most);

 private:
  struct Item;
  using Items = std::map<std::string, std::shared_ptr<const Item>, std::less<>>;
  Result<std::shared_ptr<const Items>> items(store::View& view);
  static std::vector<std::string> ranked(const Items& items, const ResourceFilter& filter,
                                         std::string_view today, std::size_t most);
  static bool passes(const Item& item, const ResourceFilter& filter, std::string_view today);

  std::mutex mutex_;  // guards both
  std::shared_ptr<const Items> items_ = std::make_shared<Items>();
  std::int64_t change_ = 0;
};

/// What the desk's search shows of resources in use that answer `words`, best first, at most
/// `most`: {id, title{zh, en}, topic, phase, state}. The one whose id or address (…/resources/ID)
/// the words are comes first, whatever its state, with `exact: true`.
[[nodiscard]] Result<json::array> search(Shelf& shelf, store::View& view, std::string_view words,
                                         std::size_t most);

}  // namespace clarion::readiness
