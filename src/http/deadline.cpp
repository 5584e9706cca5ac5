// SPDX-License-Identifier: MIT
#include "alert_bridge/http/deadline.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace alert_bridge::http {

namespace {
using Clock = boost::asio::steady_timer::clock_type;
constexpr Clock::time_point kNever = Clock::time_point::max();
}  // namespace

struct Deadline::State : std::enable_shared_from_this<State> {
    State(const boost::asio::any_io_executor& executor, std::function<void()> function)
        : timer(executor), on_expiry(std::move(function)) {}

    void wait_until(Clock::time_point when);
    void look();

    boost::asio::steady_timer timer;
    std::function<void()> on_expiry;  // empty: its owner is gone
    Clock::time_point due = kNever;
    bool waits = false;  // the timer does, until expiry()
};

void Deadline::State::wait_until(Clock::time_point when) {
    timer.expires_at(when);
    waits = true;
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        // One that was queued already when the timer was set anew does not count.
        if (!error && self->timer.expiry() <= Clock::now()) {
            self->waits = false;
            self->look();
        }
    });
}

void Deadline::State::look() {
    if (!on_expiry || due == kNever) {
        return;
    }
    if (due > Clock::now()) {
        wait_until(due);
        return;
    }
    due = kNever;
    on_expiry();
}

Deadline::Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

Deadline::~Deadline() {
    state_->on_expiry = nullptr;
    state_->timer.cancel();
}

void Deadline::set(Duration from_now) {
    state_->due = Clock::now() + from_now;
    if (!state_->waits || state_->due < state_->timer.expiry()) {
        state_->wait_until(state_->due);
    }
}

void Deadline::clear() noexcept {
    state_->due = kNever;
}

}  // namespace alert_bridge::http
