#pragma once

#include <string_view>
#include <vector>

namespace clarion::ops::detail {

/// A line of catalogue.tsv; missing columns are empty. Views into the embedded file.
struct CatalogueRow {
  std::string_view code, zh, en;
  int line = 0;
};

/// All rows in the file's order, comments left out.
[[nodiscard]] std::vector<CatalogueRow> catalogue_rows();

/// Names of the {placeholders} of a text, sorted, each once.
[[nodiscard]] std::vector<std::string_view> placeholders(std::string_view text);

}  // namespace clarion::ops::detail
