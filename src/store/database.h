#pragma once

#include "base/result.h"
#include "model/time.h"
#include "ops/clock.h"
#include "ops/ids.h"
#include "ops/random.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace clarion::store {

namespace sqlite {
class Connection;
}

/// Read access to one consistent state of the store. The functions of this folder's nouns
/// (accounts.h, cases.h …) take one. Used by one thread at a time.
class View {
 public:
  explicit View(sqlite::Connection& connection) : connection_(&connection) {}
  [[nodiscard]] sqlite::Connection& connection() const { return *connection_; }

 protected:
  sqlite::Connection* connection_;
};

/// Write access, inside the writer's transaction. What a Tx read is still so when it commits.
class Tx : public View {
 public:
  Tx(sqlite::Connection& connection, model::Time now, ops::Ids& ids)
      : View(connection), now_(now), ids_(&ids) {}
  /// The wall time of this transaction.
  [[nodiscard]] model::Time now() const { return now_; }
  [[nodiscard]] ops::Ids& ids() const { return *ids_; }
  /// Runs `hook` on the writer thread after the commit is on disk and before anyone is answered, in
  /// the order of registration; dropped when this write fails.
  void after_commit(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }
  /// Runs `hook` on the writer thread when this write turns out not to be committed: for state in
  /// memory that went ahead.
  void on_rollback(std::function<void()> hook) { undo_.push_back(std::move(hook)); }

 private:
  friend class Database;
  model::Time now_;
  ops::Ids* ids_;
  std::vector<std::function<void()>> hooks_, undo_;
};

struct DatabaseOptions {
  std::string folder;             ///< the data folder; made with mode 0700 when missing
  std::size_t readers = 8;        ///< connections for views at most
  std::size_t max_queued = 2048;  ///< writes waiting; more fail with `overloaded`
};

/// The embedded store: one SQLite file in WAL mode, one writer thread, readers on snapshots.
///
/// Writers queue; one transaction (BEGIN IMMEDIATE, so that other processes of ours are seen) takes
/// all that wait, a savepoint each, so that a bad one never fails its neighbours; each caller
/// returns after the log was synced. Thread-safe.
class Database {
 public:
  /// Opens the file of the folder, makes it when missing, and brings it to the newest schema.
  /// Errors: `unavailable`, `corrupt`, `conflict` when the schema is newer than this program.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options, const ops::Clock& clock,
                                                ops::Random& random);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `change(Tx&)`, which returns a Result, on the writer thread; blocks until it is on disk.
  /// An error undoes the change.
  template <class F>
  std::invoke_result_t<F&, Tx&> write(F change) {
    std::invoke_result_t<F&, Tx&> result =
        Error{Errc::cancelled, "the store is closed", "unavailable"};
    const Status done = run([&result, &change](Tx& tx) -> Status {
      result = change(tx);
      if (!result) return result.error();
      return ok();
    });
    if (!done) return done.error();
    return result;
  }

  /// Runs `look(View&)`, which returns a Result, on a snapshot, on the calling thread.
  template <class F>
  std::invoke_result_t<F&, View&> read(F look) {
    Reader reader(*this);
    if (!reader.status) return reader.status.error();
    View view(*reader.connection);
    return look(view);
  }

  /// Writes waiting now.
  [[nodiscard]] std::size_t queued() const;
  /// Rises with every commit of any process; asked each second for what other processes changed.
  [[nodiscard]] Result<std::int64_t> data_version();
  /// Moves the log into the file and empties it, so that text that was removed is gone from the
  /// disk too. False when a reader or writer was in the way: call again.
  Result<bool> truncate_log();
  [[nodiscard]] const std::string& folder() const;

  /// SQLite's own check of the file (`db check`); the words of the first problem otherwise. Errors:
  /// `corrupt`.
  Status check();

 private:
  struct Impl;
  struct Reader {
    explicit Reader(Database& owner);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    Database& database;
    sqlite::Connection* connection = nullptr;
    Status status = ok();
  };
  explicit Database(std::unique_ptr<Impl> impl);
  Status run(std::function<Status(Tx&)> change);
  std::unique_ptr<Impl> impl_;
};

/// The schema this program writes: the number of its newest migration.
[[nodiscard]] int newest_schema();

}  // namespace clarion::store
