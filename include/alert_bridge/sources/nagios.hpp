// SPDX-License-Identifier: MIT
//
// Nagios: one notification per request, its macros as form fields or JSON, names in any case, with
// or without the prefix NAGIOS_ (config/nagios/: curl, the environment through jq, typed JSON).
//
// Identity (measured): SERVICEPROBLEMID stays n in PROBLEM, renotification, acknowledgement and
// RECOVERY, though a change from CRITICAL to WARNING moves LASTSERVICESTATECHANGE. HOSTPROBLEMID is
// 0 in a RECOVERY, where LASTHOSTPROBLEMID is n. So the episode is PROBLEMID, or LASTPROBLEMID when
// that is 0; without either it is the time of the state change.
//
// Guarantees: state is what HOSTSTATE or SERVICESTATE says, whatever the type of the notice. It
// holds for the problem as a whole, since flapping and downtime end without a RECOVERY. Of custom
// variables only those named GLPI_… are taken: others may hold passwords.
//
// Not guaranteed: ids restart when Nagios loses its retention file, and a problem may then meet an
// episode of the same number. C:\new in long output reads as a line break if the command's shell
// has already removed one backslash.
//
// Thread rule: const, any thread. Tests: tests/unit/sources/nagios*_test.cpp, tests/golden/
#pragma once

#include "alert_bridge/ports/alert_decoder.hpp"
#include "alert_bridge/sources/fields.hpp"

namespace alert_bridge::sources {

class NagiosDecoder final : public ports::AlertDecoder {
  public:
    explicit NagiosDecoder(ports::SourceOptions options);

    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime received_at)
        const override;

  private:
    ports::SourceOptions options_;
};

// The two escapes of long plugin output: \n and \\ (two characters each).
[[nodiscard]] std::string decode_long_output(std::string_view text);

}  // namespace alert_bridge::sources
