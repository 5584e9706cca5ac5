// SPDX-License-Identifier: MIT
//
// sim_run: runs the simulation for a range of seeds and prints those that fail.
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "world.hpp"

namespace {

using namespace alert_bridge;

constexpr const char* kUsage =
    "usage: sim_run [--seeds A..B] [--seed N] [--file FILE] [--hours H] [--trace]\n"
    "  --seeds A..B  every seed of the range\n"
    "  --seed N      one seed; may be repeated\n"
    "  --file FILE   the seeds of a file, one a line; what follows '#' is a comment\n"
    "  --hours H     virtual hours of trouble in each run (default 1)\n"
    "  --trace       print what happens\n"
    "Prints each violation with its seed; ends with 1 if there was one.\n";

struct Order {
    std::vector<std::uint64_t> seeds;
    Duration length{3'600'000};
    bool trace = false;
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && end == text.data() + text.size();
}

bool add_range(std::string_view text, Order& order) {
    const std::size_t dots = text.find("..");
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (dots == std::string_view::npos || !read_number(text.substr(0, dots), first) ||
        !read_number(text.substr(dots + 2), last)) {
        return false;
    }
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        order.seeds.push_back(seed);
    }
    return true;
}

bool add_file(const std::string& name, Order& order) {
    std::ifstream file(name);
    std::string line;
    while (std::getline(file, line)) {
        const std::string text = line.substr(0, line.find_first_of("# "));
        std::uint64_t seed = 0;
        if (!text.empty() && !read_number(text, seed)) {
            return false;
        }
        if (!text.empty()) {
            order.seeds.push_back(seed);
        }
    }
    return file.eof();
}

bool read_order(const std::vector<std::string>& words, Order& order) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& option = words[i];
        if (option == "--trace") {
            order.trace = true;
            continue;
        }
        if (++i == words.size()) {
            return false;
        }
        std::uint64_t number = 0;
        if (option == "--seeds" && add_range(words[i], order)) {
            continue;
        }
        if (option == "--file" && add_file(words[i], order)) {
            continue;
        }
        if (option == "--seed" && read_number(words[i], number)) {
            order.seeds.push_back(number);
        } else if (option == "--hours" && read_number(words[i], number)) {
            order.length = Duration(static_cast<std::int64_t>(number) * 3'600'000);
        } else {
            return false;
        }
    }
    return !order.seeds.empty();
}

}  // namespace

int main(int argc, char** argv) {
    Order order;
    if (!read_order(std::vector<std::string>(argv + 1, argv + argc), order)) {
        std::cerr << kUsage;
        return 2;
    }
    std::size_t failed = 0;
    std::size_t alerts = 0;
    std::size_t tickets = 0;
    int crashes = 0;
    for (const std::uint64_t seed : order.seeds) {
        simulation::RunOptions options;
        options.seed = seed;
        options.length = order.length;
        options.out = order.trace ? &std::cout : nullptr;
        const simulation::RunResult result = simulation::run(options);
        for (const std::string& violation : result.violations) {
            std::cout << "seed " << seed << ": " << violation << std::endl;
        }
        failed += result.violations.empty() ? 0 : 1;
        alerts += result.alerts;
        tickets += result.end.tickets.size();
        crashes += result.crashes;
    }
    std::cout << order.seeds.size() << " seeds, " << failed << " failed; " << alerts << " alerts, "
              << tickets << " tickets, " << crashes << " crashes" << std::endl;
    return failed == 0 ? 0 : 1;
}
