#include "broadcast/event_stream.h"

#include "broadcast/filter.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::broadcast {
namespace {

Error bad_parameter(std::string_view name) {
  Error error = bad_request(std::string(name.substr(0, 64)));
  error.fields.push_back({std::string(name.substr(0, 64)), "stream_bad_request", error.params});
  return error;
}

/// EPOCH:OFFSET, or an offset alone.
Result<From> parse_place(std::string_view text) {
  From from{From::Kind::position, std::nullopt, 0, {}, false};
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    if (colon == 0) return bad_parameter("from");
    from.epoch = std::string(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  auto offset = parse_offset(text);
  if (!offset) return bad_parameter("from");
  from.offset = offset.value();
  return from;
}

void add_names(json::object& filter, std::string_view member, std::string_view list) {
  json::value& names = filter[member];
  if (!names.is_array()) names.emplace_array();
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    names.get_array().emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

}  // namespace

Result<Subscribe> parse_event_query(const http::Request& request) {
  Subscribe out;
  out.channel = "notices";
  json::object filter;
  for (const auto& [name, value] : request.query) {
    if (name == "topic" || name == "region" || name == "kind" || name == "lang") {
      add_names(filter, name + "s", value);
    } else if (name == "min_severity") {
      if (filter.contains(name)) return bad_parameter(name);
      filter[name] = value;
    } else if (name == "channel") {
      out.channel = value;
    } else if (name == "from") {
      if (value == "live_notices" || value == "open_cases") {
        out.from = {From::Kind::snapshot, std::nullopt, 0, {}, value == "open_cases"};
      } else {
        CLARION_TRY(out.from, parse_place(value));
      }
    } else {
      return bad_parameter(name);
    }
  }
  if (!filter.empty()) {
    auto read = parse_filter(filter, "");
    if (!read) {
      // "/topics/0" says where in the filter; here the parameter is called topic.
      Error error = std::move(read.error());
      for (auto& [name, where] : error.params) {
        if (name != "where" || !where.starts_with('/')) continue;
        where = where.substr(1, where.find('/', 1) - 1);
        if (where.ends_with('s')) where.pop_back();
        error.fields.push_back({where, error.code, error.params});
      }
      return error;
    }
    out.filters.emplace().push_back(std::move(read.value()));
  }
  if (const std::string_view last = request.header("last-event-id"); !last.empty()) {
    auto place = parse_place(last);
    // An id that we never gave belongs to no living epoch; the contract answers it with 200 and
    // what is in force.
    out.from = place && place.value().epoch
                   ? place.value()
                   : From{From::Kind::position, std::string(), 0, {}, false};
  }
  return out;
}

std::string event_bytes(std::string_view event, std::string_view id, std::string_view data) {
  const std::string line = id.empty() ? std::string() : fmt::format("id: {}\n", id);
  return fmt::format("{}event: {}\ndata: {}\n\n", line, event, data);
}

std::string id_bytes(const model::Position& at) {
  return fmt::format("id: {}:{}\n\n", at.epoch, at.offset);
}

std::string retry_bytes(std::chrono::milliseconds wait) {
  return fmt::format("retry: {}\n\n", wait.count());
}

}  // namespace clarion::broadcast
