// SPDX-License-Identifier: MIT
//
// CheckWorld: core/state_check with a monitoring system that says what a test wants.
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/core/state_check.hpp"
#include "catch.hpp"
#include "fake_back.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "lifecycle_world.hpp"

namespace alert_bridge::test {

// Each word of a body is a failing problem: "KEY=OCCURRENCE", severity high, or mild after "~"; of
// the problem as a whole after "!". "#" cannot be used, "?" makes the body unreadable.
class WordDecoder final : public ports::AlertDecoder {
  public:
    Result<ports::Decoded> decode(std::string_view body, WallTime) const override {
        if (body == "?") {
            return Error{ErrorClass::refused, "json", "not JSON"};
        }
        ports::Decoded decoded;
        for (std::string word : split(body, " ")) {
            if (word == "#") {
                decoded.unusable.push_back({"no problem", word});
                continue;
            }
            domain::Alert alert;
            const bool is_mild = word.starts_with('~');
            alert.whole_problem = word.starts_with('!');
            word.erase(0, is_mild || alert.whole_problem ? 1 : 0);
            alert.kind = domain::AlertKind::problem;
            alert.state = domain::ProblemState::failing;
            alert.severity = is_mild ? domain::Severity::information : domain::Severity::high;
            alert.problem_key = "z/" + word.substr(0, word.find('='));
            alert.episode = word.substr(word.find('=') + 1);
            alert.idempotency_key = "z/" + word;
            alert.host.name = "web01";
            alert.problem_name = word;
            decoded.alerts.push_back(std::move(alert));
        }
        return decoded;
    }
};

class CheckWorld {
  public:
    explicit CheckWorld(core::Back settings = {}) {
        auto shared = std::make_shared<core::Policies>();
        shared->rules = std::make_shared<test_support::PlainRules>();
        policies.set(std::move(shared));
        settings.port = port;
        auto table = std::make_shared<core::Backs>();
        table->emplace("z", settings);
        check.use(table);
        back = settings;
    }

    // An open problem, heard of long ago.
    void open(const std::string& key, const std::string& episode = "1@T") {
        ports::OpenProblem problem;
        problem.problem_key = "z/" + key;
        problem.episode = episode;
        problem.problem_name = key + " fails";
        problem.order = {7, 1};
        problem.heard_at = clock.time - std::chrono::minutes(10);
        notices.open.push_back(problem);
    }
    bool look() { return is_answered(check.check("z", back)); }
    // Two pictures, far enough apart: what both lack is missing.
    bool look_twice() {
        const bool answered = look();
        clock.time += core::StateCheck::kSettle;
        return look() && answered;
    }
    [[nodiscard]] std::vector<std::string> over() const {
        std::vector<std::string> keys;
        for (const domain::Alert& alert : journal()) {
            keys.push_back(alert.problem_key);
        }
        std::sort(keys.begin(), keys.end());
        return keys;
    }
    void says(std::vector<ports::ProblemNow> known, std::vector<std::string> present = {}) {
        port->on_look = [known = std::move(known), present = std::move(present)] {
            ports::Sight sight;
            sight.known = known;
            sight.present = present;
            return Result<ports::Sight>(sight);
        };
    }
    [[nodiscard]] std::vector<domain::Alert> journal() const {
        std::vector<domain::Alert> alerts;
        for (const ports::JournalEntry& entry : store.journal) {
            alerts.push_back(entry.alert);
        }
        return alerts;
    }
    void settle() {
        io.restart();
        while (io.poll() > 0) {
        }
    }

    boost::asio::io_context io{1};
    FakeStore store;
    FakeNotices notices;
    JumpingClock clock;
    RecordedEvents events;
    RecordedMetrics metrics;
    SeededIdSource ids{7};
    core::PolicyHolder policies{nullptr};
    core::Tasks tasks{io.get_executor(), clock, events};
    core::Intake intake{
        store,
        clock,
        ids,
        events,
        metrics,
        {{"z", std::make_shared<WordDecoder>()}},
        core::IntakeLimits{1'000, 500}};
    std::shared_ptr<FakeBack> port = std::make_shared<FakeBack>();
    core::Back back;
    core::StateCheck check{
        {notices, clock, events, metrics, policies, intake},
        tasks,
        std::make_shared<const core::Backs>()};

  private:
    bool is_answered(boost::asio::awaitable<bool> task) {
        std::optional<bool> result;
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr, bool answered) {
            result = answered;
        });
        settle();
        REQUIRE(result.has_value());
        return *result;
    }
};

}  // namespace alert_bridge::test
