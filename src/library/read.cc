#include "library/read.h"

#include "base/bytes.h"
#include "library/claim_review.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::library {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Walks one JSON value of any of the forms.
class Walk {
 public:
  Walk(Reading& out, const ReadLimits& limits, std::size_t line)
      : out_(out), limits_(limits), line_(line) {}

  void document(const json::value& value) {
    visit(value, "", true);
    if (found_ == 0)
      bad("", {Errc::invalid, "holds neither a debunk nor a ClaimReview", "library_nothing"});
  }

 private:
  /// `ours`: an object without a schema.org type is a line of ours.
  void visit(const json::value& value, const std::string& pointer, bool ours) {
    if (full_) return;
    if (value.is_array()) {
      std::size_t i = 0;
      for (const json::value& each : value.get_array()) visit(each, item(pointer, i++), ours);
      return;
    }
    if (!value.is_object()) {
      ++found_;
      bad(pointer, {Errc::invalid, "is no JSON object", "line_not_object"});
      return;
    }
    const json::object& object = value.get_object();
    if (is_type(object, "ClaimReview")) {
      review(object, pointer);
    } else if (is_type(object, "DataFeed") || object.contains("dataFeedElement")) {
      ++found_;  // an empty feed is a feed
      if (const json::value* items = object.if_contains("dataFeedElement"))
        feed(*items, pointer + "/dataFeedElement");
    } else if (const json::value* graph = object.if_contains("@graph")) {
      visit(*graph, pointer + "/@graph", false);
    } else if (ours && !object.contains("@type") && !object.contains("@context")) {
      ++found_;
      keep(object, debunk_of(object), pointer);
    }  // other types stand in pages and graphs beside the reviews
  }

  void feed(const json::value& items, const std::string& pointer) {
    if (!items.is_array()) return feed_item(items, pointer);
    std::size_t i = 0;
    for (const json::value& each : items.get_array()) feed_item(each, item(pointer, i++));
  }

  void feed_item(const json::value& value, const std::string& pointer) {
    if (!value.is_object()) {
      bad(pointer, {Errc::invalid, "is no JSON object", "line_not_object"});
      return;
    }
    const json::object& object = value.get_object();
    if (is_type(object, "ClaimReview")) return review(object, pointer);
    const json::string* deleted = find_string(object, "dateDeleted");
    if (deleted != nullptr) {
      const std::string_view url = string_or(object, "url");
      if (!url.empty() && url.size() <= DebunkLimits::kUrl) out_.withdrawn.emplace_back(url);
      return;
    }
    if (const json::value* inner = object.if_contains("item"))
      visit(*inner, pointer + "/item", false);
  }

  void review(const json::object& object, const std::string& pointer) {
    ++found_;
    auto read = review_of(object);
    if (!read) return bad(pointer, std::move(read).error());
    if (read.value().disagrees) {
      note(pointer, "reviewRating: the number says otherwise than the words; the words count");
    }
    keep(object, std::move(read.value().debunk), pointer);
  }

  void keep(const json::object& object, Result<Debunk> debunk, const std::string& pointer) {
    if (!debunk) return bad(pointer, std::move(debunk).error());
    if (out_.debunks.size() >= limits_.max_items) {
      full_ = true;
      return bad(pointer, {Errc::too_large,
                           fmt::format("more than {} debunks in one input", limits_.max_items),
                           "field_too_many",
                           {{"max", std::to_string(limits_.max_items)}}});
    }
    if (debunk.value().url.empty() && !string_or(object, "url").empty())
      note(pointer, "url: is no http or https address; left out");
    out_.debunks.push_back(std::move(debunk).value());
  }
  void note(const std::string& pointer, std::string what) {
    out_.notes.push_back({line_, pointer, {Errc::invalid, std::move(what)}});
  }

  void bad(const std::string& pointer, Error error) {
    out_.bad.push_back({line_, pointer, std::move(error)});
  }
  static std::string item(const std::string& pointer, std::size_t index) {
    return fmt::format("{}/{}", pointer, index);
  }

  Reading& out_;
  const ReadLimits& limits_;
  std::size_t line_, found_ = 0;
  bool full_ = false;
};

Error too_large(std::string_view what, std::size_t most) {
  return {Errc::too_large, fmt::format("{} has more than {} bytes", what, most), "body_too_large"};
}

void read_lines(std::string_view input, const ReadLimits& limits, Reading& out) {
  std::size_t number = 0;
  while (!input.empty()) {
    const std::string_view line = take_line(input);
    ++number;
    if (is_blank(line)) continue;
    if (line.size() > limits.max_line_bytes) {
      out.bad.push_back({number, "", too_large("the line", limits.max_line_bytes)});
      continue;
    }
    const auto value = parse_json(line, {.max_bytes = limits.max_line_bytes});
    if (!value) {
      out.bad.push_back({number, "", value.error()});
      continue;
    }
    if (out.debunks.size() >= limits.max_items) {
      out.bad.push_back(
          {number,
           "",
           {Errc::too_large, fmt::format("more than {} debunks in one input", limits.max_items)}});
      return;
    }
    Walk(out, limits, number).document(value.value());
  }
}

/// The first line that is not blank, taken from `rest`; empty when there is none.
std::string_view next_line(std::string_view& rest) {
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (!is_blank(line)) return line.substr(line.find_first_not_of(kBlanks));
  }
  return {};
}

/// True unless it is likely one document: an array, or an object that its first line does not end.
bool is_lines(std::string_view rest, const ReadLimits& limits) {
  const std::string_view line = next_line(rest);
  if (!line.starts_with('{')) return !line.starts_with('[');
  if (line.size() > limits.max_line_bytes) return !next_line(rest).empty();
  return parse_json(line, {.max_bytes = limits.max_line_bytes}).has_value();
}

}  // namespace

std::string BadItem::place() const {
  if (line == 0) return pointer.empty() ? "document" : pointer;
  return pointer.empty() ? fmt::format("line {}", line) : fmt::format("line {}{}", line, pointer);
}

Reading read_debunks(std::string_view input, const ReadLimits& limits) {
  Reading out;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (input.starts_with(kMark)) input.remove_prefix(kMark.size());
  if (input.size() > limits.max_bytes) {
    out.bad.push_back({0, "", too_large("the input", limits.max_bytes)});
    return out;
  }
  if (is_lines(input, limits)) {
    read_lines(input, limits, out);
    return out;
  }
  const auto value = parse_json(input, {.max_bytes = limits.max_bytes, .max_depth = 64});
  if (value) {
    Walk(out, limits, 0).document(value.value());
    return out;
  }
  read_lines(input, limits, out);  // NDJSON whose first line is broken
  if (!out.debunks.empty()) return out;
  out = {};
  out.bad.push_back({0, "", value.error()});
  return out;
}

void append_line(std::string& out, const Debunk& debunk) {
  out += to_json_text(to_json(debunk));
  out += '\n';
}

}  // namespace clarion::library
