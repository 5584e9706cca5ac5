// SPDX-License-Identifier: MIT
//
// Process: the core as the daemon wires it, from one start to one crash. Destroying it is the
// crash: nobody is told. Thread rule: one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "alert_bridge/core/correlator.hpp"
#include "alert_bridge/core/dispatcher.hpp"
#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/messenger.hpp"
#include "alert_bridge/core/upkeep.hpp"
#include "alert_bridge/core/watcher.hpp"
#include "monitoring.hpp"
#include "sim_back.hpp"
#include "sim_news.hpp"
#include "sim_store.hpp"

namespace alert_bridge::simulation {

// The core's log and figures, as part of the trace.
class TracedEvents final : public ports::Events, public ports::Metrics {
  public:
    TracedEvents(VirtualTime& time, Trace& trace) : time_(time), trace_(trace) {}
    void log(
        ports::Level level, std::string_view event_id, std::string_view message,
        std::vector<ports::Field> fields
    ) override;
    void count(std::string_view, const Labels&, double) override {}
    void gauge(std::string_view, const Labels&, double) override {}
    void observe(std::string_view, const Labels&, double) override {}

  private:
    VirtualTime& time_;
    Trace& trace_;
};

// What outlives a process.
struct Surroundings {
    VirtualTime& time;
    Trouble& trouble;
    Trace& trace;
    storage::Database& db;
    SimGlpi& glpi;
    Monitoring& monitoring;
    TracedEvents& events;
    IdSource& ids;
    std::shared_ptr<const core::Policies> policies;
    std::shared_ptr<const ports::AlertDecoder> decoder;
    Duration watch_every{0};  // 0: there is no watcher
    std::shared_ptr<SimBack> back;
    core::BacksPtr backs;  // sources that can be told
};

class Process {
  public:
    // Recovers as the daemon does: what was being sent is unclear now.
    explicit Process(Surroundings around);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void post(std::size_t number);
    void glpi_is_back();
    // Everything that can happen now; stops at once at a crash point.
    void let_run();

  private:
    [[nodiscard]] boost::asio::awaitable<void> take(std::size_t number);
    void connect_parts();
    void connect_watcher();
    void check_sending();

    static constexpr int kWindow = 4;

    Surroundings around_;
    boost::asio::io_context io_{1};
    SimStore store_;
    core::PolicyHolder policies_;
    core::Tasks tasks_;
    core::Intake intake_;
    core::Correlator correlator_;
    core::Delivery delivery_;
    core::Reconciler reconciler_;
    core::Dispatcher dispatcher_;
    core::Upkeep upkeep_;
    SimNews news_;
    Onlooker onlooker_;
    core::Watcher watcher_;
    core::Messenger messenger_;
};

}  // namespace alert_bridge::simulation
