// SPDX-License-Identifier: MIT
#include "alert_bridge/app/doctor_checks.hpp"

#include <algorithm>
#include <array>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

constexpr std::array kChecks{
    Check{"configuration", Needs::nothing, check_configuration},
    Check{"secrets", Needs::nothing, check_secrets},
    Check{"store", Needs::config, check_store},
    Check{"listener", Needs::nothing, check_listener},
    Check{"reachable", Needs::config, check_contact},
    Check{"login", Needs::config, check_login},
    Check{"answers", Needs::login, check_answers},
    Check{"version", Needs::login, check_version},
    Check{"rights", Needs::login, check_rights},
    Check{"assets", Needs::login, check_item_types},
    Check{"entities", Needs::login, check_entities},
    Check{"limits", Needs::login, check_limits},
    Check{"names", Needs::login, check_names},
    Check{"mandatory", Needs::login, check_mandatory_fields},
    Check{"surveys", Needs::login, check_surveys},
    Check{"closing", Needs::login, check_closing},
    Check{"mail", Needs::login, check_mail},
    Check{"preferences", Needs::login, check_preferences},
    Check{"clock", Needs::login, check_clock},
    Check{"reference", Needs::login, check_reference},
    Check{"media_type", Needs::config, check_media_type},
};

// Why the check cannot look; empty: it can.
std::string what_is_missing(const Check& check, const Examined& examined) {
    if (check.needs != Needs::nothing && !examined.loaded.config) {
        return "the configuration has mistakes";
    }
    if (check.needs == Needs::login && !examined.glpi.login) {
        return "GLPI could not be asked";
    }
    return {};
}

}  // namespace

std::string_view to_string(Level level) noexcept {
    switch (level) {
        case Level::ok:
            return "ok";
        case Level::skipped:
            return "skipped";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

Findings fine(std::string what) {
    return {{Level::ok, {}, std::move(what), {}, {}}};
}

Findings not_checked(std::string why) {
    return {{Level::skipped, {}, std::move(why), {}, {}}};
}

std::string some_of(const std::vector<std::string>& texts) {
    constexpr std::size_t kShown = 3;
    if (texts.size() <= kShown) {
        return join(texts, ", ");
    }
    const std::vector<std::string> shown(texts.begin(), texts.begin() + kShown);
    return join(shown, ", ") + " and " + std::to_string(texts.size() - kShown) + " more";
}

void Mistakes::add(Finding finding, const std::vector<std::string>& places) {
    const auto [known, is_new] =
        index_.try_emplace({finding.level, finding.what, finding.why, finding.to_do}, all_.size());
    if (is_new) {
        all_.push_back({std::move(finding), {}});
    }
    std::vector<std::string>& all_places = all_[known->second].places;
    all_places.insert(all_places.end(), places.begin(), places.end());
}

Findings Mistakes::told() const {
    Findings out;
    for (const Mistake& mistake : all_) {
        if (out.size() == kMost) {
            const auto worst = std::max_element(
                all_.begin() + kMost, all_.end(),
                [](const Mistake& one, const Mistake& other) {
                    return one.finding.level < other.finding.level;
                }
            );
            const std::string more = "and " + std::to_string(all_.size() - kMost) + " more";
            out.push_back({worst->finding.level, {}, more, {}, {}});
            break;
        }
        out.push_back(mistake.finding);
        out.back().what = some_of(mistake.places) + ": " + mistake.finding.what;
    }
    return out;
}

std::span<const Check> all_checks() noexcept {
    return kChecks;
}

Findings run_checks(const Examined& examined) {
    Findings all;
    for (const Check& check : kChecks) {
        const std::string missing = what_is_missing(check, examined);
        Findings some = missing.empty() ? check.run(examined) : not_checked(missing);
        for (Finding& finding : some) {
            finding.check = check.name;
            all.push_back(std::move(finding));
        }
    }
    return all;
}

int exit_status(const Findings& findings) noexcept {
    constexpr int kWarnings = 3;  // 2 is the shell's for wrong usage
    const auto any = [&findings](Level level) {
        return std::any_of(findings.begin(), findings.end(), [level](const Finding& finding) {
            return finding.level == level;
        });
    };
    if (any(Level::error)) {
        return 1;
    }
    return any(Level::warning) ? kWarnings : 0;
}

}  // namespace alert_bridge::app
