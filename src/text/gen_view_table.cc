// Writes the tables of the second keys (detail/tables.h): gen_view_table PINYIN.tsv SPLIT.tsv
// OUT.cc
#include "text/detail/tables.h"
#include "text/detail/utf8.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using clarion::text::detail::kHanFirst;
using clarion::text::detail::kHanLast;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "gen_view_table: %s\n", what.c_str());
  std::exit(1);
}

using Rows = std::vector<std::vector<std::string>>;

Rows read_rows(const char* path, std::size_t columns) {
  std::ifstream in(path);
  if (!in) fail(std::string("cannot read ") + path);
  Rows rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell);
    if (row.size() < columns) fail(std::string(path) + ": a row is too short: " + line);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The one character of a cell, or 0 when it is none of the table's range.
char32_t han_of(const std::string& cell) {
  if (cell.empty()) return 0;
  const auto* p = reinterpret_cast<const unsigned char*>(cell.data());
  const auto decoded = clarion::text::detail::decode(p, p + cell.size());
  return decoded.bytes == cell.size() && decoded.c < 0x10000 ? decoded.c : 0;
}

/// Parts that nobody types: written as the whole character that the part comes from. Hand list.
const std::pair<char32_t, char32_t> kTyped[] = {
    {U'氵', U'水'}, {U'亻', U'人'}, {U'扌', U'手'}, {U'忄', U'心'}, {U'犭', U'犬'}, {U'讠', U'言'},
    {U'钅', U'金'}, {U'饣', U'食'}, {U'礻', U'示'}, {U'衤', U'衣'}, {U'纟', U'丝'}, {U'刂', U'刀'},
    {U'艹', U'草'}, {U'灬', U'火'}, {U'⺮', U'竹'}, {U'⻊', U'足'},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("wants PINYIN.tsv SPLIT.tsv OUT.cc");
  std::map<char32_t, std::string> readings;
  std::set<std::string> syllables;
  for (const auto& row : read_rows(argv[1], 2)) {
    const char32_t han = han_of(row[0]);
    if (han < kHanFirst || han > kHanLast) continue;
    readings[han] = row[1];
    syllables.insert(row[1]);
  }
  std::map<std::string, std::size_t> places;
  for (const auto& syllable : syllables) places.emplace(syllable, places.size() + 1);

  // First come, first kept: GB 2312 lists the common characters before the rare ones. Side by side
  // goes before one above the other, since that is how a split character is written in a line.
  std::map<std::pair<char32_t, char32_t>, std::pair<char32_t, bool>> joins;
  const auto rows = read_rows(argv[2], 4);
  for (const bool beside : {true, false}) {
    for (const auto& row : rows) {
      const char32_t whole = han_of(row[0]);
      const char32_t first = han_of(row[2]);
      const char32_t second = han_of(row[3]);
      if (beside != (row[1] == "a") || whole == 0 || first == 0 || second == 0) continue;
      std::set<char32_t> firsts{first};
      std::set<char32_t> seconds{second};
      for (const auto& [part, typed] : kTyped) {
        if (first == part) firsts.insert(typed);
        if (second == part) seconds.insert(typed);
      }
      for (const char32_t a : firsts) {
        if (a < kHanFirst || a > kHanLast) continue;
        for (const char32_t b : seconds) joins.try_emplace({a, b}, whole, beside);
      }
    }
  }

  std::ofstream out(argv[3], std::ios::trunc);
  out << "// Written by gen_view_table.\n#include \"text/detail/tables.h\"\n"
      << "namespace clarion::text::detail {\nextern const std::uint16_t kHanSyllables[] = {";
  for (char32_t c = kHanFirst; c <= kHanLast; ++c) {
    const auto reading = readings.find(c);
    out << (c % 16 == 0 ? "\n" : "") << (reading == readings.end() ? 0 : places.at(reading->second))
        << ',';
  }
  out << "\n};\nextern const std::string_view kSyllables[] = {";
  for (const auto& syllable : syllables) out << "\n\"" << syllable << "\",";
  out << "\n};\nextern const std::size_t kSyllableCount = " << syllables.size() << ";\n"
      << "extern const Join kJoins[] = {";
  std::vector<std::size_t> starts(kHanLast - kHanFirst + 2);
  for (const auto& [parts, whole] : joins) {
    ++starts[parts.first - kHanFirst + 1];
    out << "\n{" << +parts.second << "U," << +whole.first << "U,"
        << (whole.second ? "true" : "false") << "},";
  }
  out << "\n};\nextern const std::uint16_t kJoinStarts[] = {";
  std::size_t start = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    start += starts[i];
    out << (i % 16 == 0 ? "\n" : "") << start << ',';
  }
  out << "\n};\n}  // namespace clarion::text::detail\n";
  out.close();
  if (!out) fail("cannot write the tables");
  return 0;
}
