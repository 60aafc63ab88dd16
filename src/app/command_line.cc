#include "app/command_line.h"

#include <fmt/format.h>

#include <cstdio>

namespace clarion::app {

CommandLine::CommandLine()
    : root_("Clarion 正音: from rumors in social feeds to signed notices at every subscriber",
            "clarion") {
  root_.require_subcommand(1);
  root_.failure_message(CLI::FailureMessage::help);
}

CLI::App& CommandLine::group(const std::string& name, const std::string& what) {
  CLI::App& group = *root_.add_subcommand(name, what);
  group.require_subcommand(1);
  return group;
}

CLI::App& CommandLine::verb(const std::string& name, const std::string& what,
                            const std::string& example) {
  return verb(root_, name, what, example);
}

CLI::App& CommandLine::verb(CLI::App& group, const std::string& name, const std::string& what,
                            const std::string& example) {
  CLI::App& verb = *group.add_subcommand(name, what);
  verb.footer("Example: " + example);
  return verb;
}

void CommandLine::run(CLI::App& verb, std::function<int()> work) {
  verb.callback([this, work = std::move(work)] { status_ = work(); });
}

void CommandLine::run_on_data(CLI::App& verb, std::function<int(const std::string& data)> work) {
  run_on_config(verb, [work = std::move(work)](const ops::ConfigSources& sources) {
    const auto config = ops::load_config(sources);
    return config ? work(config.value().data.dir) : fail(config.error());
  });
}

void CommandLine::run_on_config(CLI::App& verb,
                                std::function<int(ops::ConfigSources sources)> work) {
  verb.add_option("--data", data_, "Data folder (default: data.dir, ./clarion-data)");
  verb.add_option("--config", config_, "Configuration file (TOML)");
  verb.callback([this, work = std::move(work)] {
    ops::ConfigSources sources;
    if (!config_.empty()) sources.file = config_;
    sources.environment = ops::clarion_environment();
    if (!data_.empty()) sources.overrides.push_back({"data.dir", data_, "--data"});
    status_ = work(std::move(sources));
  });
}

int CommandLine::parse(int argc, char** argv) {
  try {
    root_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root_.exit(error) == 0 ? 0 : 2;
  }
  return status_;
}

CLI::Option* add_repeated(CLI::App& verb, const std::string& name, std::vector<std::string>& values,
                          const std::string& what) {
  return verb.add_option(name, values, what + "; may stand several times")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

int fail(const Error& error) {
  fmt::print(stderr, "clarion: {}\n", error.text);
  return error.errc == Errc::invalid ? 2 : 1;
}

}  // namespace clarion::app
