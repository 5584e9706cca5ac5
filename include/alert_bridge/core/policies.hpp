// SPDX-License-Identifier: MIT
//
// Policies: rules, templates and constants as one immutable value that a reload swaps whole.
//
// Whoever needs them takes current() once per piece of work and keeps that shared pointer, so that
// one alert is never judged by two configurations.
// Thread rule: set() and current() on the I/O thread; the value itself may be read on any thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/domain/lifecycle.hpp"

namespace alert_bridge::core {

struct Policies {
    std::shared_ptr<const domain::RuleEngine> rules;
    std::shared_ptr<const domain::Templates> templates;
    domain::RetryPolicy retry;
    Duration placement_patience{30'000};  // then hint or default, longer only while GLPI is away
    domain::StormPolicy storm;
    std::string public_url;
    domain::BackPolicies backs;
    bool observes = false;  // somewhere the configuration says `mode: observe`

    [[nodiscard]] domain::LifecycleContext context(IdSource& ids) const {
        return {rules.get(), templates.get(), &ids, retry, storm, public_url, &backs};
    }
};

class PolicyHolder {
  public:
    explicit PolicyHolder(std::shared_ptr<const Policies> first) : current_(std::move(first)) {}
    [[nodiscard]] std::shared_ptr<const Policies> current() const { return current_; }
    void set(std::shared_ptr<const Policies> next) { current_ = std::move(next); }

  private:
    std::shared_ptr<const Policies> current_;
};

}  // namespace alert_bridge::core
