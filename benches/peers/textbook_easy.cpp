// EASY backfilling as in a textbook, the floor of the suite's EASY cases: it counts processors, keeps no nodes, audits and writes nothing.
//
//   cargo bench --bench suite -- --inputs /tmp/inputs easy
//   g++ -O2 -std=c++17 benches/peers/textbook_easy.cpp -o /tmp/textbook_easy
//   /tmp/textbook_easy /tmp/inputs/easy-1000000.swf 512
//
// It prints jobs, their mean wait in seconds, and the CPU seconds of the whole program. `eastwest replay --trace-format swf LOG` comes to the
// same mean wait, to the last digit.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <map>
#include <queue>
#include <vector>

struct Job {
    long submit, run, processors, requested;
};

int main(int argc, char** argv) {
    FILE* log = argc > 2 ? std::fopen(argv[1], "r") : nullptr;
    if (!log) return std::fprintf(stderr, "usage: textbook_easy LOG PROCESSORS\n"), 2;
    long free_processors = std::atol(argv[2]);
    std::vector<Job> jobs;
    for (char line[512]; std::fgets(line, sizeof line, log);) {
        if (line[0] == ';') continue;
        long field[9];
        char* at = line;
        for (long& value : field) value = static_cast<long>(std::strtod(at, &at));
        jobs.push_back({field[1], field[3], field[7] > 0 ? field[7] : field[4], field[8] > 0 ? field[8] : field[3]});
    }
    using End = std::pair<long, std::multimap<long, long>::iterator>;
    auto later = [](const End& a, const End& b) { return a.first > b.first; };
    std::priority_queue<End, std::vector<End>, decltype(later)> ends(later);
    std::multimap<long, long> promised;  // requested end -> processors
    std::deque<std::size_t> waiting;
    double waits = 0;
    auto start = [&](std::size_t number, long now) {
        const Job& job = jobs[number];
        free_processors -= job.processors;
        waits += static_cast<double>(now - job.submit);
        long run = job.run < job.requested ? job.run : job.requested;
        ends.push({now + run, promised.insert({now + job.requested, job.processors})});
    };
    for (std::size_t next = 0; next < jobs.size() || !ends.empty();) {
        bool submits = next < jobs.size() && (ends.empty() || jobs[next].submit < ends.top().first);
        long now = submits ? jobs[next].submit : ends.top().first;
        for (; !ends.empty() && ends.top().first == now; ends.pop()) {
            free_processors += ends.top().second->second;
            promised.erase(ends.top().second);
        }
        for (; next < jobs.size() && jobs[next].submit == now; ++next) waiting.push_back(next);
        for (; !waiting.empty() && jobs[waiting.front()].processors <= free_processors; waiting.pop_front())
            start(waiting.front(), now);
        if (waiting.empty()) continue;
        // The head gets its processors at the shadow time; what is left over then, others may have beyond it.
        long shadow = now, extra = free_processors, head = jobs[waiting.front()].processors;
        for (auto end = promised.begin(); end != promised.end() && (extra < head || end->first == shadow); ++end) {
            shadow = end->first;
            extra += end->second;
        }
        extra -= head;
        for (auto at = waiting.begin() + 1; at != waiting.end() && free_processors > 0;) {
            const Job& job = jobs[*at];
            bool ends_before = now + job.requested <= shadow;
            if (job.processors <= free_processors && (ends_before || job.processors <= extra)) {
                if (!ends_before) extra -= job.processors;
                start(*at, now);
                at = waiting.erase(at);
            } else {
                ++at;
            }
        }
    }
    std::printf("%zu jobs, mean wait %.6f s, %.3f CPU s\n", jobs.size(), waits / static_cast<double>(jobs.size()),
                static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}
