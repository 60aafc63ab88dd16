#pragma once

#include "app/source_book.h"
#include "base/json.h"
#include "http/router.h"
#include "identity/requests.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::app {

/// Where the figures come from; outlives the router. Each is asked at a request alone.
struct HealthSources {
  const SourceBook& sources;
  std::function<std::int64_t(std::string_view channel)> heartbeat_ms;  ///< 0: none was sent
  std::function<std::optional<std::size_t>(std::string_view channel)> readers;
  std::function<std::uint64_t()> bytes_under_way;  ///< of posts being worked on
  std::string folder;                              ///< data folder, for the disk's space
};

/// How each source of a mode fares, trouble first, 100 at most: {source, last_at, last_hour,
/// state}; also those that a token names and that never sent (unknown).
[[nodiscard]] Result<std::vector<json::object>> source_states(store::View& view,
                                                              const SourceBook& book,
                                                              std::string_view mode,
                                                              model::Time now);
/// What each outlet could not deliver: {outlet, name{zh, en}, count, recipients, reason{code,
/// text{zh, en}}, since, last_at}; absent: no outlet keeps proof, so that nobody knows.
[[nodiscard]] Result<std::optional<std::vector<json::object>>> failed_outlets(
    store::View& view, std::string_view mode);

/// Adds GET /v1/health: what the desk watches (desk-lessons 11). What is not known is null, never
/// 0. For everyone who may see cases.
void add_health_route(http::Router& router, identity::Requests& requests,
                      const HealthSources& sources);

}  // namespace clarion::app
