#pragma once

#include "model/topic.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::model {

/// What filters ask of one revision of a notice.
struct Facets {
  std::vector<std::string> topics;
  std::vector<std::string> regions;  ///< empty: everywhere
  Severity severity = Severity::minor;
  std::string kind;                ///< debunk, science, advisory, holding
  std::vector<std::string> langs;  ///< of content, e.g. {"zh", "en"}
  bool operator==(const Facets&) const = default;
};

/// One filter of a subscription or a list. A missing member passes everything; an empty list
/// matches nothing.
struct Filter {
  std::optional<std::vector<std::string>> topics, regions, kinds, langs;
  std::optional<Severity> min_severity;
  bool operator==(const Filter&) const = default;
};

/// True when the revision passes: every present member must. A notice without regions passes every
/// region filter but [].
[[nodiscard]] bool passes(const Facets& facets, const Filter& filter);

}  // namespace clarion::model
