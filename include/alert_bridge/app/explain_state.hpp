// SPDX-License-Identifier: MIT
//
// KnownState: what the store knows, for `explain` and `replay`, without ever writing to it.
//
//   the daemon answers at admin.socket    it is asked
//   it does not, and no daemon has the    a private copy of the file is opened, and removed again
//   store
//   neither, or there is no store yet     nothing is known; origin() says so
//
// Guarantees: the store's own files are only read. Nothing is copied that is larger than kCopyMax,
// or than half of what is free. Thread rule: the main thread; calls block, at most 30 s.
// Tests: tests/unit/app/explain_state_test.cpp, tests/system/explain_test.py
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/config/model.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::app {

class KnownState {
  public:
    static constexpr std::int64_t kCopyMax = 4LL * 1024 * 1024 * 1024;

    // `socket` empty: the configuration's.
    KnownState(const config::Config& config, const std::string& socket);
    ~KnownState();
    KnownState(const KnownState&) = delete;
    KnownState& operator=(const KnownState&) = delete;

    // Whom it comes from, or why nothing is known; one sentence.
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
    [[nodiscard]] bool is_known() const noexcept { return daemon_answers_ || copy_ != nullptr; }

    // Nothing: not known.
    [[nodiscard]] std::optional<domain::Snapshot> snapshot(const ports::Subject& subject);
    // `message` is for people.
    [[nodiscard]] Result<domain::Alert> alert(const std::string& id);
    // Pages of the journal: see ports/snapshot_store.hpp.
    using Alerts = std::vector<std::pair<std::int64_t, domain::Alert>>;
    [[nodiscard]] Result<Alerts> alerts(std::int64_t after, WallTime since);

  private:
    // The text under `key`, if it is one, else its JSON.
    [[nodiscard]] Result<std::string> ask(
        const std::string& target, const std::string& body, const char* key
    ) const;
    void open_copy(const std::string& path);

    std::string socket_;
    std::string origin_;
    std::string directory_;  // of the copy; empty: none
    std::unique_ptr<storage::Database> copy_;
    bool daemon_answers_ = false;
};

}  // namespace alert_bridge::app
