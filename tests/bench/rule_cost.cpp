// SPDX-License-Identifier: MIT
//
// What 1,000 rules cost for one alert, beside one parse of that alert's JSON. The rules are matched
// as domain/rules.hpp does it: candidates from the index, then each one's whole condition. Prints a
// line of JSON per round, medians in nanoseconds, and how many rules matched per alert.
//
// usage: rule_cost ALERT_JSON ROUNDS HOSTS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/domain/rule_index.hpp"
#include "alert_bridge/sources/decoders.hpp"

namespace {

using namespace alert_bridge;
using domain::Condition;
using domain::TextPattern;
using Clock = std::chrono::steady_clock;

constexpr int kRules = 1000;
constexpr std::size_t kHostNameBytes = 60;
constexpr int kParses = 2000;

std::string customer(int number) {
    return "customer-" + std::to_string(10'000 + number % kRules);
}

// Host names of 60 bytes, each of one customer.
std::string host_name(int number) {
    const std::string end = "." + customer(number * 7) + ".paris.example.com";
    std::string name = "site" + std::to_string(100 + number % 97) + "-rack" +
                       std::to_string(number % 41) + "-web-" + std::to_string(number) + "-";
    name.resize(kHostNameBytes - end.size(), 'a');
    return name + end;
}

// One way in which people write a rule for each customer or host.
struct RuleSet {
    const char* name;
    TextPattern (*pattern)(int number);
};

const RuleSet kSets[] = {
    {"exact", [](int number) { return TextPattern::of(host_name(number)); }},
    {"glob",
     [](int number) { return TextPattern::of("*." + customer(number) + ".paris.example.com"); }},
    {"anchored",
     [](int number) {
         return TextPattern::regex(
             "^site" + std::to_string(100 + number % 97) + "-rack" + std::to_string(number % 41) +
             "-web-" + std::to_string(number) + "-"
         );
     }},
    {"wildcards",
     [](int number) {
         return TextPattern::regex(
             "rack" + std::to_string(number % 41) + ".*web.*" + customer(number) + ".*example"
         );
     }},
    // Nothing tells these apart before the customer, and each goes on after it.
    {"alike",
     [](int number) {
         return TextPattern::regex(
             "^site[0-9]+-rack[0-9]+-.*\\." + customer(number) + "\\.paris\\.example\\.com$"
         );
     }},
};

struct CompiledSet {
    std::vector<domain::CompiledCondition> conditions;
    domain::RuleIndex index;

    explicit CompiledSet(const RuleSet& set) : conditions(compile(set)), index(conditions) {}

    static std::vector<domain::CompiledCondition> compile(const RuleSet& set) {
        std::vector<domain::CompiledCondition> compiled;
        std::vector<std::string> mistakes;
        for (int number = 0; number < kRules; ++number) {
            Condition condition;
            condition.what = Condition::Kind::host;
            condition.patterns.push_back(set.pattern(number));
            compiled.push_back(domain::CompiledCondition::compile(condition, mistakes));
        }
        if (!mistakes.empty()) {
            std::fprintf(stderr, "%s\n", mistakes.front().c_str());
            std::exit(1);
        }
        return compiled;
    }

    [[nodiscard]] int matches(const domain::Alert& alert) const {
        const domain::Question question{alert, alert.received_at};
        int found = 0;
        for (const std::uint32_t id : index.candidates(alert)) {
            domain::Captures captures;
            found += conditions[id].test(question, captures) == domain::Truth::yes ? 1 : 0;
        }
        return found;
    }
};

double median(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

template <class Work>
double nanoseconds(const Work& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

double parse_time(const std::string& text) {
    std::vector<double> times;
    std::size_t fields = 0;
    for (int i = 0; i < kParses; ++i) {
        times.push_back(nanoseconds([&] { fields += nlohmann::json::parse(text).size(); }));
    }
    if (fields == 0) {
        std::exit(1);  // and the parse cannot be optimised away
    }
    return median(times);
}

domain::Alert decoded(const std::string& text) {
    ports::SourceOptions options;
    options.name = "zabbix";
    options.type = "zabbix";
    options.time_zone = "UTC";
    const auto decoder = sources::make_decoder(options);
    auto result = (*decoder)->decode(text, from_unix_ms(1'795'468'700'000));
    if (!result || result->alerts.size() != 1) {
        std::fputs("the alert cannot be decoded\n", stderr);
        std::exit(1);
    }
    return result->alerts.front();
}

void run_round(
    const std::string& text, const std::vector<CompiledSet>& sets, domain::Alert alert, int hosts
) {
    nlohmann::json line{{"parse_ns", parse_time(text)}};
    for (std::size_t i = 0; i < sets.size(); ++i) {
        std::vector<double> times;
        int matched = 0;
        for (int host = 0; host < hosts; ++host) {
            alert.host.name = host_name(host);
            times.push_back(nanoseconds([&] { matched += sets[i].matches(alert); }));
        }
        const std::string name = kSets[i].name;
        line[name + "_ns"] = median(times);
        line[name + "_matched"] = static_cast<double>(matched) / hosts;
    }
    std::printf("%s\n", line.dump().c_str());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: rule_cost ALERT_JSON ROUNDS HOSTS\n", stderr);
        return 2;
    }
    std::ifstream file(arguments[1], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const domain::Alert alert = decoded(text);
    std::vector<CompiledSet> sets;
    for (const RuleSet& set : kSets) {
        sets.emplace_back(set);
    }
    for (int round = std::atoi(arguments[2]); round > 0; --round) {
        run_round(text, sets, alert, std::atoi(arguments[3]));
    }
}
