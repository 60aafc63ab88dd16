#include "http/detail/tls_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace clarion::http::detail {
namespace {

std::string openssl_words() {
  std::array<char, 256> words{};
  const unsigned long code = ERR_get_error();
  if (code == 0) return "TLS failed";
  ERR_error_string_n(code, words.data(), words.size());
  ERR_clear_error();
  return words.data();
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> room{};
  return inet_pton(AF_INET, host.c_str(), room.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), room.data()) == 1;
}

}  // namespace

struct TlsClient::Impl {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
  BIO* in = nullptr;  // both belong to ssl
  BIO* out = nullptr;

  /// What a call that gave `result` means: true when it only has to wait.
  Result<bool> waits(int result) {
    const int what = SSL_get_error(ssl.get(), result);
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE) return true;
    const long verified = SSL_get_verify_result(ssl.get());
    if (verified != X509_V_OK) {
      ERR_clear_error();
      return Error{Errc::denied, fmt::format("the server's certificate is refused: {}",
                                             X509_verify_cert_error_string(verified))};
    }
    return Error{Errc::unavailable, openssl_words()};
  }
};

TlsClient::TlsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClient::~TlsClient() = default;

Result<std::unique_ptr<TlsClient>> TlsClient::make(const std::string& host) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!impl->context) return Error{Errc::unavailable, openssl_words()};
  SSL_CTX* context = impl->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_set_default_verify_paths(context) != 1)
    return Error{Errc::unavailable, openssl_words()};
  impl->ssl.reset(SSL_new(context));
  if (!impl->ssl) return Error{Errc::unavailable, openssl_words()};
  SSL* ssl = impl->ssl.get();
  impl->in = BIO_new(BIO_s_mem());
  impl->out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, impl->in, impl->out);
  SSL_set_connect_state(ssl);
  // RFC 6066 section 3: a server name is never an address; those are compared by the certificate's
  // iPAddress.
  const bool set =
      is_address(host)
          ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
          : SSL_set1_host(ssl, host.c_str()) == 1 &&
                SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                         const_cast<char*>(host.c_str())) == 1;  // what its macro casts away, too
  if (!set) return Error{Errc::unavailable, openssl_words()};
  return std::unique_ptr<TlsClient>(new TlsClient(std::move(impl)));
}

Result<bool> TlsClient::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(impl_->ssl.get());
  if (result == 1) return true;
  CLARION_TRY(impl_->waits(result));
  return false;
}

Result<std::size_t> TlsClient::write(std::string_view bytes) {
  constexpr std::size_t kRecord = 16384;
  if (bytes.empty()) return std::size_t{0};
  ERR_clear_error();
  std::size_t taken = 0;
  const int result =
      SSL_write_ex(impl_->ssl.get(), bytes.data(), std::min(bytes.size(), kRecord), &taken);
  if (result == 1) return taken;
  CLARION_TRY(impl_->waits(result));
  return std::size_t{0};
}

Result<std::optional<std::size_t>> TlsClient::read(std::span<char> room) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(impl_->ssl.get(), room.data(), room.size(), &got);
  if (result == 1) return std::optional<std::size_t>(got);
  if (SSL_get_error(impl_->ssl.get(), result) == SSL_ERROR_ZERO_RETURN)
    return std::optional<std::size_t>(0);
  CLARION_TRY(impl_->waits(result));
  return std::optional<std::size_t>();
}

bool TlsClient::has_incoming() const {
  // Not SSL_has_pending(): that also counts a record of which the rest is still to come.
  return SSL_pending(impl_->ssl.get()) > 0 || BIO_ctrl_pending(impl_->in) > 0;
}

void TlsClient::received(std::string_view bytes) {
  BIO_write(impl_->in, bytes.data(), static_cast<int>(bytes.size()));
}

std::string_view TlsClient::outgoing() const {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(impl_->out, &bytes);
  return {bytes, static_cast<std::size_t>(std::max(0L, size))};
}

void TlsClient::sent(std::size_t count) {
  std::array<char, 16384> room;
  while (count > 0) {
    const int gone =
        BIO_read(impl_->out, room.data(), static_cast<int>(std::min(count, room.size())));
    if (gone <= 0) return;
    count -= static_cast<std::size_t>(gone);
  }
}

}  // namespace clarion::http::detail
