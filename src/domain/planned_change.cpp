// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/planned_change.hpp"

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/plan_builder.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kShownTitle = 120;  // code points

}  // namespace

void apply_change(const PlannedChange& change, Plan& plan, Placement& placement) {
    if (plan.policy.changes == OnChange::none) {
        return;
    }
    const std::string number = "#" + std::to_string(change.id);
    const std::string title = cut_code_points(one_line(change.title), kShownTitle);
    PlacementNote note;
    note.code = NoteCode::planned_change;
    note.name = number + " " + title + " (" + format_local(change.begin, plan.time_zone) + " – " +
                format_local(change.end, plan.time_zone) + ")";
    placement.notes.push_back(std::move(note));
    const auto& present = plan.maintenance;
    const bool stays = present && (present->drop || present->until >= change.end);
    if (plan.policy.changes != OnChange::hold || stays) {
        return;
    }
    plan.maintenance = Maintenance{"change " + number + " " + title, false, change.end, true};
    if (plan.trace.size() < kMaxTrace) {
        plan.trace.push_back(
            {"change " + number, "maintenance",
             "hold until " + format_local(change.end, plan.time_zone)}
        );
    }
}

}  // namespace alert_bridge::domain
