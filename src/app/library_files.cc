#include "app/library_files.h"

#include "app/line_source.h"

#include <fmt/format.h>

namespace clarion::app {

Result<library::Reading> read_library_file(const std::string& path) {
  const library::ReadLimits limits;
  CLARION_TRY(const auto source, LineSource::open(path, limits.max_bytes));
  std::string all;
  LineBlock block;
  for (;;) {
    CLARION_TRY(const bool more, source->next(block));
    if (!more) break;
    if (all.size() + block.bytes.size() > limits.max_bytes) {
      return Error{Errc::too_large,
                   fmt::format("{}: has more than {} bytes", path, limits.max_bytes),
                   "body_too_large"};
    }
    all += block.bytes;
  }
  return library::read_debunks(all, limits);
}

std::size_t report(const library::Reading& reading, const std::string& path, std::FILE* err) {
  for (const library::BadItem& bad : reading.bad)
    fmt::print(err, "{}: {}: {}\n", path, bad.place(), bad.error.text);
  for (const library::BadItem& note : reading.notes)
    fmt::print(err, "{}: {}: note: {}\n", path, note.place(), note.error.text);
  return reading.bad.size();
}

Result<LoadedLibrary> load_library(const std::vector<std::string>& files, std::FILE* err) {
  LoadedLibrary out;
  std::vector<std::shared_ptr<const library::Entry>> entries;
  for (const std::string& file : files) {
    CLARION_TRY(auto reading, read_library_file(file));
    out.bad += report(reading, file, err);
    for (library::Debunk& debunk : reading.debunks)
      entries.push_back(library::make_entry(std::move(debunk)));
  }
  out.index = library::Index::make(std::move(entries));
  return out;
}

}  // namespace clarion::app
