#pragma once

#include "app/subscriber.h"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::app {

/// The text as one line that a terminal may show: controls (C0, C1, line and paragraph separators)
/// and marks that turn the writing direction become "?", so that a notice can neither move the
/// cursor nor hide what it says. Requires: UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

/// What a subscriber sees, for people: a notice is two lines or more on `out` (time, severity,
/// kind, title; regions, topics, position), marked when it corrects or withdraws. What was missed
/// or repeated and a bad signature stand there too; connections come and go on `err`.
[[nodiscard]] std::unique_ptr<Watcher> make_text_view(std::FILE* out, std::FILE* err,
                                                      ops::Lang lang, bool colour);
/// For programs: each message of the server on a line as received, and each event as
/// {"type":"follow","event":NAME, …}. Every line is flushed.
[[nodiscard]] std::unique_ptr<Watcher> make_json_view(std::FILE* out);

}  // namespace clarion::app
