#pragma once

#include "base/result.h"

#include <map>
#include <string>
#include <string_view>

namespace clarion::web {

/// A built page in one piece of memory, as src/web/build/pack.mjs writes it. Read once, then only
/// looked at; any thread. The bytes outlive it.
class Pack {
 public:
  struct File {
    std::string type;         ///< Content-Type
    std::string_view stored;  ///< gzip's when `gzipped`
    std::size_t size = 0;     ///< as it is shown
    bool gzipped = false;
    std::string etag;  ///< of the stored bytes, without quotes
  };
  /// Errors: `invalid` when it is no pack, or cut. No bytes at all are a pack without files.
  static Result<Pack> read(std::string_view bytes);
  /// "index.html", "assets/app/index.0a1b2c.js"; null when there is none.
  [[nodiscard]] const File* find(std::string_view name) const;
  [[nodiscard]] bool empty() const { return files_.empty(); }
  /// The file as it is shown.
  [[nodiscard]] static std::string plain(const File& file);

 private:
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace clarion::web
