// SPDX-License-Identifier: MIT
//
// PageStream: what an open status page hears: server-sent events to every page that looks.
//
//   hello     {"now": ms, "step": s, "points_max"}   once, first
//   points    the rows of http/page_history: all that is held, then each new one
//   overview  what `overview` gives, whenever it has changed
//
// Guarantees: while nobody looks nothing is asked or kept; while somebody does, `overview` is asked
// every kLook, for all pages together. At most kFeedsMax feeds: one more ends the oldest. A quiet
// feed gives a comment every kHeartbeat or two, so that who left is noticed. stop() ends all of
// them. Requires: the services outlive the feeds' use. Thread rule: the I/O thread. Tests:
// tests/unit/http/page_stream_test.cpp
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/http/page_history.hpp"
#include "alert_bridge/http/responder.hpp"

namespace alert_bridge::http {

class PageStream {
  public:
    static constexpr std::size_t kFeedsMax = 16;
    static constexpr Duration kLook{500};
    static constexpr Duration kHeartbeat{5'000};

    struct Services {
        core::Tasks& tasks;
        ports::Clock& clock;
        PageHistory& history;
        std::function<boost::asio::awaitable<std::string>()> overview;  // JSON on one line
    };

    explicit PageStream(Services services);
    ~PageStream();
    PageStream(const PageStream&) = delete;
    PageStream& operator=(const PageStream&) = delete;

    // Goes on for as long as `may_look` says so.
    [[nodiscard]] std::shared_ptr<Feed> open(std::function<bool()> may_look);
    [[nodiscard]] std::size_t feeds() const noexcept;
    void stop();

  private:
    struct State;
    class PageFeed;
    std::shared_ptr<State> state_;  // feeds may outlive this
};

}  // namespace alert_bridge::http
