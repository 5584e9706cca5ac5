// SPDX-License-Identifier: MIT
#include "alert_bridge/core/tasks.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace alert_bridge::core {

namespace asio = boost::asio;

void Bell::ring() {
    rung_ = true;
    alarm_->end();
}

asio::awaitable<void> Bell::wait(Duration longest) {
    if (!rung_) {
        co_await alarm_->wait(longest);
    }
    rung_ = false;
}

void Tasks::spawn(std::string name, asio::awaitable<void> work) {
    ++running_;
    auto on_end = [this, name = std::move(name)](const std::exception_ptr& failure) {
        --running_;
        if (failure) {
            std::string what = "unknown exception";
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& error) {
                what = error.what();
            } catch (...) {
            }
            events_.log(
                ports::Level::error, "task_failed", "a task ended by an exception",
                {{"task", name}, {"error", what}}
            );
        }
        ended_.ring();
    };
    asio::co_spawn(executor_, std::move(work), std::move(on_end));
}

asio::awaitable<bool> Tasks::join(Duration longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    while (running_ > 0) {
        const auto left =
            std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
        if (left <= Duration::zero()) {
            co_return false;
        }
        co_await ended_.wait(left);
    }
    co_return true;
}

}  // namespace alert_bridge::core
