#include "http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace clarion::http {
namespace {

/// A server with a certificate of its own making, for the names given. Answers one connection.
class TlsServer {
 public:
  explicit TlsServer(const std::string& names, std::string answer, bool ends_in_order = true)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()), context_(SSL_CTX_new(TLS_method())) {
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* alternative =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate_, alternative, -1);
    X509_EXTENSION_free(alternative);
    X509_sign(certificate_, key_, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port = std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this, answer = std::move(answer), ends_in_order] {
      const int one = ::accept(listener_, nullptr, nullptr);
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, one);
      char byte = 0;
      if (SSL_accept(ssl) == 1) {
        std::string head;
        while (!head.ends_with("\r\n\r\n") && SSL_read(ssl, &byte, 1) == 1) head += byte;
        SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
        if (ends_in_order) SSL_shutdown(ssl);
      }
      ::shutdown(one, SHUT_WR);
      // Read to the end, so that what was sent is not lost with a reset.
      while (::read(one, &byte, 1) > 0) {
      }
      SSL_free(ssl);
      ::close(one);
    });
  }
  ~TlsServer() {
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate_);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
  }
  std::string port;

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  SSL_CTX* context_;
  int listener_;
  std::thread thread_;
};

/// Makes a certificate the only authority of this process while it lives.
class Trusted {
 public:
  explicit Trusted(const std::string& pem) {
    const int file = ::mkstemp(path_.data());
    EXPECT_EQ(::write(file, pem.data(), pem.size()), static_cast<ssize_t>(pem.size()));
    ::close(file);
    ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
    ::setenv("SSL_CERT_DIR", "/nonexistent", 1);
  }
  ~Trusted() {
    ::unlink(path_.c_str());
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
  }
  Trusted(const Trusted&) = delete;
  Trusted& operator=(const Trusted&) = delete;

 private:
  std::string path_ = "/tmp/clarion-test-ca-XXXXXX";
};

constexpr const char* kAnswer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

TEST(ClientTls, ReadsAnAnswerOfManyRecordsFromAServerThatIsTrusted) {
  const std::string body(100000, 'b');
  TlsServer server("DNS:localhost,IP:127.0.0.1", kAnswer + body);
  const Trusted trusted(server.pem());
  const auto answer = fetch("GET", "https://127.0.0.1:" + server.port + "/");
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer.value().body, body);
}

TEST(ClientTls, RefusesACertificateThatNobodyVouchesFor) {
  TlsServer server("IP:127.0.0.1", kAnswer);
  const auto answer = fetch("GET", "https://127.0.0.1:" + server.port + "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc, Errc::denied) << answer.error().text;
}

TEST(ClientTls, RefusesATrustedCertificateOfAnotherHost) {
  for (const char* names : {"IP:127.0.0.2", "DNS:127.0.0.1", "DNS:localhost"}) {
    TlsServer server(names, kAnswer);
    const Trusted trusted(server.pem());
    const auto answer = fetch("GET", "https://127.0.0.1:" + server.port + "/");
    ASSERT_FALSE(answer) << names;
    EXPECT_EQ(answer.error().errc, Errc::denied) << answer.error().text;
  }
}

TEST(ClientTls, TakesAConnectionThatEndsWithoutTlsSayingSoForCut) {
  TlsServer server("IP:127.0.0.1", std::string(kAnswer) + "part of it", false);
  const Trusted trusted(server.pem());
  const auto answer = fetch("GET", "https://127.0.0.1:" + server.port + "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc, Errc::unavailable);
}

}  // namespace
}  // namespace clarion::http
