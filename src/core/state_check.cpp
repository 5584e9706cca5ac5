// SPDX-License-Identifier: MIT
#include "alert_bridge/core/state_check.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace alert_bridge::core {

namespace asio = boost::asio;
using ports::ProblemNow;

namespace {

constexpr Duration kLongestPause{60'000};
constexpr Duration kShortestPause{10};
constexpr int kPageRows = 500;

}  // namespace

std::string StateCheck::occurrence(const std::string& problem_key, std::string_view episode) {
    return problem_key + "|" + std::string(domain::occurrence_id(episode));
}

StateCheck::StateCheck(Services services, Tasks& tasks, BacksPtr backs)
    : services_(services), tasks_(tasks), bell_(services.clock), backs_(std::move(backs)) {}

// What was missing may have been missing in another system.
void StateCheck::use(BacksPtr backs) {
    backs_ = std::move(backs);
    ++changes_;
    missing_.clear();
    unheard_before_.clear();
    look_again();
}

void StateCheck::look_again() {
    next_.clear();
    bell_.ring();
}

void StateCheck::stop() {
    stopping_ = true;
    busy_.stop();
    bell_.ring();
}

void StateCheck::clock_was_set(Duration by) {
    changes_ += by == Duration::zero() ? 0 : 1;
    for (auto& [source, next] : next_) {
        next += next == WallTime{} ? Duration::zero() : by;
    }
    for (auto& [source, names] : missing_) {
        for (auto& [name, since] : names) {
            since += by;
        }
    }
    bell_.ring();
}

asio::awaitable<void> StateCheck::run() {
    while (!stopping_) {
        const WallTime now = services_.clock.now();
        Duration wait = kLongestPause;
        for (const auto& [source, back] : *backs_) {
            // Whoever looks rings at the end.
            if (back.reconcile <= Duration::zero() || busy_.with(source)) {
                continue;
            }
            WallTime& next = next_[source];
            if (next <= now) {
                next = now + back.reconcile;
                tasks_.spawn("state check " + source, look(busy_.mark(source), source, back));
            }
            wait = std::min<Duration>(wait, next - now);
        }
        co_await bell_.wait(std::clamp(wait, kShortestPause, kLongestPause));
    }
}

asio::awaitable<void> StateCheck::look(Busy::Mark mark, std::string source, Back back) {
    mark.uses(back.port);
    const bool answered = co_await check(source, back);
    const bool is_unsure = unsure_.count(source) > 0;
    WallTime& next = next_[source];
    const bool was_asked_for = next == WallTime{};  // meanwhile
    const WallTime soon = services_.clock.now() + kAgainSoon;
    if (!answered && was_asked_for) {
        next = soon;  // but it is away
    } else if (!answered || is_unsure) {
        next = std::min(next, soon);
    }
    mark.end();
    bell_.ring();
}

asio::awaitable<bool> StateCheck::check(std::string source, Back back) {
    const int changes = changes_;
    auto known = co_await open_problems(source);
    if (!known) {
        failed(source, known.error());
        co_return false;
    }
    const Problems asked = *known;
    const WallTime asked_at = services_.clock.now();
    auto sight = co_await back.port->look(std::move(*known));
    if (!sight) {
        failed(source, sight.error());
        co_return false;
    }
    // A clock that runs ahead of ours makes no picture of the future.
    const WallTime as_of = std::min(sight->as_of.value_or(asked_at), asked_at);
    std::vector<ProblemNow> states = std::move(sight->known);
    auto reading = co_await read(source, std::move(*sight));
    if (!reading) {
        failed(source, reading.error());
        co_return false;
    }
    if (changes != changes_) {
        co_return false;
    }
    const bool is_list = states.empty();
    if (is_list) {
        states = off_the_list(asked, *reading);
    }
    if (states.size() != asked.size()) {
        failed(source, Error{ErrorClass::later, "shape", "it does not tell of all that was asked"});
        co_return false;
    }
    if (failing_.erase(source) > 0) {
        services_.events.log(
            ports::Level::info, "state_check_well", "monitoring answers again", {{"source", source}}
        );
    }
    services_.metrics.count("state_checks_total", {{"source", source}, {"result", "done"}});
    const Picture picture{as_of, is_list};
    co_await settle_known(source, asked, std::move(states), picture);
    co_await report_unheard(source, back, std::move(reading->present));
    co_return true;
}

// Piece by piece: others run in between.
asio::awaitable<Result<StateCheck::Reading>> StateCheck::read(
    std::string source, ports::Sight sight
) {
    Reading reading;
    const std::array<const std::vector<std::string>*, 2> lists{&sight.present, &sight.hushed};
    for (const auto* bodies : lists) {
        for (const std::string& body : *bodies) {
            auto alerts = services_.intake.read(source, body);
            if (!alerts) {
                co_return alerts.error();
            }
            for (domain::Alert& alert : *alerts) {
                reading.going_on.insert(
                    alert.whole_problem ? alert.problem_key
                                        : occurrence(alert.problem_key, alert.episode)
                );
                if (bodies == &sight.present) {
                    reading.present.push_back(std::move(alert));
                }
            }
            co_await services_.clock.sleep(Duration::zero());
            if (stopping_) {
                co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
            }
        }
    }
    // A reload may have renamed it, or taken it away, while it was asked.
    if (!services_.intake.knows(source)) {
        co_return Error{ErrorClass::later, "unknown_source", "there is no such source any more"};
    }
    co_return reading;
}

std::vector<ProblemNow> StateCheck::off_the_list(const Problems& known, const Reading& reading) {
    std::vector<ProblemNow> states;
    states.reserve(known.size());
    for (const ports::OpenProblem& problem : known) {
        const bool goes_on =
            reading.going_on.count(problem.problem_key) > 0 ||
            reading.going_on.count(occurrence(problem.problem_key, problem.episode)) > 0;
        states.push_back(goes_on ? ProblemNow::failing : ProblemNow::gone);
    }
    return states;
}

asio::awaitable<Result<StateCheck::Problems>> StateCheck::open_problems(std::string source) {
    Problems all;
    ports::OpenProblem after;
    while (all.size() < static_cast<std::size_t>(kKnownMax)) {
        auto page = co_await services_.store.open_problems(source, after, kPageRows);
        if (!page) {
            co_return page.error();
        }
        if (stopping_) {
            co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
        }
        if (page->empty()) {
            break;
        }
        after = page->back();
        std::move(page->begin(), page->end(), std::back_inserter(all));
    }
    co_return all;
}

void StateCheck::failed(const std::string& source, const Error& error) {
    if (stopping_) {
        return;  // no fault of its
    }
    services_.metrics.count("state_checks_total", {{"source", source}, {"result", "failed"}});
    if (failing_.insert(source).second) {
        services_.events.log(
            ports::Level::warning, "state_check_failed",
            "monitoring cannot be asked what it says now; nothing is concluded from that",
            {{"source", source}, {"error", describe(error)}}
        );
    }
}

}  // namespace alert_bridge::core
