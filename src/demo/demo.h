#pragma once

#include "demo/people.h"
#include "demo/scene.h"
#include "http/client.h"
#include "ops/clock.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace clarion::demo {

struct DemoOptions {
  std::string url;                              ///< of the running server, on loopback
  std::string folder;                           ///< its data folder
  std::string program;                          ///< path of clarion, for the visitor's lines
  double speed = 1;                             ///< how many times faster than the clock; above 0
  std::function<void(const std::string&)> say;  ///< takes whole lines; called by any thread
};

/// Plays the packaged feed and the people of the demo against a running server over HTTP, with
/// tokens like anyone's: everything that it does was allowed to whom it was done by.
///
/// One thread of its own from start() to stop(). A request that fails is said and tried again
/// later (posts) or ends its scene (people); nothing stops the server.
class Demo {
 public:
  /// Reads the package. Errors: `invalid`, when it is not sound.
  [[nodiscard]] static Result<std::unique_ptr<Demo>> make(DemoOptions options, People people,
                                                          const ops::Clock& clock,
                                                          ops::Random& random);
  ~Demo();
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  /// Writes the visitor's variables file (0600, FOLDER/demo.env), says what there is to see, and
  /// begins. Errors: `unavailable` when the file cannot be written.
  Status start();
  /// Ends after the request under way. May be called again.
  void stop();

 private:
  Demo(DemoOptions options, People people, const ops::Clock& clock, Feed feed,
       std::vector<Performance> runs, std::vector<Performance> ready, http::Client client);
  void play(const std::stop_token& stopped);
  void send_posts(Played played);
  void act(Played played);
  void keep_ready(Played played, const Send& sender);
  void renew_one(Played played);
  Result<json::object> send(std::string_view account, std::string_view method,
                            const std::string& target, const json::object& body,
                            std::optional<std::int64_t> version);
  void tell(Played played, std::string_view zh, std::string_view en);

  DemoOptions options_;
  People people_;
  const ops::Clock& clock_;
  Feed feed_;
  std::vector<Performance> runs_;
  std::vector<Performance> ready_;  // one of them always waits for a visitor's approval
  std::size_t ready_at_ = 0;
  Played next_ready_{};
  http::Client client_;
  std::string waiting_;  // posts the server has not taken yet
  std::uint64_t flagged_ = 0, published_ = 0;
  Played next_figures_{}, next_renewal_{};
  std::size_t renewed_ = 0;
  std::jthread thread_;
};

}  // namespace clarion::demo
