#pragma once

#include "demo/people.h"

#include <string>

namespace clarion::demo {

struct DemoOptions;

/// Writes FOLDER/demo.env, mode 0600: the visitor's tokens, U (address), D (data folder), and the
/// shell functions of the printed lines. No token ever stands on a command line. Returns its path.
/// Errors: `unavailable`.
[[nodiscard]] Result<std::string> write_variables(const DemoOptions& options, const People& people);

/// What is printed at the start: the board, the accounts, the password and lines to paste.
[[nodiscard]] std::string welcome(const DemoOptions& options, const People& people,
                                  const std::string& variables_file);

}  // namespace clarion::demo
