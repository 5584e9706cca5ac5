// SPDX-License-Identifier: MIT
#include "virtual_time.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace alert_bridge::simulation {

namespace asio = boost::asio;

namespace {

class VirtualAlarm final : public ports::Clock::Alarm {
  public:
    explicit VirtualAlarm(VirtualTime& time) : time_(time) {}
    asio::awaitable<void> wait(Duration longest) override {
        return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [this, longest](auto handler) {
                place_ = time_.park(time_.now() + longest, std::move(handler));
            },
            asio::use_awaitable
        );
    }
    void end() override {
        if (place_) {
            time_.wake(*place_);
        }
    }

  private:
    VirtualTime& time_;
    std::optional<VirtualTime::Place> place_;
};

}  // namespace

asio::awaitable<void> VirtualTime::sleep(Duration duration) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, duration](auto handler) { park(now_ + duration, std::move(handler)); },
        asio::use_awaitable
    );
}

asio::awaitable<void> VirtualTime::for_ever() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler) { park(WallTime::max(), std::move(handler)); }, asio::use_awaitable
    );
}

std::unique_ptr<ports::Clock::Alarm> VirtualTime::alarm() {
    return std::make_unique<VirtualAlarm>(*this);
}

void VirtualTime::at(WallTime due, std::function<void()> event) {
    Entry entry;
    entry.event = std::move(event);
    queue_.emplace(Place(due, arrivals_++), std::move(entry));
}

VirtualTime::Place VirtualTime::add(WallTime due, std::unique_ptr<Wait> wait) {
    const Place place(due, arrivals_++);
    Entry entry;
    entry.wait = std::move(wait);
    queue_.emplace(place, std::move(entry));
    return place;
}

void VirtualTime::wake(Place place) {
    auto node = queue_.extract(place);
    if (!node.empty()) {
        node.mapped().wait->go_on();
    }
}

bool VirtualTime::step(WallTime end) {
    if (queue_.empty() || queue_.begin()->first.first > end) {
        return false;
    }
    auto node = queue_.extract(queue_.begin());
    now_ = std::max(now_, node.key().first);
    if (node.mapped().wait) {
        node.mapped().wait->go_on();
    } else {
        node.mapped().event();
    }
    return true;
}

void VirtualTime::drop_waits() {
    // One at a time: what is destroyed may wake another, or wait no more.
    for (auto next = queue_.begin(); next != queue_.end();) {
        if (next->second.wait) {
            const Place place = next->first;
            auto node = queue_.extract(next);
            node.mapped().wait.reset();
            next = queue_.upper_bound(place);
        } else {
            ++next;
        }
    }
}

}  // namespace alert_bridge::simulation
