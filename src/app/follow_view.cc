#include "app/follow_view.h"

#include "model/region.h"
#include "model/time.h"
#include "model/topic.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>

namespace clarion::app {
namespace {

using ops::Lang;

/// Characters that a line of text must not hold: U+0080 to U+009F, separators, and the marks of
/// Unicode's bidirectional algorithm (UAX 9) that turn what follows.
bool is_trick(std::string_view character) {
  if (character.size() == 1) {
    const auto byte = static_cast<unsigned char>(character.front());
    return byte < 0x20 || byte == 0x7F;
  }
  if (character.size() == 2) return character[0] == '\xC2' && character[1] < '\xA0';
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto last = static_cast<unsigned char>(character[2]);
  if (character[1] == '\x80')  // U+200E, U+200F, U+2028 to U+202E
    return last == 0x8E || last == 0x8F || (last >= 0xA8 && last <= 0xAE);
  return character[1] == '\x81' && last >= 0xA6 && last <= 0xA9;  // U+2066 to U+2069
}

Status written(std::FILE* file) {
  if (std::fflush(file) != 0 || std::ferror(file) != 0)
    return Error{Errc::unavailable, "the output takes nothing any more"};
  return ok();
}

Status print_line(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fputc('\n', file);
  return written(file);
}

std::string local_time(std::string_view text) {
  const auto time = model::parse_time(text);
  if (!time) return "-";
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time.value().time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::vector<std::string> names_in(const json::object& form, std::string_view member) {
  const json::value* list = form.if_contains(member);
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

class TextView final : public Watcher {
 public:
  TextView(std::FILE* out, std::FILE* err, Lang lang, bool colour)
      : out_(out), err_(err), lang_(lang), colour_(colour) {}

  Status frame(std::string_view, const json::object& message,
               broadcast::FollowState::Take take) override {
    using Take = broadcast::FollowState::Take;
    const std::string_view type = string_or(message, "type");
    const std::string at =
        fmt::format("{}:{}", string_or(message, "epoch"), string_or(message, "offset"));
    if (type == "snapshot_end")
      return print_line(out_, ops::words("follow_snapshot", lang_, {{"position", printable(at)}}));
    if (type != "notice" || take == Take::repeated) return ok();
    const json::object& form = message.at("notice").get_object();  // its signature was good
    return print_line(out_, notice_text(form, printable(at)));
  }

  Status event(std::string_view name, const ops::Params& params) override {
    ops::Params shown = params;
    for (auto& [key, value] : shown) value = printable(value);
    const std::string text = ops::words(fmt::format("follow_{}", name), lang_, shown);
    const bool about_connection = name == "connected" || name == "resumed" || name == "cut";
    return about_connection ? print_line(err_, text)
                            : print_line(out_, paint("1;31", "!! " + text));
  }

 private:
  [[nodiscard]] std::string paint(std::string_view code, const std::string& text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  [[nodiscard]] std::string severity(const json::object& form) const {
    const std::string_view name = string_or(form, "severity", "-");
    const std::string words = model::parse_severity(name)
                                  ? ops::words(fmt::format("severity_{}", name), lang_)
                                  : printable(name);
    if (name == "extreme") return paint("1;37;41", words);
    if (name == "severe") return paint("1;31", words);
    return name == "moderate" ? paint("33", words) : words;
  }
  [[nodiscard]] std::string kind(const json::object& form) const {
    const std::string code = fmt::format("follow_{}", string_or(form, "kind"));
    return ops::knows_code(code) ? ops::words(code, lang_) : printable(string_or(form, "kind"));
  }
  /// In the reader's language where the notice has it, else in the one it has.
  [[nodiscard]] std::string_view content(const json::object& form, std::string_view member) const {
    const json::value* all = form.if_contains("content");
    if (all == nullptr || !all->is_object()) return {};
    for (const char* lang : {lang_ == Lang::zh ? "zh" : "en", lang_ == Lang::zh ? "en" : "zh"}) {
      const json::value* one = all->get_object().if_contains(lang);
      if (one != nullptr && one->is_object()) return string_or(one->get_object(), member);
    }
    return {};
  }
  [[nodiscard]] std::string regions(const json::object& form) const {
    std::vector<std::string> names;
    for (const std::string& code : names_in(form, "regions")) {
      const model::Region* region = model::find_region(code);
      names.push_back(region == nullptr   ? printable(code)
                      : lang_ == Lang::zh ? region->name_zh
                                          : region->name_en);
    }
    if (names.empty()) return ops::words("follow_everywhere", lang_);
    return fmt::format("{}", fmt::join(names, lang_ == Lang::zh ? "、" : ", "));
  }
  [[nodiscard]] std::string topics(const json::object& form) const {
    std::vector<std::string> names;
    for (const std::string& id : names_in(form, "topics")) {
      const model::Topic* topic = model::find_topic(id);
      names.push_back(topic == nullptr ? printable(id) : lang_ == Lang::zh ? topic->zh : topic->en);
    }
    return fmt::format("{}", fmt::join(names, lang_ == Lang::zh ? "、" : ", "));
  }

  [[nodiscard]] std::string notice_text(const json::object& form, const std::string& at) const {
    const std::string_view action = string_or(form, "action");
    std::string mark;
    if (action == "correct") mark = paint("1;36", ops::words("follow_correct", lang_)) + "  ";
    if (action == "withdraw") mark = paint("1;35", ops::words("follow_withdraw", lang_)) + "  ";
    if (action == "update") mark = ops::words("follow_update", lang_) + "  ";
    const json::value* revision = form.if_contains("revision");
    std::string text = fmt::format(
        "{}  {}  {}  {}{}\n    {} · {} · {} · {} r{}", local_time(string_or(form, "published_at")),
        severity(form), kind(form), mark, paint("1", printable(content(form, "title"))),
        regions(form), topics(form), at, printable(string_or(form, "id")),
        revision != nullptr && revision->is_int64() ? revision->get_int64() : 0);
    if (const std::string_view mode = string_or(form, "mode"); mode != "Actual")
      text += " · " + printable(mode);
    if (const std::string_view why = string_or(form, "correction"); !why.empty())
      text += "\n    " + printable(why);
    if (const std::string_view summary = content(form, "summary"); !summary.empty())
      text += "\n    " + printable(summary);
    return text;
  }

  std::FILE* out_;
  std::FILE* err_;
  Lang lang_;
  bool colour_;
};

class JsonView final : public Watcher {
 public:
  explicit JsonView(std::FILE* out) : out_(out) {}
  Status frame(std::string_view bytes, const json::object&, broadcast::FollowState::Take) override {
    // Outside strings JSON may hold line breaks, which would end the line; inside it can't.
    std::string line(bytes);
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return print_line(out_, line);
  }
  Status event(std::string_view name, const ops::Params& params) override {
    json::object line{{"type", "follow"}, {"event", name}};
    for (const auto& [key, value] : params) line[key] = value;
    return print_line(out_, json::serialize(line));
  }

 private:
  std::FILE* out_;
};

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(0, size);
    text.remove_prefix(character.size());
    if (is_trick(character)) {
      out += '?';
    } else {
      out += character;
    }
  }
  return out;
}

std::unique_ptr<Watcher> make_text_view(std::FILE* out, std::FILE* err, Lang lang, bool colour) {
  return std::make_unique<TextView>(out, err, lang, colour);
}

std::unique_ptr<Watcher> make_json_view(std::FILE* out) { return std::make_unique<JsonView>(out); }

}  // namespace clarion::app
