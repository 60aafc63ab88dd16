// A surge on the desk, simulated: 10,000 cases in ten minutes against 200 experts who refuse, fall
// silent, go off and on, and a server that restarts. Exit 1 when a promise did not hold.
//   bench_routing_sim [CASES [EXPERTS [SEED]]]
#include "desk/simulator.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  using clarion::desk::Simulator;
  const auto number = [&](int index, int fallback) {
    return argc > index ? std::atoi(argv[index]) : fallback;
  };
  Simulator::Plan plan;
  plan.cases = number(1, 10'000);
  plan.experts = number(2, 200);
  plan.seed = static_cast<std::uint32_t>(number(3, 1));
  plan.check_every = 60;
  auto report = Simulator(plan).run();
  auto& times = report.decision_us;
  std::sort(times.begin(), times.end());
  std::printf(
      "cases %d, experts %d, judged %d, refused %d, leases lost %d, restarts %d, most waiting %d\n",
      report.opened, plan.experts, report.judged, report.refused, report.lost, report.restarts,
      report.most_waiting);
  std::printf("decision: median %.1f us, p99 %.1f us, most %.1f us\n", times[times.size() / 2],
              times[times.size() * 99 / 100], times.back());
  for (const std::string& line : report.broken) std::printf("BROKEN %s\n", line.c_str());
  std::printf("%s\n", report.broken.empty() ? "every promise held" : "promises were broken");
  return report.broken.empty() ? 0 : 1;
}
