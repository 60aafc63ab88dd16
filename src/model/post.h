#pragma once

#include "model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::model {

/// One message as its source gave it (contract section 2). Strings are UTF-8; absent strings are
/// empty.
struct Post {
  struct Author {
    std::string id, name;
    bool verified = false;
    std::uint64_t followers = 0;
  };
  struct Media {
    std::string type, url, hash;
    std::string text;  ///< subtitles, OCR or speech as given by the source; scanned too
  };
  enum class Op : std::uint8_t { upsert, remove };

  std::string source, id;  ///< together the key
  std::string text;
  Author author;
  std::string lang, url, repost_of, reply_to, region;
  std::optional<CivilOrInstant> created_at, edited_at;
  std::uint64_t reposts = 0, comments = 0, likes = 0;
  std::vector<Media> media;
  Op op = Op::upsert;
  std::optional<std::int64_t> rev;
};

}  // namespace clarion::model
