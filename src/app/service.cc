#include "app/service.h"

#include "app/backup.h"
#include "app/desk_settings.h"
#include "app/posts_route.h"
#include "app/version.h"
#include "ask/feedback.h"
#include "ask/routes.h"
#include "base/bytes.h"
#include "broadcast/frame.h"
#include "desk/library_routes.h"
#include "desk/own_work.h"
#include "desk/routes.h"
#include "desk/summary.h"
#include "desk/work_routes.h"
#include "identity/credentials.h"
#include "identity/message_routes.h"
#include "identity/people_routes.h"
#include "notice/desk_routes.h"
#include "notice/routes.h"
#include "pages/preview.h"
#include "pages/routes.h"
#include "readiness/routes.h"
#include "readiness/shipped.h"
#include "report/routes.h"
#include "roster/routes.h"
#include "rules/rule_set.h"
#include "store/meta.h"
#include "text/fold.h"
#include "web/routes.h"

#include <fmt/format.h>

namespace clarion::app {
namespace {

/// This desk's id in records: made once a store.
Result<std::string> desk_id(store::Database& database) {
  return database.write([](store::Tx& tx) -> Result<std::string> {
    CLARION_TRY(auto id, store::find_meta(tx, "desk"));
    if (id) return std::move(*id);
    const std::string fresh = tx.ids().make("desk_");
    CLARION_TRY(store::set_meta(tx, "desk", fresh));
    return fresh;
  });
}

std::string without_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

}  // namespace

Service::Service(ops::Config config, ops::ConfigSources sources, ops::Log& log)
    : config_(std::move(config)),
      sources_(std::move(sources)),
      log_(log),
      clock_(ops::make_system_clock()),
      random_(ops::make_system_random()),
      head_(config_.data.dir),
      health_(*clock_),
      last_tick_(clock_->steady()),
      last_wall_(clock_->now()),
      next_minute_(last_tick_) {}

Service::~Service() { stop(); }

Result<std::unique_ptr<Service>> Service::open(ops::Config config, ops::ConfigSources sources,
                                               ops::Log& log) {
  std::unique_ptr<Service> service(new Service(std::move(config), std::move(sources), log));
  CLARION_TRY(service->open_parts());
  return service;
}

Result<std::shared_ptr<const rules::RuleSet>> Service::read_rules(const ops::Config& config) const {
  std::vector<rules::PackSource> packs = rules::builtin_packs();
  if (!config.rules.dir.empty()) {
    CLARION_TRY(packs, rules::read_packs(config.rules.dir));
  }
  return rules::RuleSet::make(
      packs, {.flag_score = config.scan.flag_score, .cache_dir = config_.data.dir + "/cache"});
}

Status Service::open_parts() {
  CLARION_TRY(auto lock, FolderLock::take(config_.data.dir));
  lock_ = std::make_unique<FolderLock>(std::move(lock));
  CLARION_TRY(settle_restore(config_.data.dir));
  CLARION_TRY(database_, store::Database::open({.folder = config_.data.dir}, *clock_, *random_));
  CLARION_TRY(auto epoch, head_.settle(*database_));
  log_.info("store open", {{"folder", config_.data.dir}, {"epoch", epoch}});
  CLARION_TRY(auto org, desk_id(*database_));
  CLARION_TRY(auto keys, notice::Keyring::open(*database_, *random_));
  CLARION_TRY(auto zone, ops::Zone::load(config_.desk.timezone));
  notices_ = std::make_unique<notice::NoticeOptions>(notice::NoticeOptions{
      org, config_.desk.name, without_slash(config_.server.public_url), zone, keys, {}, {}});
  notices_->subscribers = [this] {
    std::uint64_t count = 0;
    for (const auto& core : gateway_->stats()) count += core.sessions;
    return count;
  };
  notices_->known = [this](std::string_view claim) {
    std::vector<notice::Known> out;
    for (const library::Match& match : library_->match(text::fold(claim).bytes).matches) {
      const library::Debunk& debunk = match.entry->debunk;
      if (match.known)
        out.push_back({debunk.id, debunk.verdict, std::string(library::headline(debunk))});
    }
    return out;
  };
  std::array<unsigned char, 16> secret{};
  random_->fill(secret);
  notices_->confirm_secret = to_hex({reinterpret_cast<const char*>(secret.data()), secret.size()});
  notices_->published = [this](std::string_view channel, std::string_view in_epoch,
                               const store::LogEntry& entry) {
    if (const Status kept = head_.advance(channel, entry.offset); !kept) {
      metrics_.counter(ops::Metric::head_file_failures).add();
      log_.error("head file not written", kept.error());
    }
    metrics_.counter(ops::Metric::notices_published, {{"channel", std::string(channel)}}).add();
    if (channel == "notices") polls_->published(entry);
    if (gateway_) {
      gateway_->publish(channel,
                        broadcast::make_notice_frame(channel, {std::string(in_epoch), entry.offset},
                                                     entry.form, entry.jws, entry.facets));
    }
    metrics_.counter(ops::Metric::publish_seconds)
        .add(std::max(0.0,
                      std::chrono::duration<double>(clock_->now() - entry.published_at).count()));
  };
  polls_ = std::make_unique<notice::PollRoom>(*clock_, notice::PollOptions{});
  pages_ = std::make_unique<pages::PageOptions>(
      pages::PageOptions{config_.desk.name, notices_->public_url, zone});
  requests_ = std::make_unique<identity::Requests>(
      *database_, *clock_,
      identity::RightsPolicy{config_.desk.operator_may_judge, config_.security.token_approvals},
      identity::SessionLife{std::chrono::minutes(config_.security.session_idle_minutes),
                            std::chrono::hours(config_.security.session_hours),
                            config_.security.second_factor});
  CLARION_TRY(sign_in_, make_sign_in());

  CLARION_TRY(auto rules, read_rules(config_));
  log_.info("rules loaded", {{"rules", rules->statistics().rules},
                             {"packs", rules->statistics().packs},
                             {"version", rules->version()}});
  desk_ = std::make_unique<desk::DeskOptions>(desk_settings(config_, org, zone));
  due_ = std::make_unique<desk::DueWork>(*desk_);
  const PipelineOptions pipeline{
      .desk = *desk_,
      .zone = zone,
      .groups = {static_cast<std::size_t>(config_.group.max_groups),
                 std::chrono::hours(config_.group.window_hours), config_.group.similarity},
      .tombstones = std::chrono::hours(24 * config_.posts.tombstone_days)};
  library_ = std::make_unique<library::Library>(*database_);
  CLARION_TRY(library_->refresh());
  log_.info("library read", {{"debunks", library_->snapshot()->size()}});
  CLARION_TRY(const auto shipped, readiness::install_shipped(*database_));
  log_.info("resources ready",
            {{"added", shipped.added}, {"changed", shipped.changed}, {"waiting", shipped.waiting}});
  shelf_ = std::make_unique<readiness::Shelf>();
  pipeline_ = std::make_unique<Pipeline>(*database_, *clock_, *library_, pipeline);
  CLARION_TRY(note_rules(*database_, *rules));
  pipeline_->use_rules(std::move(rules));
  CLARION_TRY(pipeline_->load());
  CLARION_TRY(const auto known, database_->read([](store::View& view) {
    return store::list_sources(view, static_cast<std::int64_t>(SourceBook::kMost));
  }));
  pipeline_->sources().load(known);
  rollup_ = std::make_unique<report::Rollup>(zone);
  pipeline_->counted = [this](const std::string& mode, std::size_t seen, std::size_t flagged) {
    rollup_->count_posts(mode, seen, flagged, clock_->now());
  };

  CLARION_TRY(auto listen, ops::parse_listen(config_.server.listen));
  http::ServerOptions server;
  server.address = listen.address;
  server.port = listen.port;
  server.workers = static_cast<std::size_t>(config_.http.workers);
  server.connections_per_address =
      static_cast<std::size_t>(config_.gateway.connections_per_address);
  server.requests_per_address = static_cast<std::size_t>(config_.http.requests_per_address);
  server.trusted_proxies = config_.http.trusted_proxies;
  CLARION_TRY(tls_, http::Tls::load({config_.server.tls_certificate, config_.server.tls_key}));
  server.tls = tls_;
  server.log = [this](const std::string& line) { log_.warn("http", {{"what", line}}); };
  CLARION_TRY(server_, http::Server::open(server, routes(), *clock_, *random_));
  // Port 0 is known only now; nobody reads the address before the server starts.
  if (notices_->public_url.empty()) notices_->public_url = pages_->public_url = url();
  CLARION_TRY(open_gateway());

  health_.add("store", [this] {
    return database_->write(
        [](store::Tx& tx) { return store::set_meta(tx, "probe", model::to_text(tx.now())); });
  });
  health_.add("scan", [this] { return pipeline_->probe(); });
  health_.add("log", [this] {
    return database_->read([](store::View& view) -> Status {
      CLARION_TRY(store::channel_head(view, "notices"));
      return ok();
    });
  });
  add_metrics();
  return ok();
}

Result<std::unique_ptr<identity::SignIn>> Service::make_sign_in() {
  CLARION_TRY(auto listen, ops::parse_listen(config_.server.listen));
  CLARION_TRY(auto demo,
              database_->read([](store::View& view) { return store::find_meta(view, "demo"); }));
  return std::make_unique<identity::SignIn>(
      *requests_, *random_,
      identity::SignInOptions{
          .desk = config_.desk.name,
          .demo = demo.has_value(),
          .clear_is_ok = listen.address == "::1" || listen.address.starts_with("127.")});
}

Status Service::open_gateway() {
  broadcast::GatewayOptions options;
  options.heartbeat = std::chrono::seconds(config_.gateway.heartbeat_seconds);
  options.stall = std::chrono::seconds(config_.gateway.stall_seconds);
  options.max_backlog_bytes = static_cast<std::size_t>(config_.gateway.max_backlog_bytes);
  desk_feed_ = std::make_unique<DeskFeed>(*database_, *clock_, *notices_, log_);
  std::vector<boost::asio::io_context*> cores;
  cores.reserve(server_->cores());
  for (std::size_t i = 0; i < server_->cores(); ++i) cores.push_back(&server_->core(i));
  CLARION_TRY(gateway_,
              broadcast::Gateway::open(options, stream_source(), cores, {*clock_, *random_}));
  *stream_ = gateway_->take_over();
  CLARION_TRY(desk_feed_->start(*gateway_));
  health_watch_ = std::make_unique<HealthWatch>(*database_, pipeline_->sources(), desk_events_);
  desk_events_.use([this](desk::PassingEvent event) { desk_feed_->pass(std::move(event)); });
  presence_.on_change([this](const std::string& id, std::vector<desk::Presence::Person> people) {
    desk_feed_->pass_presence(id, std::move(people));
  });
  return ok();
}

broadcast::Source Service::stream_source() {
  broadcast::Source source;
  source.page = [this](std::string_view channel, std::uint64_t after, std::size_t max_bytes,
                       std::size_t max_frames) -> Result<broadcast::Frames> {
    if (channel == "desk") return desk_feed_->page(after, max_bytes, max_frames, false);
    return database_->read([&](store::View& view) -> Result<broadcast::Frames> {
      CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
      CLARION_TRY(auto entries, store::log_after(view, channel, after, max_bytes,
                                                 static_cast<std::int64_t>(max_frames)));
      broadcast::Frames frames;
      for (store::LogEntry& entry : entries) {
        frames.push_back(broadcast::make_notice_frame(channel, {epoch.value_or(""), entry.offset},
                                                      entry.form, entry.jws,
                                                      std::move(entry.facets)));
      }
      return frames;
    });
  };
  source.live_page = [this](std::string_view /*channel*/, std::uint64_t after,
                            std::size_t max_bytes, std::size_t max_frames) {
    return desk_feed_->page(after, max_bytes, max_frames, true);
  };
  source.live = [this](std::string_view channel) -> Result<broadcast::Snapshot> {
    if (channel == "desk") return desk_feed_->live();
    return database_->read([&](store::View& view) -> Result<broadcast::Snapshot> {
      CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
      CLARION_TRY(auto head, store::channel_head(view, channel));
      CLARION_TRY(auto entries, store::live_entries(view, channel, clock_->now()));
      broadcast::Snapshot snapshot{{epoch.value_or(""), head}, {}};
      for (store::LogEntry& entry : entries) {
        snapshot.frames.push_back(
            broadcast::make_notice_frame(channel, {snapshot.head.epoch, entry.offset}, entry.form,
                                         entry.jws, std::move(entry.facets)));
      }
      return snapshot;
    });
  };
  // A key names the credential and the rights it was given: "t:HASH:GENERATION" of a token,
  // "s:HASH:GENERATION" of a session, "d:…" of one at the drill desk.
  const auto actor_of = [this](store::View& view, char kind,
                               std::string_view hash) -> Result<identity::Actor> {
    const model::Time now = clock_->now();
    if (kind == 't') return identity::actor_of_hash(view, hash, now);
    return identity::actor_of_session(view, hash,
                                      kind == 'd' ? identity::Door::drill : identity::Door::live,
                                      now, requests_->sessions());
  };
  source.authenticate =
      [this, actor_of](const broadcast::Presented& presented) -> Result<broadcast::Credential> {
    const identity::Door door = identity::door_of(presented.path);
    const std::string secret = presented.token.empty()
                                   ? identity::session_secret(presented.cookie, door)
                                   : presented.token;
    if (secret.empty()) return Error{Errc::unauthorised, "no credential", "unauthorised"};
    const char kind = !presented.token.empty() ? 't' : door == identity::Door::drill ? 'd' : 's';
    const std::string hash = identity::token_hash(secret);
    CLARION_TRY(auto actor,
                database_->read([&](store::View& view) { return actor_of(view, kind, hash); }));
    if (door == identity::Door::drill) actor.door = door;
    broadcast::Credential credential;
    credential.key = fmt::format("{}:{}:{}", kind, hash, actor.generation);
    credential.account = actor.name();
    const bool person = actor.scope == identity::Scope::desk && !actor.enrolling;
    if ((person && identity::sees_mode(actor, "Exercise")) || actor.scope == identity::Scope::drill)
      credential.channels.emplace_back("drill");
    if (person) credential.viewer = desk::viewer_of(actor, requests_->policy());
    if (credential.viewer) credential.channels.emplace_back("desk");
    credential.expires_at = actor.expires_at;
    return credential;
  };
  source.standing = [this, actor_of](std::span<const std::string> keys) {
    return database_->read([&](store::View& view) -> Result<std::vector<broadcast::Standing>> {
      std::vector<broadcast::Standing> out;
      for (const std::string& key : keys) {
        const std::size_t colon = key.rfind(':');
        const auto actor = actor_of(view, key.front(), std::string_view(key).substr(2, colon - 2));
        if (!actor && actor.error().errc != Errc::unauthorised) return actor.error();
        const bool same =
            actor && std::to_string(actor.value().generation) == key.substr(colon + 1);
        out.push_back(!actor ? broadcast::Standing::gone
                      : same ? broadcast::Standing::good
                             : broadcast::Standing::changed);
      }
      return out;
    });
  };
  source.on_ack = [this](const broadcast::Ack& ack) {
    const Status kept = database_->write([&](store::Tx& tx) {
      return store::keep_receipt(tx, ack.by.account, ack.channel, ack.position.epoch,
                                 ack.position.offset);
    });
    if (!kept) log_.warn("receipt not kept", kept.error());
  };
  source.allowed_origins = config_.gateway.allowed_origins;
  return source;
}

desk::DeskOptions Service::desk_options() {
  desk::DeskOptions out = *desk_;
  out.library = library_.get();
  out.group_changed = [this](store::Tx& tx, const std::string& mode, std::int64_t group,
                             const group::Sketch* sketch) {
    pipeline_->group_changed(tx, mode, group, sketch);
  };
  return out;
}

http::Router Service::routes() {
  http::Router router;
  add_ops_routes(router);
  identity::add_session_routes(router, *requests_, *sign_in_);
  identity::add_people_routes(router, *requests_, *sign_in_, *random_);
  identity::add_audit_routes(router, *requests_);
  add_posts_route(router, *requests_, *pipeline_);
  desk::add_work_routes(router, *requests_,
                        {*library_, presence_, config_.data.dir,
                         [this](store::View& view, std::string_view words, std::size_t most) {
                           return readiness::search(*shelf_, view, words, most);
                         }});
  desk::add_own_work_routes(router, *requests_,
                            {*random_, config_.desk.name, [this] { return notices_->public_url; }});
  desk::add_routes(router, *requests_, desk_options());
  const roster::RosterOptions roster{notices_->zone, *random_, config_.desk.name};
  roster::add_expert_routes(router, *requests_, roster);
  roster::add_roster_routes(router, *requests_, roster);
  identity::add_message_routes(router, *requests_);
  desk::add_library_routes(router, *requests_, *library_);
  desk::add_summary_route(
      router, *requests_,
      [this](std::string_view mode, model::Time now) {
        return pipeline_->sources().last_minute(mode, now);
      },
      program_version());
  notice::add_routes(router, *requests_, *notices_, *polls_);
  health_sources_ = std::make_unique<HealthSources>(HealthSources{
      pipeline_->sources(),
      [this](std::string_view channel) { return gateway_->last_heartbeat_ms(channel); },
      [this](std::string_view channel) { return gateway_->readers(channel); },
      [this] { return pipeline_->bytes_under_way(); }, config_.data.dir});
  add_health_route(router, *requests_, *health_sources_);
  rule_sources_ = std::make_unique<RuleSources>(
      RuleSources{[this] { return pipeline_->rules(); }, config_.rules.dir, notices_->zone});
  add_rule_routes(router, *requests_, *rule_sources_);
  report::add_routes(router, *requests_, notices_->zone);
  readiness::add_routes(router, *requests_, *shelf_, notices_->zone);
  notice::add_desk_routes(router, *requests_, *notices_);
  ask::add_routes(router, *requests_, *library_);
  ask::add_feedback_route(router, *requests_);
  pages::add_routes(router, *requests_, *pages_);
  web::add_routes(router);
  pages::add_preview_routes(router, *requests_, *pages_, *notices_);
  router.mirror("/drill", "/v1/");
  stream_ = std::make_shared<std::function<void(http::Upgrade)>>();
  router.add(
      {.method = "GET",
       .pattern = "/v1/stream",
       .guard = {},
       .handler = {},
       .take_over = [stream = stream_](http::Upgrade upgrade) { (*stream)(std::move(upgrade)); }});
  // What rights_test.py holds its table to.
  for (const auto& [method, pattern] : router.all())
    log_.debug("route", {{"method", method}, {"path", pattern}});
  return router;
}

void Service::start() { server_->start(); }

std::string Service::url() const {
  const auto listen = ops::parse_listen(config_.server.listen);
  const std::string address = listen ? listen.value().address : "127.0.0.1";
  const bool v6 = address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls_ ? "https" : "http", v6 ? "[" : "", address,
                     v6 ? "]" : "", server_->port());
}

Status Service::reload_tls(const ops::Config& config) {
  const http::TlsFiles files{config.server.tls_certificate, config.server.tls_key};
  if ((tls_ != nullptr) == !(files.certificate.empty() && files.key.empty()))
    return tls_ ? tls_->reload(files) : ok();
  return Error{Errc::invalid,
               "server.tls_certificate: TLS is switched on or off by a restart, not by a reload"};
}

Status Service::reload() {
  const std::lock_guard lock(reload_mutex_);
  const auto done = [this]() -> Status {
    CLARION_TRY(auto config, ops::load_config(sources_));
    CLARION_TRY(auto rules, read_rules(config));
    CLARION_TRY(reload_tls(config));
    const auto level = ops::parse_log_level(config.log.level);
    log_.info("rules loaded",
              {{"rules", rules->statistics().rules}, {"version", rules->version()}});
    CLARION_TRY(note_rules(*database_, *rules));
    pipeline_->use_rules(std::move(rules));
    if (level) log_.set_level(*level);
    return ok();
  }();
  metrics_.counter(ops::Metric::reloads, {{"result", done ? "done" : "refused"}}).add();
  if (!done) log_.error("reload refused, the old state stays", done.error());
  return done;
}

void Service::drain() {
  health_.set_draining();
  const std::chrono::milliseconds at_most = std::chrono::seconds(config_.server.drain_seconds);
  log_.info("draining", {{"seconds", config_.server.drain_seconds}});
  const auto begun = clock_->steady();
  polls_->close();
  gateway_->begin_drain(at_most);
  server_->drain(at_most / 2);
  const auto left =
      at_most - std::chrono::duration_cast<std::chrono::milliseconds>(clock_->steady() - begun);
  if (left > std::chrono::milliseconds(0)) gateway_->drain(left);
}

void Service::stop() {
  if (polls_) polls_->close();
  desk_events_.use({});
  presence_.on_change({});
  if (desk_feed_) desk_feed_->stop();
  if (gateway_) gateway_->stop();
  if (server_) server_->stop();
  desk_feed_.reset();
  if (pipeline_) keep_sources();
  if (rollup_) tend_report();
  gateway_.reset();  // its timers live on the server's cores
  server_.reset();
}

}  // namespace clarion::app
