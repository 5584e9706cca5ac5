// SPDX-License-Identifier: MIT
// What GLPI does with the bridge's tickets: templates, surveys, closing, mail.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

using glpi::EntityFacts;

using Setting = std::optional<std::int64_t> EntityFacts::*;

// Settings of entities, as they are inherited from above.
class Inheritance {
  public:
    explicit Inheritance(const Examined& examined) : tree_(examined.tree) {
        for (const EntityFacts& facts : *examined.glpi.entities) {
            by_id_.emplace(facts.entity.id, &facts);
        }
    }
    // The entity, or the nearest one above, that does not inherit the setting; or null pointer.
    [[nodiscard]] const EntityFacts* owner(const EntityFacts& of, Setting setting) const {
        for (const std::int64_t id : tree_.path_up(of.entity.id)) {
            const auto found = by_id_.find(id);
            const std::optional<std::int64_t> value =
                found == by_id_.end() ? std::nullopt : found->second->*setting;
            if (value && *value != glpi::kInherited) {
                return found->second;
            }
        }
        return nullptr;
    }

  private:
    const domain::EntityTree& tree_;
    std::unordered_map<std::int64_t, const EntityFacts*> by_id_;
};

// Where the bridge's tickets can be: inside the limits of its sources, and in the default entity.
std::vector<const EntityFacts*> entities_in_reach(const Examined& examined) {
    std::vector<std::int64_t> limits;
    bool anywhere = false;
    for (const config::SourceConfig& source : examined.config().sources) {
        const auto defaults = examined.config().rules.sources.find(source.options.name);
        const domain::Entity* const limit = defaults == examined.config().rules.sources.end()
                                                ? nullptr
                                                : examined.tree.find(defaults->second.within);
        anywhere = anywhere || limit == nullptr;
        if (limit != nullptr) {
            limits.push_back(limit->id);
        }
    }
    const domain::Entity* const fallback =
        examined.tree.find(examined.config().glpi.default_entity);
    std::vector<const EntityFacts*> out;
    for (const EntityFacts& facts : *examined.glpi.entities) {
        const std::int64_t id = facts.entity.id;
        const bool inside = std::any_of(limits.begin(), limits.end(), [&](std::int64_t limit) {
            return examined.tree.is_inside(id, limit);
        });
        if (anywhere || inside || (fallback != nullptr && fallback->id == id)) {
            out.push_back(&facts);
        }
    }
    return out;
}

// A field of GLPI's ticket form, by its search option, and the key of a rule that fills it.
struct Field {
    int option;
    std::string_view name;
    bool always = false;  // the bridge, or GLPI by itself, fills it
    std::optional<std::string> domain::RuleResult::*by = nullptr;
};
constexpr std::array kFields{
    Field{1, "title", true},
    Field{3, "priority", true},
    Field{9, "request source", true},
    Field{10, "urgency", true},
    Field{11, "impact", true},
    Field{12, "status", true},
    Field{14, "type", true},
    Field{15, "opening date", true},
    Field{21, "description", true},
    Field{80, "entity", true},
    Field{4, "requester", false, &domain::RuleResult::requester},
    Field{5, "technician", false, &domain::RuleResult::assign_user},
    Field{7, "category", false, &domain::RuleResult::category},
    Field{8, "technician group", false, &domain::RuleResult::assign_group},
    Field{30, "time to resolve", false, &domain::RuleResult::sla},
    Field{83, "location", false, &domain::RuleResult::location},
    Field{13, "associated elements"},
    Field{66, "observer"},
    Field{65, "observer group"},
    Field{71, "requester group"},
    Field{37, "time to own"},
    Field{6, "supplier"},
    Field{142, "documents"},
    Field{45, "total duration"},
};

bool matches_everything(const domain::RuleSpec& rule) {
    return rule.when.what == domain::Condition::Kind::all && rule.when.children.empty();
}

// How a mandatory field may stay empty; empty text: it does not.
std::string how_empty(int option, const config::Config& config) {
    const auto field = std::find_if(kFields.begin(), kFields.end(), [option](const Field& each) {
        return each.option == option;
    });
    if (field == kFields.end()) {
        return "field " + std::to_string(option) + " (no rule can set it)";
    }
    if (field->always) {
        return {};
    }
    bool sometimes = false;
    for (const domain::RuleSpec& rule : config.rules.rules) {
        const bool sets = field->by != nullptr ? (rule.then.*(field->by)).has_value()
                          : option == 66       ? rule.then.observers.has_value()
                                               : false;
        if (sets && matches_everything(rule)) {
            return {};
        }
        sometimes = sometimes || sets;
    }
    const bool can_be_set = field->by != nullptr || option == 66;
    return std::string(field->name) + (sometimes      ? " (only some rules set it)"
                                       : can_be_set   ? " (no rule sets it)"
                                       : option == 13 ? " (empty where no asset is found)"
                                                      : " (no rule can set it)");
}

// Templates that the bridge's tickets are shown with, and one entity or category that names each.
std::map<std::int64_t, std::string> templates_in_use(const Examined& examined) {
    std::map<std::int64_t, std::string> out;
    const Inheritance settings(examined);
    for (const EntityFacts* const facts : entities_in_reach(examined)) {
        // 9.5 has no strategy: there the id itself may be inherited.
        const auto setting =
            facts->template_strategy ? &EntityFacts::template_strategy : &EntityFacts::template_id;
        const EntityFacts* const owner = settings.owner(*facts, setting);
        if (owner != nullptr && owner->template_id.value_or(0) > 0) {
            out.emplace(*owner->template_id, "entity " + quoted(owner->entity.complete_name));
        }
    }
    for (std::size_t at = 0; at < examined.glpi.names.size(); ++at) {
        const auto& answer = examined.glpi.names[at];
        if (answer && answer->template_id > 0) {
            out.emplace(
                answer->template_id, "category " + quoted(examined.names.at(at).question.name)
            );
        }
    }
    return out;
}

// A user of some entities only does not see what these inherit from the ones above.
bool hides(const Examined& examined, Setting setting) {
    const Inheritance settings(examined);
    const auto reach = entities_in_reach(examined);
    return std::any_of(reach.begin(), reach.end(), [&](const EntityFacts* each) {
        return settings.owner(*each, setting) == nullptr;
    });
}

Findings hidden(std::string_view what) {
    return not_checked(
        std::string(what) + " is inherited from an entity that the bridge's user does not see"
    );
}

bool tells(const Examined& examined, Setting setting) {
    const auto& entities = examined.glpi.entities;
    return entities &&
           std::any_of(entities->begin(), entities->end(), [&](const EntityFacts& each) {
               return (each.*setting).has_value();
           });
}

// How long a solved ticket may be reopened at most, and by which rule; 0: nothing is reopened.
struct ReopenWindow {
    Duration length{};
    std::string by;  // ", rule 'a'"; empty: by the defaults
};

bool solves(domain::OnRecovery on_recovery) {
    return on_recovery == domain::OnRecovery::solve ||
           on_recovery == domain::OnRecovery::solve_untouched;
}

// Rules add up: one may give the time and another let the bridge solve.
ReopenWindow longest_window(const domain::RuleBook& rules) {
    const bool any_solves =
        solves(rules.default_policy.on_recovery) ||
        std::any_of(rules.rules.begin(), rules.rules.end(), [](const domain::RuleSpec& rule) {
            return rule.then.on_recovery && solves(*rule.then.on_recovery);
        });
    ReopenWindow out;
    if (any_solves) {
        out.length = rules.default_policy.reopen_within;
    }
    for (const domain::RuleSpec& rule : rules.rules) {
        const bool may_solve = rule.then.on_recovery ? solves(*rule.then.on_recovery) : any_solves;
        const Duration length = rule.then.reopen_within.value_or(Duration::zero());
        if (may_solve && length > out.length) {
            out = {length, ", rule " + quoted(rule.name)};
        }
    }
    return out;
}

// What the bridge writes, and what lets GLPI send mail for it.
struct Mailed {
    std::string_view name;
    bool domain::Notify::*by_default;
    std::optional<bool> domain::RuleResult::*by_rule;
};
constexpr Mailed kFollowupMailed{
    "followup", &domain::Notify::followup, &domain::RuleResult::notify_followup};
constexpr std::array kMailed{
    Mailed{"open", &domain::Notify::open, &domain::RuleResult::notify_open},
    Mailed{"reopen", &domain::Notify::reopen, &domain::RuleResult::notify_reopen},
    kFollowupMailed,
    Mailed{"solve", &domain::Notify::solve, &domain::RuleResult::notify_solve},
};

// Empty text: by the defaults; else " in rule 'a', rule 'b'". None: nowhere.
std::optional<std::string> where_mailed(const Mailed& write, const domain::RuleBook& rules) {
    if (rules.default_policy.notify.*(write.by_default)) {
        return std::string();
    }
    std::vector<std::string> by;
    for (const domain::RuleSpec& rule : rules.rules) {
        if ((rule.then.*(write.by_rule)).value_or(false)) {
            by.push_back("rule " + quoted(rule.name));
        }
    }
    return by.empty() ? std::nullopt : std::optional(" in " + some_of(by));
}

}  // namespace

Findings check_mandatory_fields(const Examined& examined) {
    if (!examined.glpi.templates) {
        const Error& error = examined.glpi.templates.error();
        return not_checked(
            error.code == "ERROR_RIGHT_MISSING"
                ? "the bridge's user may not read ticket templates"
                : "GLPI does not show its ticket templates (" + error.code + ")"
        );
    }
    if (!tells(examined, &EntityFacts::template_id)) {
        return not_checked("GLPI does not tell which ticket templates its entities use");
    }
    Findings out;
    for (const auto& [id, user] : templates_in_use(examined)) {
        for (const glpi::TemplateFacts& facts : *examined.glpi.templates) {
            std::vector<std::string> empty;
            for (const int option : facts.id == id ? facts.mandatory : std::set<int>{}) {
                if (const std::string how = how_empty(option, examined.config()); !how.empty()) {
                    empty.push_back(how);
                }
            }
            if (!empty.empty()) {
                out.push_back(
                    {Level::warning,
                     {},
                     "the ticket template " + quoted(facts.name) + " of " + user +
                         " makes mandatory what may stay empty: " + join(empty, ", "),
                     "GLPI takes such tickets, but people cannot save them before they fill it in",
                     "set it in a rule that matches everything, or make it optional (Assistance > "
                     "Tickets > Templates)"}
                );
            }
        }
    }
    if (!out.empty()) {
        return out;
    }
    const bool by_strategy = tells(examined, &EntityFacts::template_strategy);
    if (hides(
            examined, by_strategy ? &EntityFacts::template_strategy : &EntityFacts::template_id
        )) {
        return hidden("the ticket template");
    }
    return fine("no mandatory field of a ticket template stays empty");
}

Findings check_surveys(const Examined& examined) {
    if (!tells(examined, &EntityFacts::survey_config)) {
        return not_checked("GLPI does not tell its entities' satisfaction surveys");
    }
    const Inheritance settings(examined);
    std::vector<std::string> with_survey;
    for (const EntityFacts* const facts : entities_in_reach(examined)) {
        const EntityFacts* const owner = settings.owner(*facts, &EntityFacts::survey_config);
        if (owner != nullptr && owner->survey_rate.value_or(0) > 0) {
            with_survey.push_back(quoted(facts->entity.complete_name));
        }
    }
    if (with_survey.empty() && hides(examined, &EntityFacts::survey_config)) {
        return hidden("the setting for satisfaction surveys");
    }
    if (with_survey.empty()) {
        return fine("no satisfaction survey follows the bridge's tickets");
    }
    return {
        {Level::warning,
         {},
         "satisfaction surveys are on in " + some_of(with_survey),
         "closed tickets of the bridge are surveyed like those of people, and count in its "
         "statistics",
         "let the bridge's tickets go to an entity without (Administration > Entities > Assistance "
         "> "
         "rate 0), or live with it: without a requester nobody is asked"}};
}

Findings check_closing(const Examined& examined) {
    if (!tells(examined, &EntityFacts::autoclose_days)) {
        return not_checked("GLPI does not tell when its entities close solved tickets");
    }
    const ReopenWindow window = longest_window(examined.config().rules);
    if (window.length.count() == 0) {
        return fine("the bridge solves nothing that it would reopen");
    }
    constexpr Duration kDay{24 * 3'600'000};
    const Inheritance settings(examined);
    std::vector<std::string> too_early;
    for (const EntityFacts* const facts : entities_in_reach(examined)) {
        const EntityFacts* const owner = settings.owner(*facts, &EntityFacts::autoclose_days);
        const std::int64_t days = owner == nullptr ? glpi::kNever : *owner->autoclose_days;
        if (days >= 0 && days * kDay < window.length) {
            too_early.push_back(quoted(facts->entity.complete_name));
        }
    }
    if (too_early.empty() && hides(examined, &EntityFacts::autoclose_days)) {
        return hidden("the delay of automatic closing");
    }
    const std::string length = format_duration(window.length);
    if (too_early.empty()) {
        return fine("solved tickets stay open to be reopened for " + length);
    }
    return {
        {Level::warning,
         {},
         "GLPI closes solved tickets sooner than `reopen_within` (" + length + window.by + ") in " +
             some_of(too_early),
         "a problem that comes back then gets a new ticket, linked to the closed one",
         "raise the delay of automatic closing (Administration > Entities > Assistance), or lower "
         "reopen_within"}};
}

Findings check_mail(const Examined& examined) {
    if (!examined.glpi.server || !examined.glpi.server->notifications) {
        return not_checked("GLPI does not tell whether it sends notifications");
    }
    if (!*examined.glpi.server->notifications) {
        return fine("GLPI sends no mail at all (Setup > Notifications)");
    }
    const domain::RuleBook& rules = examined.config().rules;
    std::vector<std::string> by;
    for (const Mailed& write : kMailed) {
        if (const auto where = where_mailed(write, rules)) {
            by.push_back(std::string(write.name) + *where);
        }
    }
    if (by.empty()) {
        return fine("GLPI sends mail, but for nothing that the bridge does (`notify`)");
    }
    const auto followups = where_mailed(kFollowupMailed, rules);
    if (!followups) {
        return fine(
            "GLPI sends mail; of what the bridge does, for: " + join(by, ", ") + " (`notify`)"
        );
    }
    return {
        {Level::warning,
         {},
         "GLPI sends mail for each follow-up of the bridge (`notify.followup`" + *followups + ")",
         "every repeat and update that monitoring tells of then goes to people by mail",
         followups->empty() ? "is that meant? If not: defaults: {notify: {followup: false}}"
                            : "is that meant? If not, take notify.followup out of it"}};
}

}  // namespace alert_bridge::app
