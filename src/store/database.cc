#include "store/database.h"

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <thread>

namespace clarion::store {
namespace {

using sqlite::Connection;
using sqlite::migrations;

Result<int> schema_of(Connection& connection) {
  auto query = connection.prepare("PRAGMA user_version");
  CLARION_TRY(auto row, query.step());
  return row ? static_cast<int>(query.integer(0)) : 0;
}

Status migrate(Connection& connection) {
  CLARION_TRY(auto have, schema_of(connection));
  if (have == newest_schema()) return ok();
  CLARION_TRY(connection.execute("BEGIN EXCLUSIVE"));
  const auto apply = [&connection]() -> Status {
    CLARION_TRY(auto at, schema_of(connection));  // another process may have been first
    if (at > newest_schema()) {
      return Error{Errc::conflict,
                   fmt::format("the data has schema {}, this program knows {}: use a newer program",
                               at, newest_schema())};
    }
    for (int number = at + 1; number <= newest_schema(); ++number) {
      CLARION_TRY(
          connection.execute(std::string(migrations()[static_cast<std::size_t>(number - 1)])));
      CLARION_TRY(connection.execute(fmt::format("PRAGMA user_version={}", number)));
    }
    return connection.execute("COMMIT");
  };
  Status done = apply();
  if (!done) {
    if (const Status undone = connection.execute("ROLLBACK"); !undone) return undone;
  }
  return done;
}

}  // namespace

int newest_schema() { return static_cast<int>(migrations().size()); }

struct Database::Impl {
  struct Job {
    std::function<Status(Tx&)> change;
    Status result = ok();
    bool done = false;
    std::condition_variable ready;
  };
  struct Finished {
    Job* job;
    std::vector<std::function<void()>> hooks, undo;
  };

  Impl(DatabaseOptions given, const ops::Clock& the_clock, ops::Random& random)
      : options(std::move(given)),
        clock(the_clock),
        ids(the_clock, random),
        path(options.folder + "/clarion.db") {}

  void write_until_stopped() {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (jobs.empty()) return;
      std::deque<Job*> batch;
      batch.swap(jobs);
      lock.unlock();
      commit(batch);
      lock.lock();
      for (Job* job : batch) {
        job->done = true;
        job->ready.notify_one();
      }
    }
  }

  /// One transaction for all, a savepoint each.
  void commit(const std::deque<Job*>& batch) {
    std::vector<Finished> kept;
    Status all = writer->execute("BEGIN IMMEDIATE");
    for (Job* job : batch) {
      if (!all) break;
      Tx tx(*writer, clock.now(), ids);
      all = writer->execute("SAVEPOINT item");
      if (!all) break;
      job->result = job->change(tx);
      if (job->result) {
        all = writer->execute("RELEASE item");
        kept.push_back({job, std::move(tx.hooks_), std::move(tx.undo_)});
      } else {
        for (auto hook = tx.undo_.rbegin(); hook != tx.undo_.rend(); ++hook) (*hook)();
        all = writer->execute("ROLLBACK TO item; RELEASE item");
      }
    }
    if (all) all = writer->execute("COMMIT");
    if (!all) {
      // A full disk may have rolled back by itself; then this fails and changes nothing.
      if (const Status undone = writer->execute("ROLLBACK"); !undone) static_cast<void>(undone);
      for (Job* job : batch) job->result = all.error();
      for (auto item = kept.rbegin(); item != kept.rend(); ++item) {
        for (auto hook = item->undo.rbegin(); hook != item->undo.rend(); ++hook) (*hook)();
      }
      return;
    }
    for (const Finished& item : kept) {
      for (const auto& hook : item.hooks) hook();
    }
  }

  DatabaseOptions options;
  const ops::Clock& clock;
  ops::Ids ids;
  std::string path;
  std::unique_ptr<Connection> writer;   // the writer thread's alone
  std::unique_ptr<Connection> watcher;  // data_version's alone, under watch_mutex
  std::mutex watch_mutex;

  std::mutex mutex;  // guards jobs, stopping and the done flags
  std::condition_variable work;
  std::deque<Job*> jobs;
  bool stopping = false;
  std::thread thread;

  std::mutex reader_mutex;  // guards idle and open_readers
  std::condition_variable reader_free;
  std::vector<std::unique_ptr<Connection>> idle;
  std::size_t open_readers = 0;
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Database::~Database() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work.notify_one();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options, const ops::Clock& clock,
                                                 ops::Random& random) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (!fs::exists(options.folder, failed)) {
    fs::create_directories(options.folder, failed);
    if (!failed) fs::permissions(options.folder, fs::perms::owner_all, failed);
    if (failed)
      return Error{Errc::unavailable, fmt::format("{}: {}", options.folder, failed.message())};
  }
  auto impl = std::make_unique<Impl>(std::move(options), clock, random);
  const auto connect = [&impl]() -> Status {
    CLARION_TRY(impl->writer, Connection::open(impl->path, Connection::Access::write));
    CLARION_TRY(migrate(*impl->writer));
    CLARION_TRY(impl->watcher, Connection::open(impl->path, Connection::Access::read));
    return ok();
  };
  if (const Status connected = connect(); !connected) return within(impl->path, connected.error());
  Impl* raw = impl.get();
  impl->thread = std::thread([raw] { raw->write_until_stopped(); });
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Status Database::run(std::function<Status(Tx&)> change) {
  Impl::Job job;
  job.change = std::move(change);
  std::unique_lock lock(impl_->mutex);
  if (impl_->stopping) return Error{Errc::cancelled, "the store is closed", "unavailable"};
  if (impl_->jobs.size() >= impl_->options.max_queued) {
    return Error{Errc::overloaded, "too many writes are waiting", "overloaded"};
  }
  impl_->jobs.push_back(&job);
  impl_->work.notify_one();
  job.ready.wait(lock, [&job] { return job.done; });
  return std::move(job.result);
}

std::size_t Database::queued() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->jobs.size();
}

Result<std::int64_t> Database::data_version() {
  const std::lock_guard lock(impl_->watch_mutex);
  auto query = impl_->watcher->prepare("PRAGMA data_version");
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Result<bool> Database::truncate_log() {
  const std::lock_guard lock(impl_->watch_mutex);
  // It keeps writers out while it waits for readers: so it gives up soon and is called again.
  CLARION_TRY(impl_->watcher->execute("PRAGMA busy_timeout=50"));
  auto query = impl_->watcher->prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  CLARION_TRY(auto row, query.step());
  return row && query.integer(0) == 0;
}

const std::string& Database::folder() const { return impl_->options.folder; }

Status Database::check() {
  return read([](View& view) -> Status {
    auto query = view.connection().prepare("PRAGMA integrity_check(1)");
    CLARION_TRY(auto row, query.step());
    const std::string words = row ? query.text(0) : "no answer";
    if (words != "ok") return Error{Errc::corrupt, words};
    return ok();
  });
}

Database::Reader::Reader(Database& owner) : database(owner) {
  Impl& impl = *database.impl_;
  std::unique_lock lock(impl.reader_mutex);
  impl.reader_free.wait(
      lock, [&impl] { return !impl.idle.empty() || impl.open_readers < impl.options.readers; });
  if (!impl.idle.empty()) {
    connection = impl.idle.back().release();
    impl.idle.pop_back();
  } else {
    ++impl.open_readers;
    lock.unlock();
    auto opened = Connection::open(impl.path, Connection::Access::read);
    if (!opened) {
      lock.lock();
      --impl.open_readers;
      impl.reader_free.notify_one();
      status = opened.error();
      return;
    }
    connection = opened.value().release();
  }
  status = connection->execute("BEGIN");
}

Database::Reader::~Reader() {
  if (connection == nullptr) return;
  Impl& impl = *database.impl_;
  std::unique_ptr<Connection> back(connection);
  const Status ended = back->execute("COMMIT");  // ends the snapshot
  const std::lock_guard lock(impl.reader_mutex);
  if (ended) {
    impl.idle.push_back(std::move(back));
  } else {
    --impl.open_readers;
  }
  impl.reader_free.notify_one();
}

}  // namespace clarion::store
