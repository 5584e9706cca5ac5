// SPDX-License-Identifier: MIT
//
// Icinga 2: one notification per request, made by a NotificationCommand (config/icinga2/) as JSON
// or a form; names in any case, with or without the prefix ICINGA_.
//
// Identity (measured on 2.13.6): there is no problem id. Host and service name the problem, and it
// can be in one state only, so each problem has one episode, which begins anew when a later problem
// follows a recovery. The order is last_state_change, which every change of state moves, then the
// time of the notice: what the state is counts, not when somebody was told. last_state_change is 0
// until a host changes for the first time: then the time of the notice stands in.
//
// Guarantees: state is what host_state or service_state says, whatever the type of the notice; the
// host_state in a notice about a service is not looked at (DOWN for a host that is never checked).
// glpi_NAME fields become evidence and tags, tag_NAME fields the tag NAME; nothing else does.
//
// Not guaranteed: notification_number tells nothing reliable (a RECOVERY resets it, everything
// counts), so is_repeat is a guess.
//
// Thread rule: const, any thread. Tests: tests/unit/sources/icinga_test.cpp, tests/golden/
#pragma once

#include "alert_bridge/ports/alert_decoder.hpp"

namespace alert_bridge::sources {

class IcingaDecoder final : public ports::AlertDecoder {
  public:
    explicit IcingaDecoder(ports::SourceOptions options);

    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime received_at)
        const override;

  private:
    ports::SourceOptions options_;
};

}  // namespace alert_bridge::sources
