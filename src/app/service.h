#pragma once

#include "app/desk_feed.h"
#include "app/desk_health.h"
#include "app/folder.h"
#include "app/head_file.h"
#include "app/health_watch.h"
#include "app/pipeline.h"
#include "app/rule_routes.h"
#include "broadcast/gateway.h"
#include "desk/candidates.h"
#include "desk/presence.h"
#include "desk/due.h"
#include "http/server.h"
#include "identity/requests.h"
#include "identity/sign_in.h"
#include "library/library.h"
#include "notice/lifecycle.h"
#include "notice/poll_room.h"
#include "ops/config.h"
#include "ops/health.h"
#include "ops/log.h"
#include "ops/metrics.h"
#include "pages/options.h"
#include "readiness/shelf.h"
#include "report/rollup.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace clarion::app {

/// The running system, all roles in one process. Built in the order of its members, ended in
/// reverse.
class Service {
 public:
  /// Opens folder, store, keys, rules, pipeline, gateway and server; serves nothing yet. Errors: of
  /// each, with its place.
  static Result<std::unique_ptr<Service>> open(ops::Config config, ops::ConfigSources sources,
                                               ops::Log& log);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void start();
  /// http://ADDR:PORT as bound, or https.
  [[nodiscard]] std::string url() const;
  /// Ready when the path from a post to a subscriber works.
  [[nodiscard]] ops::Health::Report ready() { return health_.ready(); }
  /// Reads rules, certificate and log level anew; refused whole when anything is wrong, the old
  /// state stays. Blocks; any thread.
  Status reload();
  /// What is due by the clock: leases, scheduled notices, old answers. Called a few times a second
  /// by one thread.
  void tick();
  /// /readyz says 503, readers get 3001, requests end; returns within server.drain_seconds.
  void drain();
  void stop();

 private:
  Service(ops::Config config, ops::ConfigSources sources, ops::Log& log);
  Status open_parts();
  Status open_gateway();
  Result<std::unique_ptr<identity::SignIn>> make_sign_in();
  http::Router routes();
  desk::DeskOptions desk_options();
  void add_ops_routes(http::Router& router);
  broadcast::Source stream_source();
  void tend_library();
  void tend_search();
  void keep_sources();
  void tend_report();
  void tell_health();
  void add_metrics();
  Status reload_tls(const ops::Config& config);
  void add_desk_metrics();
  void count_due(const desk::DueDone& done);
  void add_machine_metrics();
  void empty_log();
  Result<std::shared_ptr<const rules::RuleSet>> read_rules(const ops::Config& config) const;

  ops::Config config_;
  ops::ConfigSources sources_;
  ops::Log& log_;
  std::unique_ptr<ops::Clock> clock_;
  std::unique_ptr<ops::Random> random_;
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<store::Database> database_;
  HeadFile head_;
  ops::Health health_;
  ops::Metrics metrics_;
  std::unique_ptr<notice::NoticeOptions> notices_;
  std::unique_ptr<pages::PageOptions> pages_;
  std::unique_ptr<identity::Requests> requests_;
  std::unique_ptr<identity::SignIn> sign_in_;
  std::unique_ptr<notice::PollRoom> polls_;
  std::unique_ptr<library::Library> library_;
  std::unique_ptr<desk::DeskOptions> desk_;
  std::unique_ptr<desk::DueWork> due_;  // tick's alone
  desk::Rematch rematch_;               // tick's alone, like the two below
  std::uint64_t library_version_ = 0;   // of the snapshot that cases were held against
  std::string library_trouble_;         // the last failure told, so that it is told once
  desk::Presence presence_;
  std::unique_ptr<readiness::Shelf> shelf_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<HealthSources> health_sources_;
  std::unique_ptr<RuleSources> rule_sources_;
  std::unique_ptr<report::Rollup> rollup_;
  std::shared_ptr<http::Tls> tls_;  // null: clear text
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<broadcast::Gateway> gateway_;
  desk::DeskEvents desk_events_;
  std::unique_ptr<DeskFeed> desk_feed_;
  std::unique_ptr<HealthWatch> health_watch_;                   // tick's alone
  std::shared_ptr<std::function<void(http::Upgrade)>> stream_;  // set once the gateway is there

  std::mutex reload_mutex_;  // one reload at a time
  std::chrono::steady_clock::time_point last_tick_;
  model::Time last_wall_;
  std::chrono::steady_clock::time_point next_minute_;
  // Text was removed and may stand in the log still; true at first, since a crash may have come
  // between.
  bool log_has_old_text_ = true;
  std::uint64_t texts_gone_seen_ = 0;
  std::chrono::steady_clock::time_point next_log_try_;
  std::chrono::steady_clock::time_point next_sources_, next_report_, next_health_;
};

}  // namespace clarion::app
