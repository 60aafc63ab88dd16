#pragma once

#include "app/source_book.h"
#include "http/router.h"
#include "identity/requests.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::app {

/// Where the figures come from; outlives the router. Each is asked at a request alone.
struct HealthSources {
  const SourceBook& sources;
  std::function<std::int64_t(std::string_view channel)> heartbeat_ms;  ///< 0: none was sent
  std::function<std::optional<std::size_t>(std::string_view channel)> readers;
  std::function<std::uint64_t()> bytes_under_way;  ///< of posts being worked on
  std::string folder;                              ///< data folder, for the disk's space
};

/// Adds GET /v1/health: what the desk watches (desk-lessons 11). What is not known is null, never
/// 0. For everyone who may see cases.
void add_health_route(http::Router& router, identity::Requests& requests,
                      const HealthSources& sources);

}  // namespace clarion::app
