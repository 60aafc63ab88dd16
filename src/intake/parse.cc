#include "intake/parse.h"

#include "intake/detail/values.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace clarion::intake {
namespace {

namespace od = detail::od;
using detail::not_json;
using detail::Place;
using detail::reject;
using detail::Values;
using detail::wrong_type;
using Limits = PostLimits;

void clear(model::Post& post) {
  for (std::string* text : {&post.source, &post.id, &post.text, &post.author.id, &post.author.name,
                            &post.lang, &post.url, &post.repost_of, &post.reply_to, &post.region}) {
    text->clear();
  }
  post.author.verified = false;
  post.author.followers = 0;
  post.created_at.reset();
  post.edited_at.reset();
  post.reposts = post.comments = post.likes = 0;
  post.media.clear();
  post.op = model::Post::Op::upsert;
  post.rev.reset();
}

}  // namespace

struct PostParser::Impl : Values {
  // The line is copied here, since simdjson reads up to its padding past the end.
  std::unique_ptr<char[]> buffer =
      std::make_unique<char[]>(Limits::kLineBytes + simdjson::SIMDJSON_PADDING);
  od::parser parser;
  std::string platform, word;
  bool has_text = false, verified_author = false;
  struct Counts {
    std::optional<std::uint64_t> reposts, comments, likes;
  } nested, flat;

  Status read_author(od::value& value, model::Post::Author& author) {
    author.id.clear();
    author.name.clear();
    author.followers = 0;
    author.verified = false;
    CLARION_TRY(const auto type, type_of(value));
    if (type == od::json_type::null) return null(value);
    if (type == od::json_type::string || type == od::json_type::number)
      return read_id(value, {"author"}, author.id);
    std::optional<std::uint64_t> followers;
    CLARION_TRY(
        each_member(value, {"author"}, [&](std::string_view name, od::value member) -> Status {
          if (name == "id") return read_id(member, {"id", "author"}, author.id);
          if (name == "name")
            return read_text(member, {"name", "author"}, Limits::kNameBytes, author.name);
          if (name == "verified") return read_bool(member, {"verified", "author"}, author.verified);
          if (name == "followers") return read_number(member, {"followers", "author"}, followers);
          return check(member);
        }));
    author.followers = followers.value_or(0);
    return ok();
  }

  Status read_counts(od::value& value) {
    nested = {};
    CLARION_TRY(const auto type, type_of(value));
    if (type == od::json_type::null) return null(value);
    return each_member(value, {"metrics"}, [&](std::string_view name, od::value member) -> Status {
      if (name == "reposts") return read_number(member, {"reposts", "metrics"}, nested.reposts);
      if (name == "comments") return read_number(member, {"comments", "metrics"}, nested.comments);
      if (name == "likes") return read_number(member, {"likes", "metrics"}, nested.likes);
      return check(member);
    });
  }

  Status read_geo(od::value& value, std::string& region) const {
    region.clear();
    CLARION_TRY(const auto type, type_of(value));
    if (type == od::json_type::null) return null(value);
    return each_member(value, {"geo"}, [&](std::string_view name, od::value member) -> Status {
      if (name == "region") return read_text(member, {"region", "geo"}, Limits::kWordBytes, region);
      return check(member);
    });
  }

  Status read_media(od::value& value, std::vector<model::Post::Media>& media) const {
    media.clear();
    CLARION_TRY(const auto type, type_of(value));
    if (type == od::json_type::null) return null(value);
    if (type != od::json_type::array) return wrong_type({"media"}, "array");
    od::array array;
    if (const auto error = value.get_array().get(array)) return not_json(error);
    for (auto item : array) {
      od::value element;
      if (const auto error = std::move(item).get(element)) return not_json(error);
      const std::size_t i = media.size();
      if (i == Limits::kMedia)
        return reject("field_too_many", "/media", {{"max", std::to_string(Limits::kMedia)}});
      model::Post::Media& medium = media.emplace_back();
      CLARION_TRY(each_member(
          element, {{}, "media", i}, [&](std::string_view name, od::value member) -> Status {
            if (name == "type")
              return read_text(member, {"type", "media", i}, Limits::kWordBytes, medium.type);
            if (name == "url")
              return read_text(member, {"url", "media", i}, Limits::kUrlBytes, medium.url);
            if (name == "hash")
              return read_text(member, {"hash", "media", i}, Limits::kHashBytes, medium.hash);
            if (name == "text")
              return read_text(member, {"text", "media", i}, Limits::kLineBytes, medium.text);
            return check(member);
          }));
    }
    return ok();
  }

  Status read_op(od::value& value, model::Post::Op& op) {
    CLARION_TRY(read_text(value, {"op"}, Limits::kWordBytes, word));
    if (!word.empty() && word != "upsert" && word != "delete") {
      return reject("field_not_one_of", "/op", {{"values", "upsert, delete"}});
    }
    op = word == "delete" ? model::Post::Op::remove : model::Post::Op::upsert;
    return ok();
  }

  Status read_member(std::string_view name, od::value value, model::Post& post) {
    const Place place{name};
    if (name == "id") return read_id(value, place, post.id);
    if (name == "text") return read_post_text(value, place, post.text);
    if (name == "source") return read_text(value, place, Limits::kSourceBytes, post.source);
    if (name == "author") return read_author(value, post.author);
    if (name == "created_at") return read_time(value, place, post.created_at);
    if (name == "metrics") return read_counts(value);
    if (name == "lang") return read_text(value, place, Limits::kWordBytes, post.lang);
    if (name == "url") return read_text(value, place, Limits::kUrlBytes, post.url);
    if (name == "geo") return read_geo(value, post.region);
    if (name == "media") return read_media(value, post.media);
    if (name == "repost_of") return read_id(value, place, post.repost_of);
    if (name == "reply_to") return read_id(value, place, post.reply_to);
    if (name == "edited_at") return read_time(value, place, post.edited_at);
    if (name == "op") return read_op(value, post.op);
    if (name == "rev") return read_number(value, place, post.rev);
    if (name == "platform") return read_text(value, place, Limits::kSourceBytes, platform);
    if (name == "reposts") return read_number(value, place, flat.reposts);
    if (name == "comments") return read_number(value, place, flat.comments);
    if (name == "likes") return read_number(value, place, flat.likes);
    if (name == "verified_author") return read_bool(value, place, verified_author);
    return check(value);
  }

  Status read_post_text(od::value& value, const Place& place, std::string& text) {
    CLARION_TRY(const auto type, type_of(value));
    has_text = type != od::json_type::null;
    return read_text(value, place, Limits::kLineBytes, text);
  }

  Status parse(std::string_view line, model::Post& post) {
    clear(post);
    platform.clear();
    nested = flat = {};
    has_text = verified_author = false;
    if (line.size() > Limits::kLineBytes) {
      return reject("line_too_long", {}, {{"max", std::to_string(Limits::kLineBytes)}});
    }
    std::memcpy(buffer.get(), line.data(), line.size());
    std::memset(buffer.get() + line.size(), ' ', simdjson::SIMDJSON_PADDING);
    start(line.find('\\') != std::string_view::npos);

    od::document document;
    const simdjson::padded_string_view padded(buffer.get(), line.size(),
                                              line.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser.iterate(padded).get(document)) return not_json(error);
    od::json_type type{};
    if (const auto error = document.type().get(type)) return not_json(error);
    if (type != od::json_type::object) return reject("line_not_object");
    od::object object;
    if (const auto error = document.get_object().get(object)) return not_json(error);
    CLARION_TRY(each_member(object, [&](std::string_view name, od::value value) {
      return read_member(name, value, post);
    }));
    // Past the closing brace nothing may follow.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return not_json();

    if (post.source.empty()) post.source = platform;
    post.author.verified = post.author.verified || verified_author;
    post.reposts = nested.reposts.value_or(flat.reposts.value_or(0));
    post.comments = nested.comments.value_or(flat.comments.value_or(0));
    post.likes = nested.likes.value_or(flat.likes.value_or(0));
    if (post.id.empty()) return reject("field_required", "/id");
    if (post.source.empty()) return reject("field_required", "/source");
    if (!has_text && post.op == model::Post::Op::upsert) return reject("field_required", "/text");
    return ok();
  }
};

PostParser::PostParser() : impl_(std::make_unique<Impl>()) {}
PostParser::~PostParser() = default;
PostParser::PostParser(PostParser&&) noexcept = default;
PostParser& PostParser::operator=(PostParser&&) noexcept = default;

Status PostParser::parse(std::string_view line, model::Post& post) {
  return impl_->parse(line, post);
}

std::string detail_of(const Error& error, ops::Lang lang) {
  std::string words = ops::words(error.code, lang, error.params);
  if (error.fields.empty()) return words;
  return fmt::format("{}: {}", error.fields.front().pointer, words);
}

}  // namespace clarion::intake
