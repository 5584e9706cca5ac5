// SPDX-License-Identifier: MIT
//
// LegacyChanges: ports::PlannedChanges over GLPI's legacy REST API (9.5, 10.0, 11).
//
// The planned hours of a change are those of its tasks. So the tasks are listed, the last to end
// first, up to the first page that reaches into the past; then each change that has hours in the
// wanted time is read, and the items of the approved ones. Mostly that is one request, and two more
// for each approved change at hand.
//
// Tasks that are done no longer count: what fails afterwards is not part of the work. Dates carry
// no zone and are read in Options::time_zone; empty or unknown: UTC. A change that GLPI no longer
// has, or that our user may not see, is left out; that none of them may be seen is told like a
// missing right. Items of classes with a namespace (custom assets of 11) are left out, as the rest
// of the bridge does not know them.
//
// The numbers are from GLPI's source, not measured; requests and answers have the forms that were
// measured with tickets and assets.
//   Change.status             src/CommonITILObject.php: 1 new, 4 pending, 5 applied, 6 closed,
//                             7 accepted, 8 review, 10 approval; src/Change.php: 9 evaluation,
//                             11 test, 12 qualification, 13 refused, 14 cancelled; solved there are
//                             5 and 8, closed 6, 13 and 14
//   Change.global_validation  src/CommonITILValidation.php: 1 none, 2 waiting, 3 accepted,
//                             4 refused
//   ChangeTask.state          inc/planning.class.php: 0 information, 1 to do, 2 done
//   ChangeTask.changes_id, begin, end; Change_Item.changes_id, itemtype, items_id: the schema
// Thread rule: the I/O thread. Must outlive its calls.
// Tests: tests/unit/glpi/planned_changes_test.cpp (rows), tests/contract/planned_changes_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "alert_bridge/glpi/session_pool.hpp"
#include "alert_bridge/ports/planned_changes.hpp"

namespace alert_bridge::glpi {

// The planned hours of one task.
struct TaskWindow {
    std::int64_t change_id = 0;
    WallTime begin{};
    WallTime end{};

    bool operator==(const TaskWindow&) const = default;
};

class LegacyChanges final : public ports::PlannedChanges {
  public:
    LegacyChanges(SessionPool& pool, const Options& options, Seams seams);

    Task<std::vector<domain::PlannedChange>> planned(WallTime now) override;

  private:
    struct Windows {
        std::vector<TaskWindow> list;
        bool complete = true;
    };
    struct Details {
        bool approved = false;
        std::string title;
        std::vector<domain::PlannedChange::Item> items;
        bool complete = true;
    };

    Task<Windows> windows(WallTime now);
    Task<Details> details(std::int64_t change_id);
    Task<Details> with_items(Details details, std::int64_t change_id);
    void tell_unreadable(const Error& error);
    void tell_cut(bool is_cut);

    SessionPool& pool_;
    Seams seams_;
    std::string zone_;
    bool told_unreadable_ = false;  // and not readable since
    bool told_cut_ = false;         // and not complete since
};

// Of rows of ChangeTask: the hours that end after `now` and begin less than
// ports::PlannedChanges::kAhead later. `zone` must be known.
[[nodiscard]] std::vector<TaskWindow> task_windows(
    const nlohmann::json& rows, const std::string& zone, WallTime now
);

// The last of these rows has ended or was never planned; so have all that follow, as they are
// sorted by their end, the latest first. Also true without rows.
[[nodiscard]] bool reaches_past(const nlohmann::json& rows, const std::string& zone, WallTime now);

// The first to begin first, each once.
[[nodiscard]] std::vector<TaskWindow> in_order(std::vector<TaskWindow> windows);

// Of a row of Change: neither in the trash nor over nor refused, and either accepted (or later: in
// test, in qualification) or approved by its validation.
[[nodiscard]] bool is_approved(const nlohmann::json& change);

[[nodiscard]] std::string change_title(const nlohmann::json& change);

// Of rows of Change_Item, at most ports::PlannedChanges::kItemsMax.
[[nodiscard]] std::vector<domain::PlannedChange::Item> change_items(const nlohmann::json& rows);

}  // namespace alert_bridge::glpi
