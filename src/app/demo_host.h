#pragma once

#include "app/folder.h"
#include "demo/demo.h"
#include "ops/config.h"

#include <memory>
#include <string>

namespace clarion::app {

/// `serve --demo` around the server: settings, a data folder of its own, the people, the player.
class DemoHost {
 public:
  /// Adds the demo's settings to what was given and makes a temporary folder when none was named
  /// by --data; what would reach beyond this machine or unlock less is not left to the caller.
  /// Errors: `invalid` for a listener off loopback or a speed outside 0.1 to 1,000; `unavailable`.
  static Result<std::unique_ptr<DemoHost>> make(ops::ConfigSources& sources, double speed);
  /// Removes the temporary folder.
  ~DemoHost();
  DemoHost(const DemoHost&) = delete;
  DemoHost& operator=(const DemoHost&) = delete;

  /// Before the server opens: accounts, experts, tokens. Errors: `invalid` when the folder holds a
  /// real desk's data.
  Status prepare(const ops::Config& config);
  /// Once the server is ready at `url`.
  Status start(const std::string& url);
  void stop();

 private:
  explicit DemoHost(double speed) : speed_(speed) {}

  double speed_;
  std::string own_folder_;  // temporary; empty when --data named one
  std::string folder_;
  demo::People people_;
  std::unique_ptr<ops::Clock> clock_ = ops::make_system_clock();
  std::unique_ptr<ops::Random> random_ = ops::make_system_random();
  std::unique_ptr<demo::Demo> demo_;
};

}  // namespace clarion::app
