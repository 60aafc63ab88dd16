#include "intake/scan_json.h"

#include <array>
#include <charconv>

namespace clarion::intake {
namespace {

/// RFC 8259 section 7: what a string must escape.
constexpr std::array<bool, 256> make_escaped() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = table['\\'] = true;
  return table;
}
constexpr std::array<bool, 256> kEscaped = make_escaped();

void append_escape(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kHex[c >> 4U];
  out += kHex[c & 15U];
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;  // the shortest double has at most 24
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

template <class Items, class Append>
void append_array(std::string& out, const Items& items, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

void append_hit(std::string& out, const model::Hit& hit) {
  out += R"({"rule":)";
  append_json_string(out, hit.rule);
  out += R"(,"version":)";
  append_number(out, hit.version);
  out += R"(,"view":")";
  out += model::name_of(hit.view);
  out += R"(","span":[)";
  append_number(out, hit.from);
  out += ',';
  append_number(out, hit.to);
  out += R"(],"text":)";
  append_json_string(out, hit.text);
  out += R"(,"weight":)";
  append_number(out, hit.weight);
  if (hit.media >= 0) {
    out += R"(,"media":)";
    append_number(out, hit.media);
  }
  if (hit.shadow) out += R"(,"shadow":true)";
  out += '}';
}

void append_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!kEscaped[c]) continue;
    out.append(text, from, i - from);
    append_escape(out, c);
    from = i + 1;
  }
  out.append(text, from);
  out += '"';
}

void append_scan_json(std::string& out, const ScanRecord& record) {
  const model::ScanResult& result = record.result;
  const auto string = [&](std::string_view text) { append_json_string(out, text); };
  out += R"({"post_id":)";
  string(record.post_id);
  out += R"(,"source":)";
  string(record.source);
  out += result.flagged ? R"(,"flagged":true,"score":)" : R"(,"flagged":false,"score":)";
  append_number(out, result.score);
  out += R"(,"topics":)";
  append_array(out, result.topics, string);
  out += R"(,"regions":)";
  append_array(out, result.regions, string);
  out += R"(,"hits":)";
  append_array(out, result.hits, [&](const model::Hit& hit) { append_hit(out, hit); });
  out += R"(,"group":)";
  append_or_null(out, record.group);
  out += R"(,"debunk_id":)";
  append_or_null(out, record.debunk_id);
  out += R"(,"debunk_score":)";
  if (record.debunk_id.empty()) {
    out += "null";
  } else {
    append_number(out, record.debunk_score);
  }
  out += R"(,"decision":")";
  out += record.known ? "known" : result.flagged ? "review" : "none";
  out += '"';
  if (record.debunks) {
    out += R"(,"debunks":)";
    append_array(out, *record.debunks, [&](const std::pair<std::string_view, double>& debunk) {
      out += '[';
      append_json_string(out, debunk.first);
      out += ',';
      append_number(out, debunk.second);
      out += ']';
    });
  }
  out += '}';
}

}  // namespace clarion::intake
