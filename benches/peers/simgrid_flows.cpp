// The flows of the network cases through SimGrid (its plain max-min model, CM02, without latencies), on the very same input.
//
//   cargo bench --bench suite -- --inputs DIR
//   cargo bench --bench network -- 'burst, star-10' --ends DIR/ends.csv
//   g++ -O2 -std=c++17 benches/peers/simgrid_flows.cpp -o DIR/simgrid_flows -lsimgrid
//   DIR/simgrid_flows star 10 DIR/flows-burst-star-10.csv DIR/ends.csv
//
// Prints the simulated time, the CPU time of the simulation alone (building the platform is not counted) and, where ends are given, the
// greatest difference to them. Written for SimGrid 3.32 (Debian 12: libsimgrid-dev).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <simgrid/s4u.hpp>
#include <string>
#include <vector>

namespace sg4 = simgrid::s4u;

struct Flow {
  int from, to;
  double bytes;
};

struct Chain {
  double start_s = 0;
  std::vector<Flow> flows;
  std::vector<double> ends_s;
};

static std::map<int, Chain> read_flows(const char* path)
{
  std::map<int, Chain> chains;
  FILE* file = std::fopen(path, "r");
  if (file == nullptr) {
    std::perror(path);
    std::exit(4);
  }
  char line[256];
  // The first line names the columns: chain,start_s,from,to,bytes.
  bool named = std::fgets(line, sizeof line, file) != nullptr;
  while (named && std::fgets(line, sizeof line, file) != nullptr) {
    int chain, from, to;
    double start_s, bytes;
    if (std::sscanf(line, "%d,%lf,%d,%d,%lf", &chain, &start_s, &from, &to, &bytes) == 5)
      chains[chain].start_s = start_s;
    else if (std::sscanf(line, "%d,,%d,%d,%lf", &chain, &from, &to, &bytes) != 4)
      std::exit(3);
    chains[chain].flows.push_back({from, to, bytes});
  }
  std::fclose(file);
  return chains;
}

// 10 Gbps up and down a site; in a mesh 5 Gbps for each ordered pair.
static std::vector<sg4::Host*> build(bool mesh, int sites)
{
  auto* zone = sg4::create_full_zone("zone");
  std::vector<sg4::Host*> hosts;
  std::vector<sg4::Link*> up, down;
  for (int i = 0; i < sites; i++) {
    std::string name = std::to_string(i);
    hosts.push_back(zone->create_host("site" + name, 1e9)->seal());
    up.push_back(zone->create_link("up" + name, 1.25e9)->set_latency(0.0)->seal());
    down.push_back(zone->create_link("down" + name, 1.25e9)->set_latency(0.0)->seal());
  }
  for (int i = 0; i < sites; i++) {
    for (int j = 0; j < sites; j++) {
      if (i == j)
        continue;
      std::vector<sg4::LinkInRoute> route;
      route.emplace_back(up[i]);
      if (mesh) {
        std::string name = "pair" + std::to_string(i) + "-" + std::to_string(j);
        route.emplace_back(zone->create_link(name, 0.625e9)->set_latency(0.0)->seal());
      }
      route.emplace_back(down[j]);
      zone->add_route(hosts[i]->get_netpoint(), hosts[j]->get_netpoint(), nullptr, nullptr, route, false);
    }
  }
  zone->seal();
  return hosts;
}

// Ends of ours, `chain,end_s` in the order of time; those of a chain are in the order of its flows.
static void compare(std::map<int, Chain>& chains, const char* path)
{
  std::map<int, size_t> next;
  FILE* file = std::fopen(path, "r");
  char line[256];
  int chain, count = 0;
  double end_s, greatest_s = 0;
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "%d,%lf", &chain, &end_s) == 2) {
      greatest_s = std::fmax(greatest_s, std::fabs(end_s - chains.at(chain).ends_s.at(next[chain]++)));
      count++;
    }
  }
  std::printf("%d ends, greatest difference %.9f s\n", count, greatest_s);
}

int main(int argc, char** argv)
{
  sg4::Engine engine(&argc, argv);
  if (argc < 4) {
    std::fprintf(stderr, "usage: simgrid_flows mesh|star SITES FLOWS.csv [ENDS.csv]\n");
    return 2;
  }
  sg4::Engine::set_config("network/model:CM02");
  sg4::Engine::set_config("network/TCP-gamma:0");
  sg4::Engine::set_config("network/crosstraffic:0");
  sg4::Engine::set_config("surf/precision:1e-9");
  sg4::Engine::set_config("maxmin/precision:1e-6");
  sg4::Engine::set_config("contexts/stack-size:64");
  auto chains = read_flows(argv[3]);
  auto hosts = build(std::string(argv[1]) == "mesh", std::atoi(argv[2]));
  for (auto& entry : chains) {
    Chain& chain = entry.second;
    sg4::Actor::create("chain", hosts[0], [&chain, &hosts] {
      sg4::this_actor::sleep_until(chain.start_s);
      for (const Flow& flow : chain.flows) {
        sg4::Comm::sendto(hosts[flow.from], hosts[flow.to], static_cast<uint64_t>(flow.bytes));
        chain.ends_s.push_back(sg4::Engine::get_clock());
      }
    });
  }
  clock_t began = std::clock();
  engine.run();
  std::printf("simulated %.9f s in %.2f CPU s\n", sg4::Engine::get_clock(), double(std::clock() - began) / CLOCKS_PER_SEC);
  if (argc > 4)
    compare(chains, argv[4]);
}
