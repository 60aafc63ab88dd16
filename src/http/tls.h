#pragma once

#include "base/result.h"

#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st;

namespace clarion::http {

/// PEM files of a listener: the certificate with the chain behind it, and its private key.
struct TlsFiles {
  std::string certificate, key;
};

/// What a listener needs to speak TLS 1.2 and 1.3 (OpenSSL's defaults at security level 2), as an
/// immutable snapshot that reload() replaces whole: open connections keep theirs. OpenSSL writes to
/// sockets that may be gone: the process ignores SIGPIPE. Thread-safe.
class Tls {
 public:
  using Context = std::shared_ptr<ssl_ctx_st>;

  /// Null when neither file is named. Errors: `invalid`, naming setting and file, when one is
  /// missing, can't be read or is no PEM, when others may read the key, or it is not the
  /// certificate's.
  [[nodiscard]] static Result<std::shared_ptr<Tls>> load(const TlsFiles& files);
  /// Reads the files anew; on an error the old state stays. Errors: as load().
  [[nodiscard]] Status reload(const TlsFiles& files);
  /// For a new connection.
  [[nodiscard]] Context context() const;

 private:
  explicit Tls(Context context) : context_(std::move(context)) {}
  mutable std::mutex mutex_;  // guards context_
  Context context_;
};

}  // namespace clarion::http
