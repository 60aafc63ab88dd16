#include "broadcast/hub.h"

#include <sys/socket.h>

#include <array>
#include <utility>

namespace clarion::broadcast {
namespace {

bool is_bad_credential(const Error& error) {
  return error.errc == Errc::unauthorised || error.errc == Errc::denied;
}

http::Response draining_answer(const http::Request& request) {
  return http::problem(request, Error{Errc::unavailable, "draining", "stream_draining"});
}

}  // namespace

void Hub::accept(http::Upgrade upgrade) {
  if (draining_) return refuse(upgrade, draining_answer(upgrade.request));
  auto sorted = sort_request(upgrade.request, shared_->source.allowed_origins);
  if (auto* refused = std::get_if<http::Response>(&sorted)) return refuse(upgrade, *refused);
  Entry& entry = std::get<Entry>(sorted);
  if (entry.presented.empty())
    return admit(std::move(upgrade), std::move(entry), std::optional<Credential>());

  Presented presented = std::exchange(entry.presented, {});
  const bool by_cookie = presented.token.empty();
  auto waiting =
      std::make_shared<std::pair<http::Upgrade, Entry>>(std::move(upgrade), std::move(entry));
  want_credential(std::move(presented), [this, waiting, by_cookie](Result<Credential> credential) {
    Result<std::optional<Credential>> found = std::optional<Credential>();
    if (credential) {
      found = std::optional<Credential>(std::move(credential.value()));
    } else if (!by_cookie || !is_bad_credential(credential.error())) {
      found = std::move(credential.error());
    }  // else the cookie of an ended session: that browser sees what everyone sees
    admit(std::move(waiting->first), std::move(waiting->second), std::move(found));
  });
}

void Hub::admit(http::Upgrade upgrade, Entry entry, Result<std::optional<Credential>> credential) {
  const http::Request& request = upgrade.request;
  if (draining_) return refuse(upgrade, draining_answer(request));
  const auto* websocket = std::get_if<WebSocketEntry>(&entry.wire);
  std::optional<CloseCode> close_with;
  Session::Start start{{}, request.lang, std::move(upgrade.hold), {}};
  if (credential) {
    start.credential = std::move(credential.value());
  } else if (websocket != nullptr && websocket->token_in_list &&
             is_bad_credential(credential.error())) {
    close_with = CloseCode::bad_token;
  } else {
    // The error's own code may be one of the account store's; the status and its general words are
    // enough here.
    return refuse(upgrade, http::problem(request, Error{is_bad_credential(credential.error())
                                                            ? Errc::unauthorised
                                                            : Errc::unavailable,
                                                        "the credential is not accepted"}));
  }
  if (start.credential) {
    start.account_hold = AccountCounts::take(shared_->accounts, start.credential->account,
                                             options().connections_per_account);
    if (!start.account_hold) {
      if (websocket == nullptr) {
        return refuse(
            upgrade,
            http::problem(request, Error{Errc::overloaded, "too many connections of one account"}));
      }
      close_with = CloseCode::too_many_connections;
    }
  }
  if (websocket == nullptr) {
    const Subscribe& wanted = std::get<EventStreamEntry>(entry.wire).subscribe;
    const Channel* channel = find_channel(wanted.channel);
    const Credential* who = start.credential ? &*start.credential : nullptr;
    if (channel == nullptr) {
      return refuse(upgrade, http::problem(request, Error{Errc::invalid, "no such channel",
                                                          "stream_unknown_channel"}));
    }
    if (!may_subscribe(*channel, who)) {
      const Errc errc = who == nullptr && channel->spec().access == Access::credential
                            ? Errc::unauthorised
                            : Errc::denied;
      return refuse(upgrade, http::problem(request, Error{errc, "not open to this credential",
                                                          "stream_not_allowed"}));
    }
    if (const Status fits = check_fits(wanted, channel->spec().by_rights); !fits)
      return refuse(upgrade, http::problem(request, fits.error()));
  }

  const Wire wire = websocket != nullptr ? Wire::websocket : Wire::event_stream;
  auto session =
      std::make_shared<Session>(*this, std::move(upgrade.socket), wire, std::move(start));
  sessions_.emplace(session.get(), session);
  if (session->credential() != nullptr) by_key_.emplace(session->credential()->key, session.get());
  add(counters_.opened);
  add(counters_.sessions);
  if (websocket != nullptr) {
    session->open_websocket(switching_protocols(*websocket, request.request_id), upgrade.read_ahead,
                            close_with);
  } else {
    add(counters_.event_streams);
    session->open_event_stream(event_stream_head(request.request_id),
                               std::move(std::get<EventStreamEntry>(entry.wire).subscribe),
                               std::move(upgrade.request));
  }
}

void Hub::refuse(http::Upgrade& upgrade, const http::Response& response) {
  add(counters_.refused);
  std::string bytes = answer_bytes(response, upgrade.request.request_id);
  if (upgrade.request.method == "HEAD") bytes.resize(bytes.size() - response.body.size());
  const int fd = upgrade.socket.native_handle();
  // A fresh socket takes a short answer whole; a peer that made it refuse that needs none.
  static_cast<void>(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  boost::system::error_code ignored;
  upgrade.socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  // Unread input would turn the end into a reset, and the answer might be lost with it.
  while (::recv(fd, read_buffer_.data(), read_buffer_.size(), MSG_DONTWAIT) > 0) {
  }
  upgrade.socket.close(ignored);
}

}  // namespace clarion::broadcast
