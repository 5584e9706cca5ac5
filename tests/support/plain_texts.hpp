// SPDX-License-Identifier: MIT
//
// PlainRules and PlainTemplates: one plan for all, and texts that show what was asked for.
// Thread rule: const after they are set up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/lifecycle.hpp"

namespace test_support {

namespace ab = alert_bridge;
using namespace alert_bridge::domain;

// Severity decides the priority: disaster p1, high p2, others p3. No other rule.
class PlainRules final : public RuleEngine {
  public:
    Plan plan;
    std::vector<std::string> details;  // that rules ask of an asset
    bool asks = false;                 // for changes
    // The priority once the asset is known; empty: as ever.
    std::optional<Priority> with_details;
    [[nodiscard]] std::vector<std::string> asset_details() const override { return details; }
    [[nodiscard]] bool asks_changes() const override { return asks; }
    using RuleEngine::evaluate;
    [[nodiscard]] Plan evaluate(const Alert& alert, ab::WallTime, const AssetDetails* asset)
        const override {
        Plan result = plan;
        result.priority = priority_of(alert.severity);
        result.host_down = result.host_down || alert.host_problem;
        if (asset != nullptr) {
            result.asks_asset = false;
            result.priority = with_details.value_or(result.priority);
        }
        return result;
    }
    [[nodiscard]] Priority priority_of(Severity severity) const override {
        if (severity == Severity::disaster) {
            return {"p1", 5, 5, 0};
        }
        if (severity == Severity::high) {
            return {"p2", 4, 4, 0};
        }
        return {"p3", 3, 3, 0};
    }
    [[nodiscard]] std::optional<Priority> priority_named(std::string_view) const override {
        return std::nullopt;
    }
};

// Texts that show what was asked: "followup/update/alert text".
class PlainTemplates final : public Templates {
  public:
    [[nodiscard]] bool has(std::string_view) const override { return true; }
    [[nodiscard]] std::string render(
        std::string_view, TemplatePart part, const TextContext& context
    ) const override {
        std::string text(to_string(part));
        text += "/" + context.event + "/" + context.alert->text;
        return text;
    }
    [[nodiscard]] std::string note(std::string_view set, const std::vector<PlacementNote>& notes)
        const override {
        std::string text(set);
        for (const PlacementNote& each : notes) {
            text += "/" + std::string(to_string(each.code)) + "/" + each.name;
        }
        return text;
    }
    [[nodiscard]] OutageText outage(
        std::string_view set, const OutageReport& report, const std::string& zone
    ) const override {
        const std::string count = std::to_string(report.problems);
        return {"outage " + count, std::string(set) + "/" + zone, "over " + count};
    }
    [[nodiscard]] StormText storm_opening(
        std::string_view set, std::string_view entity, std::string_view
    ) const override {
        return {"storm " + std::string(entity), std::string(set)};
    }
    [[nodiscard]] std::vector<std::string>
    members(std::string_view, MemberEvent why, const MemberReport& report, const std::string&)
        const override {
        std::string text = why == MemberEvent::storm ? "storm" : "host";
        text += " " + std::to_string(report.untold.size()) + "/" + std::to_string(report.failing) +
                "/" + std::to_string(report.total);
        return {text};
    }
    [[nodiscard]] std::string storm_end(std::string_view, std::int64_t total) const override {
        return "storm over " + std::to_string(total);
    }
};

}  // namespace test_support
