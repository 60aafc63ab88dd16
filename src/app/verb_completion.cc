#include "app/command_line.h"
#include "app/completion.h"

#include <cstdio>
#include <memory>

namespace clarion::app {

void add_completion_verbs(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& verb = line.verb("completion", "Print a script that completes this command line",
                             "clarion completion bash > /etc/bash_completion.d/clarion");
  verb.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  line.run(verb, [&line, shell] {
    CLI::App& root = line.root();
    const std::string script = *shell == "bash"  ? bash_completion(root)
                               : *shell == "zsh" ? zsh_completion(root)
                                                 : fish_completion(root);
    const bool whole = std::fwrite(script.data(), 1, script.size(), stdout) == script.size();
    return whole && std::fflush(stdout) == 0 ? 0 : 1;
  });
}

}  // namespace clarion::app
