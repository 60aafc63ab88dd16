#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fmt/format.h>

#include <sys/stat.h>

#include <array>
#include <string_view>

namespace clarion::http {
namespace {

/// The newest of OpenSSL's complaints of this thread; the others are dropped.
std::string last_complaint() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

Error failed(const char* key, const std::string& file) {
  return Error{Errc::invalid, fmt::format("{}: {}: {}", key, file, last_complaint())};
}

/// HTTP/1.1 is all we speak; a client that offers other protocols alone goes on without ALPN.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  static constexpr std::array<unsigned char, 9> kOurs = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, kOurs.data(), kOurs.size(), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Status check_files(const TlsFiles& files) {
  if (files.certificate.empty() || files.key.empty()) {
    return Error{Errc::invalid,
                 "server.tls_certificate and server.tls_key: both are needed, or none"};
  }
  struct stat found{};
  if (::stat(files.key.c_str(), &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{Errc::invalid,
                 fmt::format("server.tls_key: others may read {}: chmod 600 it", files.key)};
  }
  return ok();
}

Result<Tls::Context> make_context(const TlsFiles& files) {
  CLARION_TRY(check_files(files));
  ERR_clear_error();
  const Tls::Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (context == nullptr) return Error{Errc::unavailable, last_complaint()};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  // No terminal: an encrypted key must fail, not ask.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return failed("server.tls_certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return failed("server.tls_key", files.key);
  if (SSL_CTX_check_private_key(context.get()) != 1) return failed("server.tls_key", files.key);
  return context;
}

}  // namespace

Result<std::shared_ptr<Tls>> Tls::load(const TlsFiles& files) {
  if (files.certificate.empty() && files.key.empty()) return std::shared_ptr<Tls>();
  CLARION_TRY(auto context, make_context(files));
  return std::shared_ptr<Tls>(new Tls(std::move(context)));
}

Status Tls::reload(const TlsFiles& files) {
  CLARION_TRY(auto context, make_context(files));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return ok();
}

Tls::Context Tls::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace clarion::http
