#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string_view>

/// OpenSSL's Ed25519 for the two who use it: who signs (keyring.cc) and who verifies
/// (signature.cc).
namespace clarion::notice::detail {

inline constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;  // RFC 8032 section 5.1

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

inline const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace clarion::notice::detail
