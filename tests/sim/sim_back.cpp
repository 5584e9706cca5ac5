// SPDX-License-Identifier: MIT
#include "sim_back.hpp"

#include <algorithm>

namespace alert_bridge::simulation {

namespace {

constexpr std::uint64_t kOwnStream = 0x6261636BULL;
constexpr Duration kTimeOut{10'000};

}  // namespace

SimBack::SimBack(std::uint64_t seed, VirtualTime& time, Trouble& trouble, Trace& trace)
    : time_(time), trouble_(trouble), trace_(trace), random_(seed ^ kOwnStream) {
    const auto worst = [this](double rate) {
        return random_.chance(0.3) ? 0 : random_.fraction() * rate;
    };
    away_ = worst(0.4);
    lost_ = worst(0.2);
    slow_ = worst(0.3);
    refused_ = worst(0.02);
}

SimBack::Course SimBack::draw() {
    Course course;
    const Duration slowest = random_.chance(slow_) ? Duration(9'000) : Duration(200);
    course.takes = random_.between(Duration(1), slowest);
    if (random_.chance(away_)) {
        course.arrives = false;
        course.error = Error{ErrorClass::later, "connect_refused", "simulated"};
    } else if (random_.chance(lost_)) {
        course.takes = kTimeOut;
        course.error = Error{ErrorClass::later, "timeout", "simulated"};
    } else if (random_.chance(refused_)) {
        course.arrives = false;
        course.error = Error{ErrorClass::refused, "no_such_problem", "simulated"};
    }
    return course;
}

ports::Awaitable<Result<void>> SimBack::tell(domain::Notice notice) {
    if (trouble_.crash_here("before monitoring is told")) {
        co_await time_.for_ever();
    }
    const Course course = draw();
    trace_.line(
        time_.now(), "monitoring: notice " + std::to_string(notice.id) + " " + notice.problem_key +
                         " " + notice.episode + " " + notice.text + " -> " +
                         (course.error ? describe(*course.error) : std::string("well"))
    );
    if (course.arrives) {
        hear(notice);
    }
    co_await time_.sleep(course.takes);
    if (trouble_.crash_here("after monitoring was told")) {
        co_await time_.for_ever();
    }
    if (course.error) {
        co_return *course.error;
    }
    clear_[notice.id] = starts_;
    co_return Result<void>();
}

void SimBack::hear(const domain::Notice& notice) {
    const std::string name =
        "notice " + std::to_string(notice.id) + " of " + notice.problem_key + " " + notice.episode;
    const auto clear = clear_.find(notice.id);
    if (clear != clear_.end() && clear->second == starts_) {
        trace_.violation(time_.now(), "told again without a need: " + name);
    }
    std::int64_t& newest = newest_[{notice.problem_key, notice.episode}];
    if (notice.id < newest) {
        trace_.violation(time_.now(), "told out of order: " + name);
    }
    newest = std::max(newest, notice.id);
    told.push_back({notice.id, notice.problem_key, notice.episode, notice.text});
}

ports::Awaitable<Result<ports::Sight>> SimBack::look(std::vector<ports::OpenProblem>) {
    co_return Error{ErrorClass::refused, "not_simulated", "nobody asks"};
}

void SimBack::settled(std::int64_t notice, bool done) {
    const bool was_told = std::any_of(told.begin(), told.end(), [notice](const Told& one) {
        return one.notice == notice;
    });
    if (done && !was_told) {
        trace_.violation(
            time_.now(), "settled, and monitoring was never told: notice " + std::to_string(notice)
        );
    }
}

}  // namespace alert_bridge::simulation
