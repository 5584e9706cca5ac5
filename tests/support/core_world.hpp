// SPDX-License-Identifier: MIT
//
// CoreWorld: the real core over a store, a GLPI and a clock that are fakes. settle() lets
// everything that can happen now happen; time moves only when told. Thread rule: one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "alert_bridge/core/correlator.hpp"
#include "alert_bridge/core/dispatcher.hpp"
#include "alert_bridge/core/upkeep.hpp"
#include "fake_desk.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "lifecycle_world.hpp"

namespace alert_bridge::test {

class CoreWorld {
  public:
    explicit CoreWorld(core::CorrelatorLimits limits = core::CorrelatorLimits())
        : correlator({store, assets, clock, events, metrics, ids, policies}, tasks, limits) {
        auto shared = std::make_shared<core::Policies>();
        auto plain = std::make_shared<test_support::PlainRules>();
        plain->plan.default_entity.value = "Root";
        plain->plan.glpi_default_entity.value = "Root";
        rules = plain.get();
        shared->rules = std::move(plain);
        shared->templates = std::make_shared<test_support::PlainTemplates>();
        policies.set(std::move(shared));
        assets.by_name["web01"] = {{"Computer", 17, "web01", 1, domain::Evidence::name}};
        correlator.on_decided = [this](const std::string&, const domain::Decision&) {
            dispatcher.ring();
            upkeep.ring();
        };
        dispatcher.on_settled = [this](const domain::Operation&, const domain::Incident&) {
            upkeep.ring();
        };
        upkeep.on_fired = [this] { dispatcher.ring(); };
        tasks.spawn("correlator", correlator.run());
        tasks.spawn("dispatcher", dispatcher.run());
        tasks.spawn("upkeep", upkeep.run());
    }
    ~CoreWorld() {
        correlator.stop();
        dispatcher.stop();
        upkeep.stop();
        settle();
    }

    boost::asio::io_context io{1};
    test_support::PlainRules* rules = nullptr;
    FakeStore store;
    FakeDesk desk;
    FakeAssets assets;
    JumpingClock clock;
    RecordedEvents events;
    RecordedMetrics metrics;
    SeededIdSource ids{7};
    core::PolicyHolder policies{nullptr};
    core::Tasks tasks{io.get_executor(), clock, events};
    core::Delivery delivery{desk, assets, events, metrics};
    core::Reconciler reconciler{desk, events, metrics};
    core::Correlator correlator;
    core::Dispatcher dispatcher{
        {store, clock, events, metrics, ids, policies, delivery, reconciler}, tasks, 4};
    core::Upkeep upkeep{{store, clock, events, metrics, ids, policies}};

    void settle() {
        io.restart();
        while (io.poll() > 0) {
        }
    }
    // Moves the clock and lets what is due happen.
    void pass(Duration duration) {
        clock.time += duration;
        dispatcher.ring();
        upkeep.ring();
        settle();
        dispatcher.ring();
        settle();
    }

    [[nodiscard]] domain::Alert alert(
        domain::AlertKind kind, std::string episode = "1", std::string key = "z/trigger/1"
    ) {
        domain::Alert result;
        result.id = ids.sortable(clock.time);
        result.source = "z";
        result.kind = kind;
        result.state = kind == domain::AlertKind::recovery ? domain::ProblemState::ok
                                                           : domain::ProblemState::failing;
        result.severity = domain::Severity::high;
        result.problem_key = std::move(key);
        result.episode = std::move(episode);
        result.idempotency_key = result.id;
        result.order = {to_unix_ms(clock.time), 0};
        result.host.name = "web01";
        result.problem_name = "down";
        result.received_at = clock.time;
        return result;
    }
    void take(const domain::Alert& alert) {
        store.journal.push_back({static_cast<std::int64_t>(store.journal.size()) + 1, alert});
        correlator.ring();
        settle();
    }
};

}  // namespace alert_bridge::test
