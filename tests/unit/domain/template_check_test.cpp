// SPDX-License-Identifier: MIT
#include <vector>

#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/domain/template_values.hpp"
#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

std::string nested(std::size_t depth) {
    std::string open, close;
    for (std::size_t i = 0; i < depth; ++i) {
        open += "{{#tag.a}}";
        close += "{{/tag.a}}";
    }
    return open + close;
}

}  // namespace

TEST_CASE("templates that are fine have no mistakes") {
    const std::vector<std::string> fine{
        "",
        "plain text } } { {",
        "{{host.name}}: {{problem.name}}",
        "{{ host.name }}{{{host.name}}}{{&host.name}}{{& host.name }}",
        "{{! a comment with {host} and > and = }}",
        "{{#is.recovered}}over{{/is.recovered}}{{^is.recovered}}not{{/is.recovered}}",
        "{{# host.name }}{{.}}{{/ host.name }}",
        "{{#alert.links}}<a href=\"{{.}}\">{{.}}</a>{{/alert.links}}",
        "{{tag.customer}} {{tag.scope.kind}} {{tag.with blank}} {{#tag.x}}{{.}}{{/tag.x}}",
        nested(16),
        std::string(16 * 1024, 'x'),
    };
    for (const std::string& source : fine) {
        INFO(source.substr(0, 80));
        const auto mistakes = check_template(source);
        INFO((mistakes.empty() ? "" : mistakes.front()));
        REQUIRE(mistakes.empty());
        REQUIRE(is_well_formed_template(source));
    }
}

TEST_CASE("each mistake of a template is named, with its line and the nearest name") {
    struct Case {
        std::string source, mistake;
        bool well_formed;
    };
    const std::vector<Case> cases{
        {"{{host.nam}}", "line 1: unknown name 'host.nam'; did you mean 'host.name'?", true},
        {"a\nb {{problem.nmae}}",
         "line 2: unknown name 'problem.nmae'; did you mean 'problem.name'?", true},
        {"{{zzzzzzzzzzzzzzz}}", "unknown name 'zzzzzzzzzzzzzzz'", true},
        {"{{#host.groop}}{{/host.groop}}", "did you mean 'host.groups'?", true},
        {"{{is.recoverd}}", "did you mean 'is.recovered'?", true},
        {"{{is.recovered}}", "'is.recovered' is a condition", true},
        {"{{alert.links}}", "'alert.links' is a list", true},
        {"{{ticket.open_problems}}", "is a list: write {{#ticket.open_problems}}{{.}}", true},
        {"{{.}}", "{{.}} stands for nothing here", true},
        {"{{#is.opened}}{{.}}{{/is.opened}}", "{{.}} stands for nothing here", true},
        {"{{^host.name}}{{.}}{{/host.name}}", "{{.}} stands for nothing here", true},
        {"{{>problem.text}}", "{{> is not allowed", false},
        {"{{ > problem.text }}", "{{> is not allowed", false},
        {"{{=<% %>=}}", "{{= is not allowed", false},
        {"{{ = | | = }}", "{{= is not allowed", false},
        {"{{{=<% %>=}}}", "{{= is not allowed", false},
        {"{{{>problem.text}}}", "unknown name '>problem.text'", true},
        {"{{host.name", "line 1: a tag that begins with {{ is not closed", false},
        {"{{{host.name}}", "is not closed", false},
        {"\n\n{{", "line 3: a tag that begins with {{ is not closed", false},
        {"{{#host.name}}", "section 'host.name' is not closed", false},
        {"x\n{{^host.name}}\n", "line 2: section 'host.name' is not closed", false},
        {"{{/host.name}}", "{{/host.name}} closes a section that is not open", false},
        {"{{#host.name}}\n{{/problem.name}}",
         "line 2: {{/problem.name}} closes section 'host.name'", false},
        {"{{#host.name}}{{#event}}{{/host.name}}{{/event}}", "closes section 'event'", false},
        {"{{}}", "a tag without a name", true},
        {"{{   }}", "a tag without a name", true},
        {"{{tag.}}", "unknown name 'tag.'", true},
        {"{{match.customer}}", "captures exist in rules only", true},
        {nested(17), "nested more than 16 deep", false},
        {std::string(16 * 1024 + 1, 'x'), "longer than 16 KiB", false},
    };
    for (const Case& c : cases) {
        INFO(c.source.substr(0, 80));
        const auto mistakes = check_template(c.source);
        REQUIRE_FALSE(mistakes.empty());
        REQUIRE_THAT(mistakes.front(), ContainsSubstring(c.mistake));
        REQUIRE(is_well_formed_template(c.source) == c.well_formed);
    }
}

TEST_CASE("all mistakes are told at once, up to a bound") {
    const auto mistakes =
        check_template("{{host.nam}}\n{{>x}}\n{{#event}}\n{{alert.links}}\n{{nope");
    REQUIRE(mistakes.size() == 5);
    std::string many;
    for (int i = 0; i < 500; ++i) {
        many += "{{zzzzzzzzzzz}}";
    }
    REQUIRE(check_template(many).size() == 50);
}

TEST_CASE("templates of rules may use captures of their rule and nothing of the ticket") {
    const std::vector<std::string> captures{"customer", "site"};
    for (const char* fine :
         {"Root > {{match.customer}}", "{{match.site}}/{{tag.x}}/{{host.name}}",
          "{{problem.severity}} {{alert.kind}}", "{{#alert.links}}{{.}}{{/alert.links}}"}) {
        INFO(fine);
        REQUIRE(check_template(fine, captures).empty());
    }
    struct Case {
        std::string source, mistake;
    };
    const std::vector<Case> cases{
        {"{{match.custommer}}", "did you mean 'match.customer'?"},
        {"{{match.}}", "no condition of this rule captures"},
        {"{{ticket.entity}}", "'ticket.entity' is not known yet when rules run"},
        {"{{event}}", "not known yet"},
        {"{{#is.opened}}{{/is.opened}}", "not known yet"},
        {"{{now}}", "not known yet"},
        {"{{host.nane}}", "did you mean 'host.name'?"},
    };
    for (const Case& c : cases) {
        INFO(c.source);
        const auto mistakes = check_template(c.source, captures);
        REQUIRE(mistakes.size() == 1);
        REQUIRE_THAT(mistakes.front(), ContainsSubstring(c.mistake));
    }
    REQUIRE(check_template("{{match.customer}}", {}).size() == 1);
}

TEST_CASE("every name that the checker knows has a value, and no other name has") {
    const Alert alert;
    TextContext context;
    context.alert = &alert;
    const TextSource source{context, nullptr};
    REQUIRE(template_names().size() > 40);
    for (const TemplateName& known : template_names()) {
        INFO(known.name);
        const auto value = template_value(source, known.name);
        REQUIRE(value.has_value());
        REQUIRE(value->shape == known.shape);
    }
    REQUIRE_FALSE(template_value(source, "host").has_value());
    REQUIRE_FALSE(template_value(source, "ticket.id").has_value());
    REQUIRE_FALSE(template_value(source, "").has_value());
}

}  // namespace alert_bridge::domain
