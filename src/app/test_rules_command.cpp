// SPDX-License-Identifier: MIT
#include "alert_bridge/app/test_rules_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/config/test_cases.hpp"
#include "alert_bridge/core/rule_trial.hpp"
#include "alert_bridge/domain/plan_fields.hpp"

namespace alert_bridge::app {
namespace {

struct Wrong {
    config::Position at;
    std::string text;
};

WallTime system_time() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string quoted(const std::string& value) {
    return value.empty() ? "nothing" : "'" + value + "'";
}

// What stands under this name in `expect`. Nothing: this program writes no such field.
std::optional<std::string> got(const core::RuleTrial& trial, const config::Expected& expected) {
    if (expected.name == "rules") {
        return join(trial.rules, ", ");
    }
    if (expected.name == "rule") {
        const bool matched =
            std::find(trial.rules.begin(), trial.rules.end(), expected.value) != trial.rules.end();
        return matched ? expected.value : join(trial.rules, ", ");
    }
    if (expected.name == "opens") {
        return std::string(to_string(trial.opens));
    }
    if (expected.name == "title") {
        return trial.title;
    }
    if (expected.name == "open_after") {
        return format_duration(domain::open_after(trial.plan));
    }
    const auto fields = domain::plan_fields(trial.plan);
    const domain::PlanField* const field = domain::find_field(fields, expected.name);
    return field == nullptr ? std::nullopt : std::optional(field->value);
}

class Bench {
  public:
    Bench(const core::Policies& policies, core::Intake::Decoders how)
        : policies_(policies), decoders_(std::move(how)) {}

    [[nodiscard]] std::vector<Wrong> run(const config::TestCase& one) {
        const WallTime now = one.now.value_or(system_time());
        std::vector<Wrong> wrong;
        const Result<domain::Alert> alert = alert_of(one, now);
        if (!alert) {
            wrong.push_back({one.at, alert.error().message});
            return wrong;
        }
        const core::RuleTrial trial =
            core::try_rules(policies_, ids_, *alert, now, one.asset ? &*one.asset : nullptr);
        for (const config::Expected& expected : one.expected) {
            const std::string value = got(trial, expected).value_or("(no such field)");
            if (value != expected.value) {
                std::string text = expected.name + ": expected " + quoted(expected.value) +
                                   ", got " + quoted(value);
                text += expected.name == "opens" ? " (" + trial.why + ")" : "";
                wrong.push_back({expected.at, std::move(text)});
            }
        }
        return wrong;
    }

  private:
    [[nodiscard]] Result<domain::Alert> alert_of(const config::TestCase& one, WallTime now) {
        domain::Alert alert = one.alert;
        if (one.payload) {
            const auto decoded = decoders_.at(one.source)->decode(*one.payload, now);
            if (!decoded) {
                return Error{
                    ErrorClass::refused, "payload",
                    "the payload cannot be read: " + decoded.error().message};
            }
            if (!decoded->unusable.empty()) {
                return Error{
                    ErrorClass::refused, "payload",
                    "the payload cannot be used: " + decoded->unusable.front().reason};
            }
            if (decoded->alerts.size() != 1) {
                return Error{
                    ErrorClass::refused, "payload",
                    "the payload holds " + std::to_string(decoded->alerts.size()) +
                        " alerts; a case is about one"};
            }
            alert = decoded->alerts.front();
        } else {
            alert.problem_key = one.source + "/test/" + alert.host.name + "/" + alert.service;
            alert.episode = "1";
            alert.idempotency_key = alert.problem_key + "/1";
        }
        alert.id = ids_.sortable(now);
        alert.source = one.source;
        alert.received_at = now;
        return alert;
    }

    const core::Policies& policies_;
    core::Intake::Decoders decoders_;
    SystemIdSource ids_;
};

int run_all(Bench& bench, const config::LoadedTests& tests) {
    std::size_t failed = 0;
    for (const config::TestCase& one : tests.cases) {
        const std::vector<Wrong> wrong = bench.run(one);
        const std::string name = one_line(repair_utf8(one.name));
        std::printf("%s  %s\n", wrong.empty() ? "ok    " : "FAILED", name.c_str());
        for (const Wrong& each : wrong) {
            std::printf(
                "        %s:%d:%d: %s\n", tests.file.c_str(), each.at.line, each.at.column,
                one_line(repair_utf8(each.text)).c_str()
            );
        }
        failed += wrong.empty() ? 0 : 1;
    }
    const std::size_t all = tests.cases.size();
    std::printf("%zu case%s: %zu ok, %zu failed\n", all, all == 1 ? "" : "s", all - failed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int test_rules_command(const Options& options) {
    const config::Loaded loaded = config::load(options.config, config::Secrets::left_out);
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    if (!loaded.config) {
        return EXIT_FAILURE;
    }
    const std::string& file = options.test_rules.file;
    const config::LoadedTests tests =
        config::load_tests(file.empty() ? options.config : file, *loaded.config);
    if (!tests.diagnostics.empty()) {
        std::fputs(config::render(tests.diagnostics).c_str(), stderr);
        return EXIT_FAILURE;
    }
    if (tests.cases.empty()) {
        return complain(
            tests.file + " has no cases: write them in a section `tests`, or name a file of cases"
        );
    }
    auto compiled = policies(*loaded.config);
    if (!compiled) {
        return complain(compiled.error().message);
    }
    auto readers = decoders(*loaded.config);
    if (!readers) {
        return complain(readers.error().message);
    }
    Bench bench(**compiled, std::move(*readers));
    return run_all(bench, tests);
}

}  // namespace alert_bridge::app
