// SPDX-License-Identifier: MIT
//
// Deadline: calls a function when the present wait has lasted too long.
//
// It is set for every wait of every request and hardly ever reached, so setting it to a later time
// than the timer waits for costs next to nothing: when the timer comes, it looks how much is left.
//
// Guarantees: the function is called once for each set(), not before its time, unless another
// set(), clear() or the destructor came first; it may set the deadline anew. Not guaranteed: that a
// cleared deadline holds no timer until it comes.
// Thread rule: the I/O thread. Tests: tests/unit/http/deadline_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::http {

class Deadline {
  public:
    Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void set(Duration from_now);
    void clear() noexcept;

  private:
    struct State;
    std::shared_ptr<State> state_;  // a handler that is queued holds it, too
};

}  // namespace alert_bridge::http
