// SPDX-License-Identifier: MIT
//
// Alertmanager: the webhook's body (version 4; Grafana's has the same shape), many alerts in one.
//
// Each alert is judged by its own status, never by the top-level one, which says "resolved" only
// when all are. The list holds what fires and what was resolved since the last message; an alert
// that is missing from it is not resolved (max_alerts cuts the list: Decoded::left_out).
//
// Identity (measured on 0.25): `fingerprint` is the hash of the labels and finds the problem;
// `startsAt` tells one occurrence from the next; with the status, and for what fires the hour in
// which it came, they name a delivery. So what repeat_interval and changes of the group send again
// counts as a repeat once an hour and changes nothing else.
//
// Guarantees: an element that cannot be used does not spoil the others. All labels become tags.
//
// Not guaranteed: an alert that fires again with the startsAt it had before it was resolved (its
// Prometheus was cut off for longer than resolve_timeout) looks like the first delivery. The host
// is only as good as the label that names it.
//
// Thread rule: const, any thread. Tests: tests/unit/sources/alertmanager_test.cpp, tests/golden/
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "alert_bridge/ports/alert_decoder.hpp"

namespace alert_bridge::sources {

class AlertmanagerDecoder final : public ports::AlertDecoder {
  public:
    explicit AlertmanagerDecoder(ports::SourceOptions options);

    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime received_at)
        const override;

  private:
    [[nodiscard]] Result<domain::Alert> read(const nlohmann::json& element) const;
    [[nodiscard]] domain::Severity severity(const nlohmann::json& labels) const;
    void read_host(const nlohmann::json& labels, domain::Host& host) const;

    ports::SourceOptions options_;
};

}  // namespace alert_bridge::sources
