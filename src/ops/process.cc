#include "ops/process.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace clarion::ops {
namespace {

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// When the machine started plus field 22 of /proc/self/stat (proc(5)).
double start_time() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');  // the name may hold blanks
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  timespec now{}, up{};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &up);
  return seconds(now) - seconds(up) + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessFigures process_figures() {
  static const double started = start_time();
  ProcessFigures out;
  out.start_time_seconds = started;
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  out.cpu_seconds = seconds(cpu);
  std::uint64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  out.resident_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::error_code failed;
  for (std::filesystem::directory_iterator file("/proc/self/fd", failed), end;
       !failed && file != end; file.increment(failed)) {
    ++out.open_files;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.most_files = limit.rlim_cur;
  return out;
}

std::optional<DiskSpace> disk_space(const std::string& path) {
  struct statvfs about{};
  if (::statvfs(path.c_str(), &about) != 0) return std::nullopt;
  return DiskSpace{static_cast<std::uint64_t>(about.f_blocks) * about.f_frsize,
                   static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize};
}

}  // namespace clarion::ops
