// SPDX-License-Identifier: MIT
//
// Monitoring: what is wrong in a simulated hour, the alerts about it, and the senders that post
// them until they are accepted, out of order and twice as the seed wants.
//
// Two kinds of senders: Zabbix names each occurrence by its event, Nagios has one state per service
// (whole_problem). Alerts are decoded by number: the body of a request is a list of them.
// Thread rule: one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "alert_bridge/core/intake.hpp"
#include "trouble.hpp"

namespace alert_bridge::simulation {

// One occurrence of one problem, as it was in monitoring.
struct Occurrence {
    std::string problem_key;
    std::string episode;
    std::string host;
    bool is_host = false;  // its host is down
    bool is_whole_problem = false;
    domain::Severity severity = domain::Severity::average;
    WallTime begun{};
    std::optional<WallTime> over;
    std::size_t problem_alert = 0;   // number of its first alert
    std::size_t recovery_alert = 0;  // meaningful when over
};

struct Posting {
    domain::Alert alert;
    bool accepted = false;
    std::string receipt;  // id given
};

class Monitoring final : public ports::AlertDecoder {
  public:
    Monitoring(VirtualTime& time, Trouble& trouble, Duration length);

    // Lays out the whole run; the first alert comes soon after now.
    void plan(int problems);
    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime now) const override;
    void answered(std::size_t number, const core::IntakeAnswer& answer);

    // Hands a request to the process. Set by the world; returns false when it is down.
    std::function<bool(std::size_t number)> post;

    // Set before plan(): the first problem of each host says that the host is down.
    bool knows_hosts = false;

    std::vector<Occurrence> occurrences;
    std::vector<Posting> postings;
    [[nodiscard]] std::size_t not_accepted() const;

  private:
    void plan_problem(int number);
    void plan_occurrence(Occurrence& occurrence, WallTime until);
    void add_news(const Occurrence& occurrence, WallTime from, WallTime to);
    [[nodiscard]] domain::Alert alert(
        const Occurrence& occurrence, domain::AlertKind kind, WallTime when
    );
    // Returns the alert's number.
    std::size_t send(domain::Alert alert, WallTime when);
    void deliver(std::size_t number);

    VirtualTime& time_;
    Trouble& trouble_;
    Duration length_;
    std::int64_t last_event_ = 1000;
};

}  // namespace alert_bridge::simulation
