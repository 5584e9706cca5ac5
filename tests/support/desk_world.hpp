// SPDX-License-Identifier: MIT
//
// DeskWorld: the operator's desk with its intake over fakes, for tests of the desk and of what
// stands above it; run_to_end() for its coroutines. Thread rule: that of whoever runs the context.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "alert_bridge/core/operator_desk.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"

namespace alert_bridge::test {

struct DeskWorld {
    explicit DeskWorld(
        ports::Clock& clock, core::Intake::Decoders decoders = {},
        core::IntakeLimits limits = core::IntakeLimits()
    )
        : intake(store, clock, ids, events, metrics, std::move(decoders), limits),
          desk({store, store, clock, events, metrics, ids, policies, intake}) {}

    FakeStore store;
    SeededIdSource ids{7};
    RecordedEvents events;
    RecordedMetrics metrics;
    core::PolicyHolder policies{std::make_shared<core::Policies>()};
    core::Intake intake;
    core::OperatorDesk desk;
};

// Throws what the coroutine throws.
template <class T>
T run_to_end(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
    std::optional<T> outcome;
    auto on_end = [&outcome](const std::exception_ptr& failure, T given) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        outcome = std::move(given);
    };
    boost::asio::co_spawn(io, std::move(task), std::move(on_end));
    io.run();
    io.restart();
    return std::move(outcome).value();
}

}  // namespace alert_bridge::test
