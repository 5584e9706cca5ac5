// SPDX-License-Identifier: MIT
#include "alert_bridge/core/turns.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool granted = false;
};

}  // namespace

// A seat is left on every way out, destruction of the coroutine included.
class Crowd::Seat {
  public:
    Seat(std::shared_ptr<Timers> all, asio::steady_timer& own)
        : all_(std::move(all)), place_(all_->insert(all_->end(), &own)) {}
    ~Seat() { all_->erase(place_); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    std::shared_ptr<Timers> all_;
    Timers::iterator place_;
};

asio::awaitable<void> Crowd::wait(Duration longest) {
    asio::steady_timer timer(executor_, longest);
    const Seat seat(waiting_, timer);
    auto [over] = co_await timer.async_wait(kToken);
    static_cast<void>(over);  // time is over or somebody rang: the caller looks for himself
}

void Crowd::ring() {
    for (asio::steady_timer* timer : *waiting_) {
        timer->cancel();
    }
}

struct Turns::State {
    State(asio::any_io_executor on, int places) : executor(std::move(on)), free(places) {}

    void give_back() noexcept {
        if (waiting.empty()) {
            ++free;
            return;
        }
        const std::shared_ptr<Waiter> next = std::move(waiting.front());
        waiting.pop_front();
        next->granted = true;
        next->timer.cancel();
    }

    asio::any_io_executor executor;
    int free;
    std::deque<std::shared_ptr<Waiter>> waiting;
};

// A place in the queue; who leaves it early hands on what he was granted.
class Turns::Place {
  public:
    Place(std::shared_ptr<State> state, Duration longest)
        : state_(std::move(state)), waiter(std::make_shared<Waiter>(state_->executor)) {
        waiter->timer.expires_after(longest);
        state_->waiting.push_back(waiter);
    }
    ~Place() {
        if (!waiter->granted) {
            std::erase(state_->waiting, waiter);
        } else if (!taken) {
            state_->give_back();
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    std::shared_ptr<State> state_;

  public:
    const std::shared_ptr<Waiter> waiter;
    bool taken = false;
};

Turns::Turn::~Turn() {
    if (state_) {
        state_->give_back();
    }
}

Turns::Turns(asio::any_io_executor executor, int places)
    : state_(std::make_shared<State>(std::move(executor), places)) {}

asio::awaitable<Turns::Turn> Turns::take(Duration longest) {
    if (state_->free > 0) {
        --state_->free;
        co_return Turn(state_);
    }
    Place place(state_, longest);
    auto [over] = co_await place.waiter->timer.async_wait(kToken);
    static_cast<void>(over);  // `granted` tells
    if (!place.waiter->granted) {
        co_return Turn();
    }
    place.taken = true;
    co_return Turn(state_);
}

void Turns::dismiss() {
    for (const std::shared_ptr<Waiter>& waiter : state_->waiting) {
        waiter->timer.cancel();
    }
}

}  // namespace alert_bridge::core
