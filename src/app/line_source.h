#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace clarion::app {

/// Whole lines of one input: what one worker takes at a time.
struct LineBlock {
  std::string bytes;             ///< ends with a line feed, but for the last block of an input
  std::uint64_t first_line = 1;  ///< number of its first line in the input
};

/// Reads a file or standard input in blocks of whole lines, unpacking .xz and .gz (told by their
/// first bytes, so that a pipe may hold them too; several members in a row are one input).
///
/// Memory is bounded: of a line longer than `max_line_bytes` only that much and one byte more are
/// kept, so that the parser sees that it is too long. A byte order mark at the start is left out.
/// Belongs to one thread; blocks on the disk.
class LineSource {
 public:
  static constexpr std::size_t kBlockBytes = 1U << 20U;

  /// "-" is standard input. Errors: `not_found` or `unavailable`, naming the file.
  [[nodiscard]] static Result<std::unique_ptr<LineSource>> open(const std::string& path,
                                                                std::size_t max_line_bytes);
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// The next block into `block`, whose memory is reused; false at the end of the input.
  /// Errors: `unavailable` when reading fails, `corrupt` when a packed input is broken or cut
  /// short; what came before has been handed out, but for an unfinished line.
  [[nodiscard]] Result<bool> next(LineBlock& block);

  /// Bytes of the input as stored that were read so far, and in all (0: not known, as of a pipe).
  [[nodiscard]] std::uint64_t read_bytes() const;
  [[nodiscard]] std::uint64_t total_bytes() const;

 private:
  struct Bytes;
  struct Plain;
  struct Gzip;
  struct Xz;
  LineSource(std::string name, std::unique_ptr<Bytes> bytes, std::size_t max_line_bytes);
  void fill(std::string& block);
  void skip_rest_of_line(std::string& block);

  std::string name_;
  std::unique_ptr<Bytes> bytes_;
  std::size_t max_line_bytes_;
  std::string carry_;  // the line that the last block broke off in
  std::uint64_t next_line_ = 1;
  bool started_ = false, ended_ = false;
  std::optional<Error> failed_;  // why it ended, told once the lines before it are handed out
};

}  // namespace clarion::app
