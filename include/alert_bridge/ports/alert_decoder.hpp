// SPDX-License-Identifier: MIT
//
// AlertDecoder: bytes of one request -> alerts. Implementations: sources/<type>.
//
// Guarantees: pure (no clock, no I/O), never throws, bounded (depth 32, kMaxText, kMaxTags,
// kMaxBatch alerts). Bad UTF-8 is repaired, never refused. JSON and form bodies are told apart by
// their first byte, not by Content-Type. An unusable element of a batch is listed in `unusable`,
// the others decode. Errors (Result): the whole body is unreadable; `code` is stable ("json",
// "form", "shape"), `message` says what is wrong and where. Thread rule: const, any thread. Tests:
// tests/golden/, tests/unit/sources/
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/ports/json_mapping.hpp"

namespace alert_bridge::ports {

inline constexpr std::size_t kMaxBatch = 10'000;  // alerts in one body

struct Unusable {
    std::string reason;
    std::string body;  // with this element alone, so that it can be decoded again
};

struct Decoded {
    std::vector<domain::Alert> alerts;  // received_at already set from the argument
    std::vector<Unusable> unusable;
    std::int64_t left_out = 0;  // alerts that the sender itself says it did not send
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
    std::string type;       // "zabbix", "nagios", "icinga2", "alertmanager", "generic"
    std::string time_zone;  // of dates that carry none
    std::string problem_key = "trigger";  // zabbix: trigger | event | trigger+tag:NAME
    // The sender's word in lower case. alertmanager: "others" stands for any other word, and none.
    std::map<std::string, domain::Severity> severity_map;
    // alertmanager: the first of these labels that an alert has names its host.
    std::vector<std::string> host_labels{"instance", "node", "hostname", "host"};
    std::string severity_label = "severity";  // alertmanager
    JsonMapping mapping;                      // generic
};

}  // namespace alert_bridge::ports
