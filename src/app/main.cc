#include "app/command_line.h"

int main(int argc, char** argv) {
  namespace app = clarion::app;
  app::CommandLine line;
  app::add_serve_verbs(line);
  app::add_scan_verbs(line);
  app::add_library_verbs(line);
  app::add_resource_verbs(line);
  app::add_rules_verbs(line);
  app::add_people_verbs(line);
  app::add_store_verbs(line);
  app::add_keys_verbs(line);
  app::add_verify_verbs(line);
  app::add_follow_verbs(line);
  app::add_replay_verbs(line);
  app::add_completion_verbs(line);
  app::add_version_verbs(line);
  return line.parse(argc, argv);
}
