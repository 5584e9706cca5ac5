// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/plan_fields.hpp"
#include "alert_bridge/domain/shown.hpp"

#include <algorithm>
#include <type_traits>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/plan_builder.hpp"

namespace alert_bridge::domain {
namespace {

using domain::shown;

std::string shown(const std::string& value) {
    return value;
}
std::string shown(const EntityRef& ref) {
    const bool by_name = ref.empty() || ref.by == EntityBy::name;
    return by_name ? ref.value : std::string(to_string(ref.by)) + " " + ref.value;
}
template <class Enum>
requires std::is_enum_v<Enum> std::string shown(Enum value) {
    return std::string(to_string(value));
}

class Rows {
  public:
    explicit Rows(const Plan& plan) : plan_(plan) {}

    template <class Value>
    void add(std::string_view name, const Value& value) {
        PlanField field{std::string(name), shown(value), {}, {}};
        for (const PlanTrace& step : plan_.trace) {
            if (step.field != name) {
                continue;
            }
            if (gave_nothing(step)) {
                field.remark = step.rule + ": " + step.value.substr(1, step.value.size() - 2);
            } else {
                field.from = step.rule;
            }
        }
        out.push_back(std::move(field));
    }

    std::vector<PlanField> out;

  private:
    const Plan& plan_;
};

void add_policy(Rows& rows, const Policy& policy) {
    rows.add("open", policy.open);
    rows.add("open_after", policy.open_after);
    rows.add("group_by", policy.group_by);
    rows.add("on_repeat", policy.on_repeat);
    rows.add("on_recovery", policy.on_recovery);
    rows.add("resolve_after", policy.resolve_after);
    rows.add("reopen_within", policy.reopen_within);
    rows.add("recheck_after", policy.recheck_after);
    rows.add("on_severity_change", policy.on_severity_change);
    rows.add("on_acknowledge", policy.on_acknowledge);
    rows.add("flapping.changes", policy.flapping.changes);
    rows.add("flapping.within", policy.flapping.within);
    rows.add("flapping.quiet", policy.flapping.quiet);
    rows.add("downtime", policy.downtime);
    rows.add("expire_after", policy.expire_after);
    rows.add("on_expire", policy.on_expire);
    rows.add("fold", policy.fold);
    rows.add("under", policy.under);
    rows.add("under_wait", policy.under_wait);
    rows.add("changes", policy.changes);
    rows.add("mode", policy.mode);
    rows.add("notify.open", policy.notify.open);
    rows.add("notify.followup", policy.notify.followup);
    rows.add("notify.solve", policy.notify.solve);
    rows.add("notify.reopen", policy.notify.reopen);
    rows.add("ticket_date", policy.ticket_date);
    rows.add("followup_private", policy.followup_private);
}

}  // namespace

std::vector<PlanField> plan_fields(const Plan& plan) {
    Rows rows(plan);
    rows.add("drop", plan.drop);
    rows.add("entity", plan.entity);
    // A rule can narrow the source's limit, never widen it.
    rows.add("within", plan.within.empty() ? plan.source_within : plan.within);
    rows.add("default_entity", plan.default_entity);
    rows.add("category", plan.category);
    rows.add("assign_group", plan.assign_group);
    rows.add("assign_user", plan.assign_user);
    rows.add("requester", plan.requester);
    rows.add("observers", plan.observers);
    rows.add("location", plan.location);
    rows.add("sla", plan.sla);
    rows.add("request_source", plan.request_source);
    rows.add("type", plan.type);
    rows.add("solution_type", plan.solution_type);
    rows.add("priority", plan.priority.name);
    rows.add("templates", plan.templates);
    rows.add("time_zone", plan.time_zone);
    rows.add("host_down", plan.host_down);
    rows.add("trust_names", plan.trust_names);
    const std::string maintenance =
        plan.maintenance ? std::string(plan.maintenance->drop ? "drop" : "hold") + " until " +
                               format_local(plan.maintenance->until, plan.time_zone)
                         : std::string();
    rows.add("maintenance", maintenance);
    add_policy(rows, plan.policy);
    return std::move(rows.out);
}

const PlanField* find_field(const std::vector<PlanField>& fields, std::string_view name) noexcept {
    const auto found = std::find_if(fields.begin(), fields.end(), [name](const PlanField& field) {
        return field.name == name;
    });
    return found == fields.end() ? nullptr : &*found;
}

}  // namespace alert_bridge::domain
