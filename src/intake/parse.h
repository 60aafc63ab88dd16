#pragma once

#include "base/result.h"
#include "model/post.h"
#include "ops/catalogue.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::intake {

/// Bounds of one post (contract sections 2 and 3), in bytes of UTF-8 after unescaping. Texts, of
/// the post and of its media, are bounded by the line they stand in.
struct PostLimits {
  static constexpr std::size_t kLineBytes = 256U << 10U;
  static constexpr std::size_t kIdBytes = 256;     ///< id, author.id, repost_of, reply_to
  static constexpr std::size_t kSourceBytes = 64;  ///< source, platform
  static constexpr std::size_t kNameBytes = 256;   ///< author.name
  static constexpr std::size_t kWordBytes = 64;    ///< lang, geo.region, op, media.type, times
  static constexpr std::size_t kUrlBytes = 2048;   ///< url, media.url
  static constexpr std::size_t kHashBytes = 256;   ///< media.hash
  static constexpr std::size_t kMedia = 16;
  static constexpr std::size_t kDepth = 32;  ///< of nested values in unknown members
};

/// Reads posts from JSON, one at a time (simdjson on demand: one pass, no tree).
///
/// Accepts one RFC 8259 object a call. The whole line is checked, unknown members too, so that what
/// is accepted here is JSON for every other reader.
///
/// * Unknown members are ignored, null counts as absent, a known member of the wrong type rejects
/// the line.
/// * A name that stands twice: the last one counts, as in most readers; the bytes of a line are
/// hashed or signed nowhere.
/// * `id`, `source` and (but for a delete) `text` must be there; `text` may be empty, ids may not.
/// * Ids may be integers of 64 bits and become decimal strings; counts and `rev` may be integers or
/// decimal strings.
/// * The flat form: `platform` is read as source where that is absent, an `author` that is a string
/// is its id,
///   `verified_author` belongs to it, `reposts`, `comments`, `likes` at the top count where
///   `metrics` has none.
/// * U+0000 and lone surrogates are refused: the one cuts strings in C interfaces, the others are
/// no UTF-8.
///
/// Holds the parser's memory (about 2 MiB) and reuses it: one a thread, not thread-safe.
class PostParser {
 public:
  PostParser();
  ~PostParser();
  PostParser(PostParser&&) noexcept;
  PostParser& operator=(PostParser&&) noexcept;

  /// Reads one line or array item into `post`, whose strings keep their memory; after an error its
  /// content is unspecified. No copy of the line is needed after the call, and the line needs no
  /// padding.
  ///
  /// Errors: `invalid` with a code of the catalogue, that of a member with its pointer in `fields`:
  /// line_not_json, line_not_object, line_too_long, line_too_deep, utf8_invalid, field_required,
  /// field_type, field_invalid, field_too_long, field_too_many, field_nul, time_invalid. No text
  /// holds a value of the line.
  [[nodiscard]] Status parse(std::string_view line, model::Post& post);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What is wrong, for a person: the member's pointer, when there is one, and the catalogue's words.
[[nodiscard]] std::string detail_of(const Error& error, ops::Lang lang);

}  // namespace clarion::intake
