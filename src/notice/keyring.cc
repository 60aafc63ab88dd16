#include "notice/keyring.h"

#include "base/bytes.h"
#include "notice/detail/ed25519.h"
#include "ops/files.h"
#include "store/audit.h"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <filesystem>
#include <mutex>

namespace clarion::notice {
namespace {

using detail::Context;
using detail::Key;
using detail::kKeyBytes;
using detail::kSignatureBytes;
using detail::raw;

/// RFC 7638: the hash of the key's required members in canonical form.
std::string thumbprint(std::string_view public_key) {
  const Sha256 digest =
      sha256(fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", to_base64url(public_key)));
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<std::string> public_half(EVP_PKEY* key) {
  std::string out(kKeyBytes, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &size) != 1 ||
      size != kKeyBytes) {
    return Error{Errc::unavailable, "OpenSSL gave no public key"};
  }
  return out;
}

std::string key_path(const std::string& folder, std::string_view kid) {
  return fmt::format("{}/keys/{}.key", folder, kid);
}

Status write_key(const std::string& folder, const std::string& kid, std::string_view seed) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::create_directories(folder + "/keys", failed);
  fs::permissions(folder + "/keys", fs::perms::owner_all, failed);
  CLARION_TRY(ops::write_file(key_path(folder, kid), to_base64url(seed) + "\n", 0600));
  return ops::sync_folder(folder);
}

/// The private halves of keys that sign no more: less to steal.
void remove_spent(store::Database& database) {
  const auto rows = database.read([](store::View& view) { return store::list_signing_keys(view); });
  if (!rows) return;
  for (const store::SigningKeyRow& row : rows.value()) {
    if (row.retired_at || row.revoked_at) ::unlink(key_path(database.folder(), row.kid).c_str());
  }
}

Result<Key> read_key(const std::string& folder, const store::SigningKeyRow& row) {
  const std::string path = key_path(folder, row.kid);
  const auto text = private_half(folder, row.kid);
  if (!text) {
    return Error{Errc::unavailable,
                 fmt::format("{}: the private key is missing or unreadable; clarion keys rotate "
                             "makes a new one",
                             path)};
  }
  const auto seed = from_base64url(std::string_view(*text).substr(0, text->find('\n')));
  Key key;
  if (seed && seed.value().size() == kKeyBytes) {
    key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.value()),
                                           seed.value().size()));
  }
  if (!key) return Error{Errc::corrupt, fmt::format("{}: no Ed25519 key", path)};
  CLARION_TRY(auto half, public_half(key.get()));
  if (to_base64url(half) != row.public_key) {
    return Error{Errc::corrupt,
                 fmt::format("the private key '{}' does not belong to the public one", row.kid)};
  }
  return key;
}

/// A key whose private half is on disk and which the store does not know yet.
struct Fresh {
  std::string kid, public_key;
};

Result<Fresh> make_key(const std::string& folder, ops::Random& random) {
  std::string seed;
  Fresh out;
  // A kid that begins with a dash would be an option on the command line: 1 key in 64.
  while (out.kid.empty() || out.kid.front() == '-') {
    seed = random.bytes(kKeyBytes);
    const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
    if (!key) return Error{Errc::unavailable, "OpenSSL makes no Ed25519 key"};
    CLARION_TRY(auto half, public_half(key.get()));
    out = {thumbprint(half), to_base64url(half)};
  }
  CLARION_TRY(write_key(folder, out.kid, seed));
  return out;
}

}  // namespace

std::optional<std::string> private_half(const std::string& folder, std::string_view kid) {
  auto text = ops::read_file(key_path(folder, kid), 1024);
  if (!text || text.value().empty()) return std::nullopt;
  return std::move(text.value());
}

Status check_current_key(store::View& view, const std::string& folder) {
  CLARION_TRY(auto row, store::current_signing_key(view));
  if (!row) return Error{Errc::not_found, "there is no current key"};
  CLARION_TRY(read_key(folder, *row));
  return ok();
}

struct Keyring::Impl {
  std::string folder;
  std::mutex mutex;  // guards the rest
  std::string kid;
  Key key;
  std::uint64_t failures = 0;

  Result<std::string> sign(store::View& view, std::string_view payload);
  Status follow(const std::optional<store::SigningKeyRow>& row) {
    if (!row) return Error{Errc::unavailable, "there is no current key", "unavailable"};
    if (row->kid == kid) return ok();
    CLARION_TRY(key, read_key(folder, *row));
    kid = row->kid;
    return ok();
  }
};

Keyring::Keyring(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Keyring::~Keyring() = default;

Result<std::shared_ptr<const Keyring>> Keyring::open(store::Database& database,
                                                     ops::Random& random) {
  const auto current = [&database] {
    return database.read([](store::View& view) { return store::current_signing_key(view); });
  };
  CLARION_TRY(auto row, current());
  if (!row) {
    CLARION_TRY(auto fresh, make_key(database.folder(), random));
    CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
      CLARION_TRY(store::add_signing_key(tx, {fresh.kid, fresh.public_key, {}, {}, {}}));
      CLARION_TRY(store::append_audit(tx, "system", "key.make", fresh.kid, {}));
      return ok();
    }));
    CLARION_TRY(row, current());
  }
  auto impl = std::make_unique<Impl>();
  impl->folder = database.folder();
  CLARION_TRY(impl->follow(row));
  return std::shared_ptr<const Keyring>(new Keyring(std::move(impl)));
}

Result<std::string> Keyring::Impl::sign(store::View& view, std::string_view payload) {
  CLARION_TRY(auto row, store::current_signing_key(view));
  CLARION_TRY(follow(row));
  const std::string header = to_base64url(fmt::format(R"({{"alg":"EdDSA","kid":"{}"}})", kid));
  const std::string input = fmt::format("{}.{}", header, to_base64url(payload));
  const Context context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, raw(input), input.size()) != 1) {
    return Error{Errc::unavailable, "OpenSSL does not sign"};
  }
  return fmt::format("{}..{}", header,
                     to_base64url({reinterpret_cast<const char*>(signature.data()), size}));
}

Result<std::string> Keyring::sign(store::View& view, std::string_view payload) const {
  const std::lock_guard lock(impl_->mutex);
  auto signed_ = impl_->sign(view, payload);
  if (!signed_) ++impl_->failures;
  return signed_;
}

std::uint64_t Keyring::failures() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failures;
}

Result<std::string> rotate_key(store::Database& database, ops::Random& random,
                               const std::string& actor) {
  CLARION_TRY(auto fresh, make_key(database.folder(), random));
  CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
    CLARION_TRY(auto before, store::current_signing_key(tx));
    if (before) {
      CLARION_TRY(store::retire_signing_key(tx, before->kid));
    }
    CLARION_TRY(store::add_signing_key(tx, {fresh.kid, fresh.public_key, {}, {}, {}}));
    CLARION_TRY(store::append_audit(tx, actor, "key.rotate", fresh.kid,
                                    {{"retired", before ? before->kid : ""}}));
    return ok();
  }));
  remove_spent(database);
  return std::move(fresh.kid);
}

Status revoke_key(store::Database& database, const std::string& kid, const std::string& actor) {
  CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
    CLARION_TRY(auto rows, store::list_signing_keys(tx));
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&kid](const auto& each) { return each.kid == kid; });
    if (row == rows.end()) return Error{Errc::not_found, fmt::format("there is no key '{}'", kid)};
    if (row->revoked_at) {
      return Error{Errc::conflict, fmt::format("the key '{}' was revoked at {}", kid,
                                               model::to_text(*row->revoked_at))};
    }
    if (!row->retired_at) {
      return Error{Errc::conflict,
                   fmt::format("the key '{}' is the current one: make a new one first with "
                               "clarion keys rotate",
                               kid)};
    }
    CLARION_TRY(store::revoke_signing_key(tx, kid));
    CLARION_TRY(store::append_audit(tx, actor, "key.revoke", kid, {}));
    return ok();
  }));
  remove_spent(database);
  return ok();
}

}  // namespace clarion::notice
