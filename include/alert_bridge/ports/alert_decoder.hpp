// SPDX-License-Identifier: MIT
//
// AlertDecoder: bytes of one request -> alerts. Implementations: sources/<type>.
//
// Guarantees: pure (no clock, no I/O), never throws, bounded (depth 32, kMaxText, kMaxTags, 500
// alerts). Bad UTF-8 is repaired, never refused. JSON and form bodies are told apart by their first
// byte, not by Content-Type. An unusable element of a batch is listed in `unusable`, the others
// decode. Errors (Result): the whole body is unreadable; `code` is stable ("json", "form",
// "shape"), `message` says what is wrong and where. Thread rule: const, any thread. Tests:
// tests/golden/, tests/unit/sources/
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::ports {

struct Unusable {
    std::string reason;
    std::string excerpt;
};

struct Decoded {
    std::vector<domain::Alert> alerts;  // id and received_at already set from the arguments
    std::vector<Unusable> unusable;
};

class AlertDecoder {
  public:
    virtual ~AlertDecoder() = default;
    [[nodiscard]] virtual Result<Decoded> decode(std::string_view body, WallTime received_at)
        const = 0;
};

// One configured source.
struct SourceOptions {
    std::string name;
    std::string type;                     // "zabbix", "nagios"
    std::string time_zone;                // of dates that carry none
    std::string problem_key = "trigger";  // zabbix: trigger | event | trigger+tag:NAME
    std::map<std::string, domain::Severity> severity_map;  // sender's word, lower case
};

}  // namespace alert_bridge::ports
