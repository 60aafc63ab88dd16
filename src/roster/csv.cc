#include "roster/csv.h"

#include "base/bytes.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::roster {
namespace {

constexpr std::string_view kFormula = "=+-@\t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Error wrong(std::size_t line, std::string_view what) {
  const std::string text = fmt::format("line {}: {}", line, what);
  return Error{Errc::invalid, text, "csv_invalid", {{"text", text}}};
}

struct Cells {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

Result<std::vector<Cells>> split(std::string_view text, char separator) {
  std::vector<Cells> out;
  std::size_t line = 1, i = 0;
  while (i < text.size()) {
    Cells row{line, {}};
    bool more = true;
    while (more) {
      std::string cell;
      if (i < text.size() && text[i] == '"') {
        const std::size_t opened = line;
        for (++i;; ++i) {
          if (i >= text.size()) return wrong(opened, "a quote is not closed");
          if (text[i] == '\n') ++line;
          if (text[i] != '"') {
            cell += text[i];
          } else if (i + 1 < text.size() && text[i + 1] == '"') {
            cell += text[i++];
          } else {
            ++i;
            break;
          }
        }
        if (i < text.size() && text[i] != separator && text[i] != '\n' && text[i] != '\r')
          return wrong(line, "text after a closing quote");
      } else {
        const std::size_t end =
            std::min(text.size(), text.find_first_of(std::string{separator, '\r', '\n'}, i));
        cell = text.substr(i, end - i);
        i = end;
      }
      row.cells.push_back(std::move(cell));
      more = i < text.size() && text[i] == separator;
      if (more) ++i;
    }
    if (i < text.size() && text[i] == '\r') ++i;
    if (i < text.size() && text[i] == '\n') ++i;
    ++line;
    const bool empty = std::all_of(row.cells.begin(), row.cells.end(),
                                   [](const std::string& cell) { return trimmed(cell).empty(); });
    if (!empty) out.push_back(std::move(row));
  }
  return out;
}

std::vector<std::string> cut(std::string_view cell, std::string_view separators) {
  std::vector<std::string> out;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.size(), cell.find_first_of(separators));
    if (const std::string_view part = trimmed(cell.substr(0, end)); !part.empty())
      out.emplace_back(part);
    cell.remove_prefix(std::min(cell.size(), end + 1));
  }
  return out;
}

}  // namespace

std::string_view CsvRow::operator[](std::string_view column) const {
  for (const auto& [name, cell] : cells) {
    if (name == column) return cell;
  }
  return {};
}

Result<std::vector<CsvRow>> read_csv(std::string_view text, std::size_t most) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!is_utf8(text)) return wrong(1, "the text is not UTF-8");
  if (text.find('\0') != std::string_view::npos) return wrong(1, "the text holds a zero byte");
  const std::string_view head = text.substr(0, text.find('\n'));
  char separator = ',';
  for (const char other : {';', '\t'}) {
    if (std::count(head.begin(), head.end(), other) >
        std::count(head.begin(), head.end(), separator))
      separator = other;
  }
  CLARION_TRY(auto rows, split(text, separator));
  if (rows.empty()) return wrong(1, "the first line must name the columns");
  if (rows.size() > most + 1) return wrong(rows[most + 1].line, fmt::format("over {} rows", most));
  std::vector<std::string> columns;
  for (const std::string& cell : rows[0].cells) {
    const std::string name(trimmed(cell));
    if (!name.empty() && std::find(columns.begin(), columns.end(), name) != columns.end())
      return wrong(rows[0].line, fmt::format("the column '{}' stands twice", name));
    columns.push_back(name);
  }
  std::vector<CsvRow> out;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    CsvRow row{rows[r].line, {}};
    for (std::size_t c = 0; c < rows[r].cells.size(); ++c) {
      std::string_view cell = trimmed(rows[r].cells[c]);
      if (cell.size() > 1 && cell[0] == '\'' && kFormula.find(cell[1]) != std::string_view::npos)
        cell.remove_prefix(1);
      if (c < columns.size()) {
        if (!columns[c].empty()) row.cells.emplace_back(columns[c], cell);
      } else if (!cell.empty()) {
        return wrong(row.line, "more cells than columns");
      }
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) out += ',';
    std::string text = cell;
    if (!text.empty() && kFormula.find(text[0]) != std::string_view::npos) text.insert(0, "'");
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      out += text;
      continue;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out + "\r\n";
}

std::vector<std::string> cell_words(std::string_view cell) { return cut(cell, " ;,\t\n"); }
std::vector<std::string> cell_parts(std::string_view cell) { return cut(cell, ";"); }

}  // namespace clarion::roster
