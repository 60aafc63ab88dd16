#include "app/scan_worker.h"

#include "intake/batch.h"

#include <fmt/format.h>

namespace clarion::app {

void ScanWorker::run(ScanJob& job) {
  job.results.clear();
  job.complaints.clear();
  job.counts = {};
  job.counts.bytes = job.block.bytes.size();
  std::uint64_t number = job.block.first_line;
  for (std::string_view rest = job.block.bytes; !rest.empty(); ++number) {
    const std::string_view line = intake::take_line(rest);
    if (intake::is_blank(line)) continue;
    if (const auto parsed = parser_.parse(line, post_); !parsed) {
      ++job.counts.rejected;
      const Error& error = parsed.error();
      job.complaints += fmt::format("{}:{}: {}: {}\n", job.file, number, error.code, error.text);
      continue;
    }
    scan(job);
  }
}

void ScanWorker::scan(ScanJob& job) {
  if (post_.op == model::Post::Op::remove) {
    ++job.counts.deletes;
    return;
  }
  ++job.counts.posts;
  const model::ScanResult& result = scanner_.scan(post_, all_);
  if (result.flagged) ++job.counts.flagged;
  if (!result.flagged && !all_) return;
  intake::ScanRecord record{.post_id = post_.id, .source = post_.source, .result = result};
  if (all_) record.debunks.emplace();
  const bool asked = match_ == MatchPosts::all || (match_ == MatchPosts::flagged && result.flagged);
  if (asked && matcher_.index().size() > 0) match(record);
  intake::append_scan_json(job.results, record);
  job.results += '\n';
}

void ScanWorker::match(intake::ScanRecord& record) {
  std::string_view folded = scanner_.folded().bytes;
  if (folded.empty()) {  // a post may speak in its subtitles alone
    for (const model::Post::Media& medium : post_.media) {
      if (medium.text.empty()) continue;
      text::fold(medium.text, folded_);
      folded = folded_.bytes;
      break;
    }
  }
  const auto matches = matcher_.match(folded);
  if (matches.empty()) return;
  if (matches.front().score >= library::kSuggest) {
    record.debunk_id = matches.front().entry->debunk.id;
    record.debunk_score = matches.front().score;
    record.known = matches.front().known;
  }
  if (!all_) return;
  debunks_.clear();
  for (const library::Match& match : matches)
    debunks_.emplace_back(match.entry->debunk.id, match.score);
  record.debunks.emplace(debunks_);
}

ScanPool::ScanPool(std::size_t threads, const ScanSetup& setup) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, setup] { work(ScanWorker(setup)); });
  }
}

ScanPool::~ScanPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ScanPool::start(ScanJob& job) {
  {
    const std::lock_guard lock(mutex_);
    job.done = false;
    queue_.push_back(&job);
  }
  wake_.notify_one();
}

void ScanPool::wait(const ScanJob& job) {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return job.done; });
}

bool ScanPool::is_done(const ScanJob& job) {
  const std::lock_guard lock(mutex_);
  return job.done;
}

void ScanPool::work(ScanWorker worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    ScanJob& job = *queue_.front();
    queue_.pop_front();
    lock.unlock();
    worker.run(job);
    lock.lock();
    job.done = true;
    finished_.notify_one();
  }
}

}  // namespace clarion::app
