#pragma once

#include "base/result.h"
#include "ops/config.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace clarion::app {

/// The command line of contract section 1: each verb_*.cc registers its verbs here, with what they
/// do. A verb returns the exit status: 0 done, 1 the work failed or something was found wrong, 2
/// wrong usage or configuration.
class CommandLine {
 public:
  CommandLine();

  /// A word that only groups verbs: `clarion user …`.
  CLI::App& group(const std::string& name, const std::string& what);
  /// A verb of the program or of a group; `example` stands at the foot of its help.
  CLI::App& verb(const std::string& name, const std::string& what, const std::string& example);
  static CLI::App& verb(CLI::App& group, const std::string& name, const std::string& what,
                        const std::string& example);

  /// Gives the verb its work; it is done after the whole line was read.
  void run(CLI::App& verb, std::function<int()> work);
  /// The same for a verb on a data folder: takes --data and --config, and the folder they name.
  void run_on_data(CLI::App& verb, std::function<int(const std::string& data)> work);
  /// The same for a verb that needs the whole configuration.
  void run_on_config(CLI::App& verb, std::function<int(ops::ConfigSources sources)> work);

  /// Parses and does. Wrong usage is 2, with the help of the verb on standard error.
  int parse(int argc, char** argv);
  /// The tree of verbs and options, for `completion`.
  [[nodiscard]] CLI::App& root() { return root_; }

 private:
  CLI::App root_;
  int status_ = 0;
  std::string data_, config_;  // as given to the one verb that runs
};

/// An option that may stand several times, one value each.
CLI::Option* add_repeated(CLI::App& verb, const std::string& name, std::vector<std::string>& values,
                          const std::string& what);

/// Prints the failure to standard error; 2 for `invalid`, else 1.
int fail(const Error& error);

// One a file; called once by main.
void add_serve_verbs(CommandLine& line);
void add_scan_verbs(CommandLine& line);
void add_library_verbs(CommandLine& line);
void add_resource_verbs(CommandLine& line);
void add_rules_verbs(CommandLine& line);
void add_people_verbs(CommandLine& line);
void add_store_verbs(CommandLine& line);
void add_keys_verbs(CommandLine& line);
void add_verify_verbs(CommandLine& line);
void add_follow_verbs(CommandLine& line);
void add_replay_verbs(CommandLine& line);
void add_completion_verbs(CommandLine& line);
void add_version_verbs(CommandLine& line);

}  // namespace clarion::app
