#include "http/tls.h"

#include "http/harness.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

namespace clarion::http::testing {
namespace {

/// A folder with a self-signed certificate and its key, as `openssl req -x509` makes them.
class Certificate {
 public:
  explicit Certificate(const char* name) {
    std::string folder = std::filesystem::temp_directory_path() / "clarion-tls-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_sign(made.get(), key.get(), EVP_sha256());
    write(files().certificate, [&](std::FILE* file) { PEM_write_X509(file, made.get()); });
    write(files().key, [&](std::FILE* file) {
      PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    ::chmod(files().key.c_str(), 0600);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] TlsFiles files() const { return {folder_ + "/cert.pem", folder_ + "/key.pem"}; }
  void put(const Certificate& other) const {
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(other.files().certificate, files().certificate, over);
    std::filesystem::copy_file(other.files().key, files().key, over);
  }

 private:
  template <class F>
  static void write(const std::string& path, F with) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    with(file);
    std::fclose(file);
  }
  std::string folder_;
};

/// A TLS client over a RawClient's socket, which believes any certificate.
class TlsClient {
 public:
  explicit TlsClient(unsigned short port, int most_version = 0)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), most_version);
    tls_.reset(SSL_new(context_.get()));
    static constexpr unsigned char kOffered[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(tls_.get(), kOffered, sizeof kOffered - 1);
    SSL_set_fd(tls_.get(), raw_.fd());
    connected = SSL_connect(tls_.get()) == 1;
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int sent = SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
      ASSERT_GT(sent, 0);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// All until the end, or until so many bytes came.
  std::string read(std::size_t most = SIZE_MAX) {
    std::string out;
    char bytes[16384];
    for (int got = 1; out.size() < most && got > 0;) {
      got = SSL_read(tls_.get(), bytes, sizeof bytes);
      if (got > 0) out.append(bytes, static_cast<std::size_t>(got));
    }
    return out;
  }
  [[nodiscard]] bool ended_with_goodbye() const {
    return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  [[nodiscard]] std::string name() const {
    std::unique_ptr<X509, void (*)(X509*)> peer(SSL_get1_peer_certificate(tls_.get()), &X509_free);
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
    return name;
  }
  [[nodiscard]] std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(tls_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  RawClient& raw() { return raw_; }

  bool connected = false;

 private:
  RawClient raw_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_{nullptr, &SSL_free};
};

class OverTls : public ::testing::Test {
 protected:
  OverTls() { std::signal(SIGPIPE, SIG_IGN); }  // as the program does
  void open(std::function<void(Router&)> routes) {
    tls = Tls::load(certificate.files()).value();
    harness.emplace(std::move(routes), [this](ServerOptions& options) { options.tls = tls; });
  }
  TlsClient client(int most_version = 0) {
    return TlsClient(harness->server->port(), most_version);
  }
  Certificate certificate{"first"};
  std::shared_ptr<Tls> tls;
  std::optional<Harness> harness;
};

TEST_F(OverTls, AnswersRequestsOneAfterTheOtherAndSaysGoodbye) {
  open([](Router& router) {
    router.add(route("GET", "/secure", [](Request& request) {
      return Response{200, {}, request.secure ? "secure" : "open"};
    }));
  });
  TlsClient one = client();
  ASSERT_TRUE(one.connected);
  EXPECT_EQ(one.protocol(), "http/1.1");
  one.send("GET /secure HTTP/1.1\r\nHost: a\r\n\r\nGET /secure HTTP/1.1\r\nHost: a\r\n");
  one.send("Connection: close\r\n\r\n");
  const std::string all = one.read();
  EXPECT_EQ(status_of(all), 200);
  EXPECT_EQ(body_of(all).substr(0, 6), "secure");
  EXPECT_EQ(all.substr(all.size() - 10), "\r\n\r\nsecure");
  EXPECT_TRUE(one.ended_with_goodbye());
}

TEST_F(OverTls, CarriesMoreThanBuffersHoldBothWays) {
  open([](Router& router) {
    Route echo = route("POST", "/echo",
                       [](Request& request) { return Response{200, {}, std::move(request.body)}; });
    echo.max_body_bytes = 16U << 20U;
    router.add(std::move(echo));
  });
  std::string body(8U << 20U, '.');
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>('a' + i % 26);
  TlsClient one = client();
  one.send("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n");
  one.send(body);
  EXPECT_TRUE(body_of(one.read()) == body);
}

TEST_F(OverTls, HandsConnectionsThatLeaveHttpOnAsWell) {
  open([](Router& router) {
    Route taken{.method = "GET", .pattern = "/taken", .guard = {}, .handler = {}};
    taken.take_over = [](Upgrade upgrade) {
      boost::system::error_code ignored;
      upgrade.socket.write_some(boost::asio::buffer("taken:" + upgrade.request.remote), ignored);
    };
    router.add(std::move(taken));
  });
  TlsClient one = client();
  one.send("GET /taken HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(one.read(), "taken:127.0.0.1");
}

TEST_F(OverTls, SpeaksNothingBelowTls12) {
  open([](Router& router) { router.add(route("GET", "/", says("hello"))); });
  EXPECT_FALSE(client(TLS1_1_VERSION).connected);
  EXPECT_TRUE(client(TLS1_2_VERSION).connected);
}

TEST_F(OverTls, TellsPlainHttpWhatItSpeaks) {
  open([](Router& router) { router.add(route("GET", "/", says("hello"))); });
  RawClient plain(harness->server->port());
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string said = plain.read_all();
  EXPECT_EQ(status_of(said), 400);
  EXPECT_EQ(body_of(said), "this port speaks HTTPS alone\r\n");
}

TEST_F(OverTls, ClosesWhoDoesNotShakeHandsInTime) {
  open([](Router& router) { router.add(route("GET", "/", says("hello"))); });
  RawClient silent(harness->server->port());
  TlsClient other = client();
  while (harness->server->stats().connections < 2) std::this_thread::yield();
  harness->clock.advance(std::chrono::seconds(31));
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_TRUE(other.connected);
}

TEST_F(OverTls, ClosesWhoTakesNothing) {
  open([](Router& router) { router.add(route("GET", "/", says(std::string(64U << 20U, 'x')))); });
  TlsClient slow = client();
  slow.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  slow.read(1000);
  while (harness->server->stats().connections > 0)  // until its deadline is set and passed
    harness->clock.advance(std::chrono::seconds(31));
}

TEST_F(OverTls, TakesANewCertificateForNewConnectionsAlone) {
  open([](Router& router) { router.add(route("GET", "/", says("hello"))); });
  TlsClient old = client();
  const Certificate second("second");
  certificate.put(second);
  ASSERT_TRUE(tls->reload(certificate.files()));
  EXPECT_EQ(client().name(), "second");
  EXPECT_EQ(old.name(), "first");
  old.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(old.read()), "hello");
}

TEST_F(OverTls, KeepsTheOldCertificateWhenTheNewOneIsBroken) {
  open([](Router& router) { router.add(route("GET", "/", says("hello"))); });
  const Certificate second("second");
  const auto refused = [&] { return tls->reload(certificate.files()).error().text; };
  std::filesystem::copy_file(second.files().certificate, certificate.files().certificate,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(refused().find("server.tls_key"), std::string::npos) << refused();
  std::ofstream(certificate.files().certificate) << "no certificate";
  EXPECT_NE(refused().find(certificate.files().certificate), std::string::npos) << refused();
  EXPECT_EQ(client().name(), "first");
}

TEST(Tls, NeedsBothFilesAndAKeyThatOthersCannotRead) {
  const Certificate made("any");
  EXPECT_EQ(Tls::load({}).value(), nullptr);
  EXPECT_FALSE(Tls::load({made.files().certificate, ""}));
  EXPECT_FALSE(Tls::load({"", made.files().key}));
  ::chmod(made.files().key.c_str(), 0640);
  EXPECT_NE(Tls::load(made.files()).error().text.find("chmod 600"), std::string::npos);
}

}  // namespace
}  // namespace clarion::http::testing
