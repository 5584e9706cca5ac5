// SPDX-License-Identifier: MIT
//
// Busy: with which sources a part of the core is at work, and through which way back.
//
// Guarantees: a source is marked as long as its Mark lives; the Mark goes with the coroutine that
// holds it, by an exception too. Marks may outlive the Busy that made them.
// Thread rule: the I/O thread. Tests: tests/unit/core/busy_test.cpp
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "alert_bridge/ports/monitoring_back.hpp"

namespace alert_bridge::core {

class Busy {
    using Ports = std::map<std::string, std::shared_ptr<ports::MonitoringBack>>;

  public:
    class Mark {
      public:
        Mark(std::shared_ptr<Ports> marked, std::string source)
            : marked_(std::move(marked)), source_(std::move(source)) {
            marked_->emplace(source_, nullptr);
        }
        Mark(Mark&&) noexcept = default;
        Mark& operator=(Mark&&) = delete;
        ~Mark() { end(); }

        // What is used from here on, so that stop() reaches it.
        void uses(std::shared_ptr<ports::MonitoringBack> port) {
            if (marked_) {
                (*marked_)[source_] = std::move(port);
            }
        }
        void end() noexcept {
            if (marked_) {
                marked_->erase(source_);
                marked_.reset();
            }
        }

      private:
        std::shared_ptr<Ports> marked_;  // empty: it has ended, or was moved on
        std::string source_;
    };

    [[nodiscard]] bool with(const std::string& source) const { return marked_->count(source) > 0; }
    // Requires: not busy with it.
    [[nodiscard]] Mark mark(std::string source) { return Mark(marked_, std::move(source)); }
    // Everything in use is told to stop.
    void stop() noexcept {
        for (const auto& [source, port] : *marked_) {
            if (port) {
                port->stop();
            }
        }
    }

  private:
    std::shared_ptr<Ports> marked_ = std::make_shared<Ports>();
};

}  // namespace alert_bridge::core
