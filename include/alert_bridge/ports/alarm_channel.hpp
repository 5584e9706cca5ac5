// SPDX-License-Identifier: MIT
//
// AlarmChannel: one way to reach people that does not need GLPI. Consumer: core/undelivered.
// Implementations: alarm/.
//
// Guarantees: send() ends within its channel's own time limit; success means that the other side
// has taken the message, not that somebody read it. stop() cuts the call that is under way, which
// then fails at once, and makes later ones fail. A call that was cut may have reached people.
// Thread rule: the I/O thread; one call at a time, and the channel outlives it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/undelivered.hpp"

namespace alert_bridge::ports {

class AlarmChannel {
  public:
    virtual ~AlarmChannel() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual boost::asio::awaitable<Result<void>> send(domain::Alarm alarm) = 0;
    virtual void stop() noexcept = 0;
};

using AlarmChannels = std::vector<std::shared_ptr<AlarmChannel>>;

}  // namespace alert_bridge::ports
