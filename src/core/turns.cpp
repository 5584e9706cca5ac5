// SPDX-License-Identifier: MIT
#include "alert_bridge/core/turns.hpp"

#include <deque>

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

struct Waiter {
    explicit Waiter(ports::Clock& clock) : alarm(clock.alarm()) {}
    std::unique_ptr<ports::Clock::Alarm> alarm;
    bool granted = false;
};

}  // namespace

// A seat is left on every way out, destruction of the coroutine included.
class Crowd::Seat {
  public:
    Seat(std::shared_ptr<Alarms> all, ports::Clock::Alarm& own)
        : all_(std::move(all)), place_(all_->insert(all_->end(), &own)) {}
    ~Seat() { all_->erase(place_); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    std::shared_ptr<Alarms> all_;
    Alarms::iterator place_;
};

asio::awaitable<void> Crowd::wait(Duration longest) {
    const std::unique_ptr<ports::Clock::Alarm> alarm = clock_.alarm();
    const Seat seat(waiting_, *alarm);
    co_await alarm->wait(longest);  // time is over or somebody rang: the caller looks for himself
}

void Crowd::ring() {
    for (ports::Clock::Alarm* alarm : *waiting_) {
        alarm->end();
    }
}

struct Turns::State {
    explicit State(int places) : free(places) {}

    void give_back() noexcept {
        if (waiting.empty()) {
            ++free;
            return;
        }
        const std::shared_ptr<Waiter> next = std::move(waiting.front());
        waiting.pop_front();
        next->granted = true;
        next->alarm->end();
    }

    int free;
    std::deque<std::shared_ptr<Waiter>> waiting;
};

// A place in the queue; who leaves it early hands on what he was granted.
class Turns::Place {
  public:
    Place(std::shared_ptr<State> state, ports::Clock& clock)
        : state_(std::move(state)), waiter(std::make_shared<Waiter>(clock)) {
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

Turns::Turns(ports::Clock& clock, int places)
    : clock_(clock), state_(std::make_shared<State>(places)) {}

asio::awaitable<Turns::Turn> Turns::take(Duration longest) {
    if (state_->free > 0) {
        --state_->free;
        co_return Turn(state_);
    }
    Place place(state_, clock_);
    co_await place.waiter->alarm->wait(longest);
    if (!place.waiter->granted) {
        co_return Turn();
    }
    place.taken = true;
    co_return Turn(state_);
}

void Turns::dismiss() {
    for (const std::shared_ptr<Waiter>& waiter : state_->waiting) {
        waiter->alarm->end();
    }
}

}  // namespace alert_bridge::core
