// SPDX-License-Identifier: MIT
//
// KnownState: what the store knows, for `explain` and `replay`, without ever writing to it.
//
//   the daemon answers at admin.socket    it is asked
//   it does not, and no daemon has the    a private copy of the file is read (store_copy.hpp)
//   store
//   neither, or there is no store yet     nothing is known; origin() says so
//
// Guarantees: the store's own files are only read. Thread rule: the main thread; questions to the
// daemon block, at most 30 s each; copying takes as long as it takes (store_copy.hpp).
// Tests: tests/unit/app/explain_state_test.cpp, tests/system/explain_test.py
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/app/admin_client.hpp"
#include "alert_bridge/config/model.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::app {

class KnownState {
  public:
    // `socket` empty: the configuration's.
    KnownState(const config::Config& config, const std::string& socket);
    ~KnownState() = default;
    KnownState(const KnownState&) = delete;
    KnownState& operator=(const KnownState&) = delete;

    // Whom it comes from, or why nothing is known; one sentence.
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
    [[nodiscard]] bool is_known() const noexcept { return daemon_answers_ || copy_ != nullptr; }

    // Errors: "no_store" if !is_known(); else the daemon has stopped telling. `message` is for
    // people.
    [[nodiscard]] Result<domain::Snapshot> snapshot(const ports::Subject& subject);
    struct Stored {
        domain::Alert alert;
        std::string reason, incident_id;  // of the decision; empty: still to come, none
    };
    [[nodiscard]] Result<Stored> alert(const std::string& id);
    // Pages of the journal: see ports/snapshot_store.hpp.
    using Alerts = std::vector<std::pair<std::int64_t, domain::Alert>>;
    [[nodiscard]] Result<Alerts> alerts(std::int64_t after, WallTime since);

  private:
    // The answer, which has `key`.
    [[nodiscard]] Result<nlohmann::json> ask(
        const std::string& target, nlohmann::json body, const char* key
    ) const;
    void open_copy(const std::string& path);

    AdminClient client_;
    std::string origin_;
    std::unique_ptr<storage::Database> copy_;
    bool daemon_answers_ = false;
};

}  // namespace alert_bridge::app
