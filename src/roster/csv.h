#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::roster {

/// A row of a table: the number of the line it begins on (from 1), and its cells by column name.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::pair<std::string, std::string>> cells;
  /// The cell, without blanks around it; empty when the column is missing.
  [[nodiscard]] std::string_view operator[](std::string_view column) const;
};

/// Reads comma separated values (RFC 4180; line ends LF too, a byte order mark is passed over; a
/// `;` or tab between cells is seen by the first line, as spreadsheets of some countries write it).
/// The first row names the columns; empty rows are left out. Errors: `invalid`, code "csv_invalid",
/// naming the line: not UTF-8, an open quote, more cells than columns, a column twice, over
/// `most` rows.
[[nodiscard]] Result<std::vector<CsvRow>> read_csv(std::string_view text, std::size_t most);

/// One line with its CRLF. A cell that a spreadsheet would take for a formula (=, +, -, @, tab)
/// begins with an apostrophe, which read_csv() takes off again.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// Words of a cell between blanks, `;` or `,`.
[[nodiscard]] std::vector<std::string> cell_words(std::string_view cell);
/// Parts of a cell between `;`, without blanks around them, empty ones left out.
[[nodiscard]] std::vector<std::string> cell_parts(std::string_view cell);

}  // namespace clarion::roster
