#pragma once

#include "http/message.h"

#include <map>
#include <string>
#include <string_view>

namespace clarion::pages {

/// The pages' files, embedded: style, scripts, icon, names of places. Their addresses hold the hash
/// of their bytes, so they never change and are kept for a year. Built once, then only read; any
/// thread.
class Assets {
 public:
  Assets();
  /// "/assets/pages.0123456789ab.css" for "pages.css"; requires: a file that is there.
  [[nodiscard]] const std::string& address(std::string_view name) const;
  /// The file behind the last part of an address, or 404.
  [[nodiscard]] http::Response answer(const http::Request& request, std::string_view file) const;

 private:
  struct File {
    std::string type, bytes, gzipped;
  };
  void add(std::string_view name, std::string type, std::string bytes);
  std::map<std::string, std::string, std::less<>> addresses_;  // by plain name
  std::map<std::string, File, std::less<>> files_;             // by name with hash
};

}  // namespace clarion::pages
