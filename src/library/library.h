#pragma once

#include "library/matcher.h"
#include "library/read.h"
#include "store/database.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::library {

/// The library of a store: its debunks, and our own notices of kind debunk as they stand (Actual,
/// published, not withdrawn; under the notice's id). Thread-safe.
class Library {
 public:
  explicit Library(store::Database& database);

  /// Takes over what changed in the store since the last call, by whichever process; a new snapshot
  /// only then. Costs what changed, and one pass over the tokens for the new index. Errors: the
  /// store's; `corrupt` for a record that is no debunk.
  Status refresh();
  [[nodiscard]] std::shared_ptr<const Index> snapshot() const;

  /// The best debunks of a folded text by the snapshot of now, with a matcher of the pool. Any
  /// thread; a fraction of a millisecond, no look into the store.
  struct Answer {
    std::shared_ptr<const Index> index;  ///< keeps the entries alive
    std::vector<Match> matches;
  };
  [[nodiscard]] Answer match(std::string_view folded, std::size_t most = 5);

 private:
  struct Changes;
  Result<Changes> changes(store::View& view) const;

  store::Database& database_;
  std::mutex refreshing_;  // guards all but index_
  std::map<std::string, std::shared_ptr<const Entry>, std::less<>> entries_;
  std::int64_t change_ = 0;   // of debunks
  std::uint64_t offset_ = 0;  // in the log of notices
  std::string epoch_;         // the life of that log
  std::uint64_t version_ = 0;
  mutable std::mutex mutex_;  // guards index_ and idle_
  std::shared_ptr<const Index> index_;
  std::vector<std::unique_ptr<Matcher>> idle_;  // as many as were asked at once
};

/// A published revision as a debunk, or nullopt when it takes the notice out of the library (other
/// kinds, withdrawals). `form` is the signed form.
[[nodiscard]] std::optional<Debunk> debunk_of_notice(const json::object& form);

/// A debunk of the store by id, or one of our own notices as it stands.
[[nodiscard]] Result<std::optional<Debunk>> find_debunk(store::View& view, std::string_view id);

/// What an import did.
struct Imported {
  std::size_t added = 0, changed = 0, unchanged = 0, withdrawn = 0;
};
/// Writes what was read into the store, in transactions of at most 500 debunks, each with its audit
/// record (`library.import`, counts alone).
[[nodiscard]] Result<Imported> import_all(store::Database& database, const Reading& reading,
                                          const std::string& who);
/// The same inside one transaction, for few.
[[nodiscard]] Result<Imported> import_into(store::Tx& tx, const Reading& reading,
                                           const std::string& who);

}  // namespace clarion::library
