// Random posts and damage to them, the same for the same seed, and a slow obvious reader to compare
// with.
#pragma once

#include "base/json.h"
#include "model/post.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace clarion::intake::testing {

class RandomPosts {
 public:
  explicit RandomPosts(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  /// The JSON of a post: mostly well typed, members in random order, now and then odd.
  /// `doubles`: names may stand twice, both well typed or null.
  std::string post(bool doubles = false) {
    std::vector<std::string> members;
    const auto add = [&](std::string_view name, std::string value) {
      const bool odd = one_in(40);
      if (odd) value = anything(3);
      members.push_back(fmt::format("\"{}\":{}", name, value));
      if (doubles && !odd && one_in(60)) {
        members.push_back(fmt::format("\"{}\":{}", name, one_in(2) ? value : "null"));
      }
    };
    if (!one_in(40)) add("id", one_in(5) ? fmt::format("{}", engine_()) : string());
    if (!one_in(40)) add(one_in(4) ? "platform" : "source", string());
    if (!one_in(30)) add("text", string());
    if (one_in(2)) add("author", one_in(3) ? string() : author());
    if (one_in(2))
      add("created_at", one_in(3) ? "\"2020-2-7\"" : "\"2026-08-15T09:00:00.125+08:00\"");
    if (one_in(6)) add("edited_at", "\"2026-08-15T01:30:00Z\"");
    if (one_in(3))
      add("metrics",
          fmt::format(R"({{"reposts":{},"likes":{},"x":{}}})", below(9000), below(9), anything(2)));
    if (one_in(3)) add("reposts", fmt::format("{}", below(5000)));
    if (one_in(3)) add("comments", one_in(5) ? "\"17\"" : fmt::format("{}", below(5000)));
    if (one_in(4))
      add("media", fmt::format(R"([{{"type":"image","text":{}}},{{"url":{}, "w":{}}}])", string(),
                               string(), anything(2)));
    if (one_in(4))
      add("geo", one_in(2) ? R"({"region":"440100"})" : R"({"lat":23.1,"region":null})");
    if (one_in(5)) add("op", one_in(2) ? "\"delete\"" : "\"upsert\"");
    if (one_in(5)) add("rev", fmt::format("{}", static_cast<std::int64_t>(engine_())));
    if (one_in(3)) add("label", anything(3));
    if (one_in(4)) add("verified_author", one_in(2) ? "true" : "false");
    if (one_in(5)) add("repost_of", one_in(2) ? string() : "null");
    std::shuffle(members.begin(), members.end(), engine_);
    std::string out = "{";
    for (const std::string& member : members) {
      if (out.size() > 1) out += one_in(3) ? " , " : ",";
      out += member;
    }
    return out + "}";
  }

  /// Overwrites, removes or doubles a few bytes. Never writes a line feed.
  void damage(std::string& line) {
    for (std::size_t n = 1 + below(3); n > 0 && !line.empty(); --n) {
      const std::size_t at = below(line.size());
      static constexpr std::string_view kBytes = "{}[]\",:\\u0 \xff\xc3tnf-1.e\x01";
      switch (below(4)) {
        case 0:
          line[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          line.erase(at, 1 + below(4));
          break;
        case 2:
          line.insert(at, line.substr(at, 1 + below(8)));
          break;
        default:
          line.resize(at);
          break;
      }
    }
  }

  std::string string() {
    static const std::vector<std::string> kPieces = {
        "听说",           "明天全市停水",   "abc", " ", "。", "\\n", "\\\"",
        "\\u5e7f\\u4e1c", "\\ud83d\\ude00", "🔥",  "é", "0",  "\\/", "广州"};
    static const std::vector<std::string> kOdd = {"\\u0000", "\\ud800",        "\\udc00",
                                                  "\\x",     "\\ud800\\u0041", "\t"};
    std::string out = "\"";
    for (std::size_t n = below(8); n > 0; --n) out += kPieces[below(kPieces.size())];
    if (one_in(100)) out += kOdd[below(kOdd.size())];
    return out + "\"";
  }

  std::string anything(std::size_t depth) {
    switch (below(depth == 0 ? 6 : 8)) {
      case 0:
        return "null";
      case 1:
        return "true";
      case 2:
        return fmt::format("{}", static_cast<int>(below(2000)) - 1000);
      case 3:
        return fmt::format("{}.5e-3", below(100));
      case 4:
        return "false";
      case 5:
        return string();
      case 6:
        return fmt::format("[{}, {}]", anything(depth - 1), anything(depth - 1));
      default:
        return fmt::format("{{\"k\":{},{}:{}}}", anything(depth - 1), string(),
                           anything(depth - 1));
    }
  }

 private:
  std::string author() {
    return fmt::format(R"({{"id":{},"name":{},"verified":{},"followers":{}}})",
                       one_in(3) ? "77" : string(), string(), one_in(9) ? "null" : "true",
                       below(1000000));
  }

  std::mt19937_64 engine_;
};

/// Everything a post holds, for comparison.
inline std::string dump(const model::Post& post) {
  const auto time = [](const std::optional<model::CivilOrInstant>& t) {
    return t ? model::to_text(t->time) + (t->date_only ? "~" : "") : std::string("-");
  };
  std::string out = fmt::format(
      "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", post.source, post.id, post.text,
      post.author.id, post.author.name, post.author.verified, post.author.followers, post.lang,
      post.url, post.repost_of, post.reply_to, post.region, time(post.created_at),
      time(post.edited_at), post.reposts, post.comments, post.likes,
      post.op == model::Post::Op::remove, post.rev ? std::to_string(*post.rev) : "-");
  for (const auto& medium : post.media)
    out += fmt::format("|{}|{}|{}|{}", medium.type, medium.url, medium.hash, medium.text);
  return out;
}

/// Reads a post from a whole Boost.JSON tree, member by member. Nothing when it is to be rejected.
class SlowReader {
 public:
  static std::optional<model::Post> read(const json::value& value) {
    if (!value.is_object()) return std::nullopt;
    SlowReader reader;
    model::Post post = reader.post(value.get_object());
    return reader.fine_ ? std::optional(post) : std::nullopt;
  }

 private:
  static const json::value* member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  std::string text(const json::object& object, std::string_view name, std::size_t max) {
    const json::value* value = member(object, name);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(std::string());
    std::string out(value->get_string());
    if (out.size() > max || out.find('\0') != std::string::npos) return fail(std::string());
    return out;
  }
  std::string id(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value != nullptr && value->is_int64()) return std::to_string(value->get_int64());
    if (value != nullptr && value->is_uint64()) return std::to_string(value->get_uint64());
    return text(object, name, 256);
  }
  template <class Number>
  std::optional<Number> number(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
      const std::string digits(value->get_string());
      const bool plain = !digits.empty() && digits.size() < 18 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
      return plain ? static_cast<Number>(std::stoll(digits)) : fail(std::optional<Number>());
    }
    boost::system::error_code failed;
    const auto out = value->is_double() ? fail(Number()) : value->to_number<Number>(failed);
    return failed ? fail(std::optional<Number>()) : std::optional<Number>(out);
  }
  bool flag(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value == nullptr) return false;
    return value->is_bool() ? value->get_bool() : fail(false);
  }
  std::optional<model::CivilOrInstant> time(const json::object& object, std::string_view name) {
    const std::string given = text(object, name, 64);
    if (given.empty()) return std::nullopt;
    const auto read = model::parse_time(given);
    return read ? std::optional(read.value()) : fail(std::optional<model::CivilOrInstant>());
  }
  json::object inner(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value == nullptr) return {};
    return value->is_object() ? value->get_object() : fail(json::object());
  }
  model::Post post(const json::object& o) {
    model::Post post;
    post.id = id(o, "id");
    post.source = text(o, "source", 64);
    const std::string platform = text(o, "platform", 64);
    if (post.source.empty()) post.source = platform;
    post.text = text(o, "text", 1U << 18U);
    const json::value* author = member(o, "author");
    if (author != nullptr && !author->is_object()) {
      post.author.id = id(o, "author");
    } else {
      const json::object a = inner(o, "author");
      post.author.id = id(a, "id");
      post.author.name = text(a, "name", 256);
      post.author.verified = flag(a, "verified");
      post.author.followers = number<std::uint64_t>(a, "followers").value_or(0);
    }
    const bool verified = flag(o, "verified_author");
    post.author.verified = post.author.verified || verified;
    post.lang = text(o, "lang", 64);
    post.url = text(o, "url", 2048);
    post.repost_of = id(o, "repost_of");
    post.reply_to = id(o, "reply_to");
    post.region = text(inner(o, "geo"), "region", 64);
    post.created_at = time(o, "created_at");
    post.edited_at = time(o, "edited_at");
    const json::object metrics = inner(o, "metrics");
    const auto count = [&](std::string_view name) {
      const auto flat = number<std::uint64_t>(o, name);
      return number<std::uint64_t>(metrics, name).value_or(flat.value_or(0));
    };
    post.reposts = count("reposts");
    post.comments = count("comments");
    post.likes = count("likes");
    if (const json::value* media = member(o, "media")) {
      if (!media->is_array() || media->get_array().size() > 16) return fail(post);
      for (const json::value& medium : media->get_array()) {
        if (!medium.is_object()) return fail(post);
        const json::object& m = medium.get_object();
        post.media.push_back({text(m, "type", 64), text(m, "url", 2048), text(m, "hash", 256),
                              text(m, "text", 1U << 18U)});
      }
    }
    const std::string op = text(o, "op", 64);
    if (!op.empty() && op != "upsert" && op != "delete") fine_ = false;
    post.op = op == "delete" ? model::Post::Op::remove : model::Post::Op::upsert;
    post.rev = number<std::int64_t>(o, "rev");
    const bool has_text = member(o, "text") != nullptr;
    if (post.id.empty() || post.source.empty() || (!has_text && op != "delete")) fine_ = false;
    return post;
  }
  template <class T>
  T fail(T value) {
    fine_ = false;
    return value;
  }

  bool fine_ = true;
};

}  // namespace clarion::intake::testing
