// SPDX-License-Identifier: MIT
//
// Zabbix: one event per request, as JSON made by a media type (the shipped lean one, a fuller one,
// or a hand-written one with id, host, name, value, status).
//
//   event_source  update_status  value  what it is
//   1 2 3         any            any    note (discovery, autoregistration, internal)
//   0 4           1              1 0    update; acknowledgement if its action says so. A manual
//                                       close has value 0 here: its recovery still follows
//   4             absent         1      update when event_update_nseverity is filled
//   0 4           else           1      cancelled by its message, else problem
//   0 4           else           0      recovery
//
// Guarantees: the problem, its updates, repeats and recovery share problem key and episode.
//
// Idempotency: a retry repeats the delivery exactly. An escalation repeat has the same event id,
// but another {EVENT.AGE}, {DATE} {TIME}, operational data or tags, so it counts. Where a media
// type sends none of these, repeats that look alike are taken for retries (their count is lost).
//
// Not guaranteed: a group name that contains ", " arrives as two, because Zabbix joins them so.
//
// Thread rule: const, any thread. Tests: tests/unit/sources/zabbix*_test.cpp, tests/golden/
#pragma once

#include "alert_bridge/ports/alert_decoder.hpp"
#include "alert_bridge/sources/fields.hpp"

namespace alert_bridge::sources {

class ZabbixDecoder final : public ports::AlertDecoder {
  public:
    // Requires: options as make_decoder() checked them.
    explicit ZabbixDecoder(ports::SourceOptions options);

    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime received_at)
        const override;

    // "trigger", "event" or "trigger+tag:NAME".
    [[nodiscard]] static bool is_problem_key_option(std::string_view text) noexcept;

  private:
    void read_identity(const Fields& fields, std::int64_t event_id, domain::Alert& alert) const;
    [[nodiscard]] std::string problem_key(
        const Fields& fields, std::int64_t event_id, const domain::Alert& alert
    ) const;
    [[nodiscard]] domain::Severity severity(const Fields& fields) const;

    ports::SourceOptions options_;
};

}  // namespace alert_bridge::sources
