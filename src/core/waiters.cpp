// SPDX-License-Identifier: MIT
#include "alert_bridge/core/waiters.hpp"

#include <algorithm>
#include <utility>

namespace alert_bridge::core {
namespace {

constexpr Duration kFirstPause{20};
constexpr Duration kLongestPause{500};

// A ticket is known, or none will be opened without something else happening first: nothing was
// opened, open_after still runs, or it is over already.
bool is_settled(const ports::Standing& standing) {
    if (standing.ticket_id != 0) {
        return true;
    }
    if (standing.pending) {
        return false;
    }
    return standing.observed || standing.state.empty() || standing.state == "holding" ||
           standing.state == "ended";
}

// Keeps the number of waiters right on every way out. Shared, because a coroutine that never went
// on is destroyed with the io_context, perhaps after Waiters.
class Seat {
  public:
    explicit Seat(std::shared_ptr<int> taken) noexcept : taken_(std::move(taken)) { ++*taken_; }
    ~Seat() { --*taken_; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    std::shared_ptr<int> taken_;
};

}  // namespace

boost::asio::awaitable<Result<ports::Standing>> Waiters::until_settled(
    std::string alert_id, Duration timeout
) {
    const bool may_wait = *waiting_ < kWaitersMax;
    const Seat seat(waiting_);
    const WallTime started = clock_.now();
    Duration pause = kFirstPause;
    for (;;) {
        auto asked = co_await store_.standing(alert_id);
        if (!asked) {
            co_return asked.error();
        }
        if (!asked.value()) {
            Error unknown{ErrorClass::refused, "unknown_alert", "no alert has this id"};
            co_return unknown;
        }
        const Duration waited = clock_.now() - started;
        const bool over = !may_wait || waited >= timeout || (hopeless && hopeless());
        if (over || is_settled(*asked.value())) {
            co_return std::move(*asked.value());
        }
        co_await clock_.sleep(std::min(pause, timeout - waited));
        pause = std::min(pause * 2, kLongestPause);
    }
}

}  // namespace alert_bridge::core
