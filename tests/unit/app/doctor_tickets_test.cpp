// SPDX-License-Identifier: MIT
#include "examined_sample.hpp"

using namespace alert_bridge;
using namespace alert_bridge::test;
using app::Examined;
using app::Findings;
using app::Level;

namespace {

glpi::EntityFacts& entity_in(Examined& examined, std::int64_t id) {
    for (glpi::EntityFacts& each : *examined.glpi.entities) {
        if (each.entity.id == id) {
            return each;
        }
    }
    FAIL("no entity " << id);
    return examined.glpi.entities->front();
}

Examined with_mandatory(std::set<int> fields) {
    Examined examined = healthy();
    examined.glpi.templates = std::vector<glpi::TemplateFacts>{{1, "Default", std::move(fields)}};
    return examined;
}

}  // namespace

TEST_CASE("a mandatory field that no rule, or only some rule, fills is told", "[doctor]") {
    const auto told = [](const std::vector<domain::RuleSpec>& rules) {
        Examined examined = with_mandatory({1, 7, 10, 21});
        examined.loaded.config->rules.rules = rules;
        return app::check_mandatory_fields(examined).front();
    };
    CHECK_THAT(told({}).what, ContainsSubstring("category (no rule sets it)"));
    CHECK(told({}).level == Level::warning);
    domain::RuleSpec some = narrow_rule("some");
    some.then.category = "Network";
    CHECK_THAT(told({some}).what, ContainsSubstring("category (only some rules set it)"));
    domain::RuleSpec all = rule("all");
    all.then.category = "Network";
    CHECK(told({some, all}).level == Level::ok);
}

TEST_CASE("fields that only GLPI's form can fill are told as such", "[doctor]") {
    for (const auto& [option, words] : std::vector<std::pair<int, std::string>>{
             {71, "requester group (no rule can set it)"},
             {13, "associated elements (empty where no asset is found)"},
             {66, "observer (no rule sets it)"},
             {4711, "field 4711 (no rule can set it)"}}) {
        CHECK_THAT(
            app::check_mandatory_fields(with_mandatory({option})).front().what,
            ContainsSubstring(words)
        );
    }
}

TEST_CASE("only templates of entities in reach and of named categories count", "[doctor]") {
    Examined examined = with_mandatory({21});
    examined.glpi.templates->push_back({2, "Strict", {7}});
    CHECK(app::check_mandatory_fields(examined).front().level == Level::ok);

    Examined out_of_reach = examined;
    entity_in(out_of_reach, 3).template_strategy = 0;
    entity_in(out_of_reach, 3).template_id = 2;
    CHECK(app::check_mandatory_fields(out_of_reach).front().level == Level::ok);

    Examined in_reach = examined;
    entity_in(in_reach, 1).template_strategy = 0;
    entity_in(in_reach, 1).template_id = 2;
    CHECK_THAT(
        app::check_mandatory_fields(in_reach).front().what,
        ContainsSubstring("'Strict' of entity 'Root entity > Customer A'")
    );

    Examined by_category = examined;
    domain::RuleSpec named = narrow_rule("named");
    named.then.category = "Network";
    by_category.loaded.config->rules.rules.push_back(named);
    by_category.names = app::names_in(by_category.config());
    glpi::NameStanding found;
    found.state = glpi::NameStanding::State::found;
    found.template_id = 2;
    by_category.glpi.names.push_back(found);
    CHECK_THAT(
        app::check_mandatory_fields(by_category).front().what,
        ContainsSubstring("category 'Network'")
    );
}

TEST_CASE("9.5 inherits the template by its id", "[doctor]") {
    Examined examined = with_mandatory({7});
    for (glpi::EntityFacts& each : *examined.glpi.entities) {
        each.template_strategy.reset();
        each.template_id = each.entity.id == 0 ? 1 : glpi::kInherited;
    }
    CHECK(app::check_mandatory_fields(examined).front().level == Level::warning);
}

TEST_CASE("what GLPI does not tell about templates and entities is no finding", "[doctor]") {
    Examined no_right = healthy();
    no_right.glpi.templates = Error{ErrorClass::refused, "ERROR_RIGHT_MISSING", ""};
    CHECK(app::check_mandatory_fields(no_right).front().level == Level::skipped);
    Examined no_columns = healthy();
    for (glpi::EntityFacts& each : *no_columns.glpi.entities) {
        each.template_id.reset();
        each.autoclose_days.reset();
        each.survey_config.reset();
    }
    CHECK(app::check_mandatory_fields(no_columns).front().level == Level::skipped);
    CHECK(app::check_closing(no_columns).front().level == Level::skipped);
    CHECK(app::check_surveys(no_columns).front().level == Level::skipped);
}

TEST_CASE("settings that are inherited from above what the user sees are not guessed") {
    Examined examined = healthy();
    plant_entities(examined, {entity(1, 0, "Customer A", "Root entity > Customer A")});
    CHECK(app::check_mandatory_fields(examined).front().level == Level::skipped);
    CHECK(app::check_surveys(examined).front().level == Level::skipped);
    CHECK_THAT(app::check_closing(examined).front().what, ContainsSubstring("does not see"));
}

TEST_CASE("a survey is inherited from above, and counts where tickets can be", "[doctor]") {
    Examined on = healthy();
    entity_in(on, 0).survey_rate = 50;
    CHECK_THAT(
        app::check_surveys(on).front().what,
        ContainsSubstring(
            "'Root entity', 'Root entity > Customer A', 'Root entity > Customer A > Site A1'"
        )
    );
    entity_in(on, 1).survey_config = 1;  // its own: rate 0
    CHECK(app::check_surveys(on).front().what == "satisfaction surveys are on in 'Root entity'");
    Examined elsewhere = healthy();
    entity_in(elsewhere, 3).survey_config = 1;
    entity_in(elsewhere, 3).survey_rate = 100;
    CHECK(app::check_surveys(elsewhere).front().level == Level::ok);
}

TEST_CASE("tickets that close before they may be reopened are told", "[doctor]") {
    struct Row {
        std::int64_t days;
        Level level;
    };
    for (const Row& row : std::vector<Row>{
             {glpi::kNever, Level::ok}, {0, Level::warning}, {1, Level::ok}, {30, Level::ok}}) {
        INFO(row.days);
        Examined examined = healthy();
        entity_in(examined, 1).autoclose_days = row.days;
        CHECK(app::check_closing(examined).front().level == row.level);
        examined.loaded.config->rules.default_policy.on_recovery = domain::OnRecovery::followup;
        CHECK(app::check_closing(examined).front().level == Level::ok);
    }
}

TEST_CASE("a rule's own times and mails count, too", "[doctor]") {
    Examined examined = healthy();
    examined.glpi.server->notifications = true;
    entity_in(examined, 1).autoclose_days = 2;
    CHECK(app::check_closing(examined).front().level == Level::ok);
    CHECK(app::check_mail(examined).front().level == Level::ok);
    domain::RuleSpec own = narrow_rule("own");
    own.then.reopen_within = Duration(5 * 24 * 3'600'000);
    own.then.notify_followup = true;
    examined.loaded.config->rules.rules.push_back(own);
    CHECK_THAT(
        app::check_closing(examined).front().what,
        ContainsSubstring("sooner than `reopen_within` (5d, rule 'own') in 'Root entity > Cust")
    );
    const app::Finding mail = app::check_mail(examined).front();
    CHECK(mail.level == Level::warning);
    CHECK_THAT(mail.what, ContainsSubstring("(`notify.followup` in rule 'own')"));

    // A rule that does not solve has nothing to reopen.
    examined.loaded.config->rules.rules.back().then.on_recovery = domain::OnRecovery::followup;
    CHECK(app::check_closing(examined).front().level == Level::ok);
    examined.loaded.config->rules.default_policy.on_recovery = domain::OnRecovery::none;
    CHECK_THAT(app::check_closing(examined).front().what, ContainsSubstring("solves nothing"));
    examined.loaded.config->rules.rules.back().then.on_recovery = domain::OnRecovery::solve;
    CHECK(app::check_closing(examined).front().level == Level::warning);
}

TEST_CASE("mail is told by what it is sent for", "[doctor]") {
    struct Row {
        std::optional<bool> glpi;
        domain::Notify notify;
        Level level;
        std::string what;
    };
    for (const Row& row : std::vector<Row>{
             {std::nullopt, {}, Level::skipped, "does not tell"},
             {false, {true, true, true, true}, Level::ok, "no mail at all"},
             {true, {}, Level::ok, "for: open, reopen"},
             {true, {false, false, false, false}, Level::ok, "for nothing"},
             {true, {true, true, false, true}, Level::warning, "each follow-up"}}) {
        Examined examined = healthy();
        examined.glpi.server->notifications = row.glpi;
        examined.loaded.config->rules.default_policy.notify = row.notify;
        const Findings found = app::check_mail(examined);
        INFO(told_by(found));
        CHECK(found.front().level == row.level);
        CHECK_THAT(found.front().what, ContainsSubstring(row.what));
    }
}
