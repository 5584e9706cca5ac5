// SPDX-License-Identifier: MIT
//
// SnapshotStore: what the store would tell the lifecycle about an alert, and the alerts themselves,
// as text for another process: for `explain` and `replay`, which decide on their own what follows.
// Consumer: http/admin_api. Implementation: storage/sqlite_store, the same object as ports::Store.
//
// Guarantees: nothing is written. The texts are the store's own JSON (storage/snapshot_json.hpp and
// alert_json.hpp read them), opaque to all others. Errors: those of ports/store.hpp.
// Thread rule: call from the I/O thread. Tests: tests/contract/store_snapshot_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::ports {

class SnapshotStore {
  public:
    virtual ~SnapshotStore() = default;

    // As decide() would hand it to its function. Requires: the subject is an alert; its journal_seq
    // is 0.
    [[nodiscard]] virtual Awaitable<Result<std::string>> known_of(Subject subject) = 0;
    // A page of the journal, with the number of each alert, in order: those after `after`; with 0
    // about those received since then, a few older ones among them. Empty: there are no more.
    using AlertTexts = std::vector<std::pair<std::int64_t, std::string>>;
    [[nodiscard]] virtual Awaitable<Result<AlertTexts>> alert_texts(
        std::int64_t after, WallTime since, int limit
    ) = 0;
    struct StoredAlert {
        std::string text;
        std::string reason;       // of the decision; empty: it is still to come
        std::string incident_id;  // that it had a part in; empty: none
    };
    // Empty: no alert has this id, or it is too old.
    [[nodiscard]] virtual Awaitable<Result<std::optional<StoredAlert>>> stored_alert(std::string id
    ) = 0;
};

}  // namespace alert_bridge::ports
