#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace clarion::app {

/// A shell's script that completes the command line of `root`: verbs, options, the words an option
/// may have, topics, and files where a path is asked for. Made from the tree alone, so that a new
/// verb is in it.
[[nodiscard]] std::string bash_completion(CLI::App& root);
[[nodiscard]] std::string zsh_completion(CLI::App& root);
[[nodiscard]] std::string fish_completion(CLI::App& root);

}  // namespace clarion::app
