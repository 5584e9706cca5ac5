// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/render.hpp"

#include <thread>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/template_values.hpp"
#include "catch.hpp"
#include "text_sample.hpp"

namespace alert_bridge::domain {
namespace {

using test_support::full_alert;
using test_support::full_context;

std::shared_ptr<const Templates> compiled(std::map<std::string, TemplateSet> sets = {}) {
    auto result = Templates::compile(std::move(sets));
    REQUIRE(result.has_value());
    return *result;
}

// One template as the body of a set called "mine", rendered over the full sample.
std::string as_body(
    const std::string& source, const std::string& event = "opened", const std::string& set = "mine"
) {
    const Alert alert = full_alert();
    Plan plan;
    plan.priority.name = "p2";
    plan.time_zone = "UTC";
    return compiled({{set, {"", source, "", ""}}}
    )->render(set, TemplatePart::body, full_context(alert, plan, event));
}

}  // namespace

TEST_CASE("every name shows its value") {
    struct Case {
        std::string name, shown;
    };
    const std::vector<Case> cases{
        {"host.name", "web01"},
        {"host.alias", "Web server 1"},
        {"host.visible_name", "Web server 1"},
        {"host.address", "192.0.2.10"},
        {"host.groups", "Customers/ACME, Linux servers"},
        {"host.serial", "SN-4711"},
        {"host.inventory_number", "INV-9"},
        {"problem.name", "Web server does not answer"},
        {"problem.text", "connection refused<br>after 3 tries"},
        {"problem.details", "Look at the load balancer first."},
        {"problem.service", "HTTP"},
        {"problem.severity", "High"},
        {"problem.key", "zabbix-prod/trigger/13926"},
        {"problem.source", "zabbix-prod"},
        {"problem.started", "2026-11-18 10:26:40 UTC"},
        {"alert.id", "01ALERTID"},
        {"alert.kind", "Problem"},
        {"alert.author", "Ann"},
        {"alert.comment", "looking at it"},
        {"alert.received", "2026-11-18 11:07:40 UTC"},
        {"alert.tags", "customer: acme, scope.kind: availability"},
        {"ticket.priority", "p2"},
        {"ticket.asset", "WEB01"},
        {"ticket.asset_type", "Computer"},
        {"ticket.entity", "Root entity &gt; ACME"},
        {"ticket.previous", "815"},
        {"ticket.note", "No GLPI asset was found for this host."},
        {"ticket.repeats", "4"},
        {"ticket.changes", "7"},
        {"event", "Problem"},
        {"old_severity", "Average"},
        {"started", "2026-11-18 10:26:40 UTC"},
        {"ended", "2026-11-18 11:26:40 UTC"},
        {"duration", "1h 0m"},
        {"now", "2026-11-18 11:27:00 UTC"},
        {"tag.customer", "acme"},
        {"tag.scope.kind", "availability"},
        {"tag.none", ""},
    };
    std::size_t texts = 0;
    for (const TemplateName& known : template_names()) {
        const bool is_shown = known.shape == NameShape::text && known.known_to != KnownTo::rules;
        texts += is_shown ? 1 : 0;
    }
    REQUIRE(cases.size() == texts + 3);
    for (const Case& c : cases) {
        INFO(c.name);
        REQUIRE(as_body("[{{" + c.name + "}}]") == "[" + c.shown + "]");
        REQUIRE(as_body("[{{{" + c.name + "}}}]") == "[" + c.shown + "]");
        REQUIRE(as_body("[{{&" + c.name + "}}]") == "[" + c.shown + "]");
        const std::string section = "{{#" + c.name + "}}{{.}}{{/" + c.name + "}}";
        REQUIRE(as_body("[" + section + "]") == "[" + c.shown + "]");
        const std::string inverted = "{{^" + c.name + "}}none{{/" + c.name + "}}";
        REQUIRE(as_body("[" + inverted + "]") == (c.shown.empty() ? "[none]" : "[]"));
    }
}

TEST_CASE("lists repeat their section") {
    REQUIRE(
        as_body("{{#ticket.open_problems}}<li>{{.}}</li>{{/ticket.open_problems}}") ==
        "<li>Disk is full</li><li>Swap is used</li>"
    );
    REQUIRE(
        as_body("{{#alert.links}}{{.}};{{host.name}};{{/alert.links}}") ==
        "https://zabbix.example.com/tr_events.php?eventid=7&amp;x=1;web01;"
    );
}

TEST_CASE("exactly the section of the event at hand is shown") {
    std::string all;
    for (const std::string_view event : kEvents) {
        const std::string name = "is." + std::string(event);
        all += "{{#" + name + "}}<" + std::string(event) + ">{{/" + name + "}}";
    }
    for (const std::string_view event : kEvents) {
        REQUIRE(as_body(all, std::string(event)) == "<" + std::string(event) + ">");
    }
    REQUIRE(as_body(all, "something else").empty());
}

TEST_CASE("words are those of the set's language") {
    const std::string source = "{{problem.severity}}|{{old_severity}}|{{event}}|{{alert.kind}}";
    REQUIRE(as_body(source, "severity", "en") == "High|Average|Severity changed|Problem");
    REQUIRE(as_body(source, "severity", "fr") == "Haut|Moyen|Sévérité modifiée|Problème");
    REQUIRE(as_body(source, "severity", "fr_short") == "Haut|Moyen|Sévérité modifiée|Problème");
    REQUIRE(as_body(source, "severity", "fr-acme") == "Haut|Moyen|Sévérité modifiée|Problème");
    REQUIRE(as_body(source, "severity", "french") == "High|Average|Severity changed|Problem");
    REQUIRE(as_body("{{event}}", "own event") == "own event");
}

TEST_CASE("host and problem names fall back to what else identifies them") {
    Alert alert = full_alert();
    const Plan plan;
    const auto title = [&] {
        return compiled()->render("en", TemplatePart::title, full_context(alert, plan));
    };
    REQUIRE(title() == "web01: Web server does not answer");
    alert.host.name.clear();
    REQUIRE(title() == "Web server 1: Web server does not answer");
    alert.problem_name = "  ";
    REQUIRE(title() == "Web server 1: connection refused");
    alert.text = "\n ";
    REQUIRE(title() == "Web server 1: HTTP");
    alert.service.clear();
    REQUIRE(title() == "Web server 1: zabbix-prod/trigger/13926");
    alert.host.visible_name.clear();
    REQUIRE(title() == "zabbix-prod/trigger/13926");
    REQUIRE(
        compiled()->render("fr", TemplatePart::title, full_context(full_alert(), plan)) ==
        "web01 : Web server does not answer"
    );
}

TEST_CASE("times are shown in the plan's zone") {
    Alert alert = full_alert();
    Plan plan;
    plan.time_zone = "Europe/Paris";
    TextContext context = full_context(alert, plan);
    context.started.clear();
    REQUIRE(render_plain("{{problem.started}}", context) == "2026-11-18 12:06:40 CET");
    REQUIRE(render_plain("{{alert.received}}", context) == "2026-11-18 12:07:40 CET");
    context.plan = nullptr;
    REQUIRE(render_plain("{{problem.started}}", context) == "2026-11-18 11:06:40 UTC");
    alert.started_at.reset();
    REQUIRE(render_plain("[{{problem.started}}]", context) == "[]");
}

TEST_CASE("the shipped body tells what, where, how bad, since when and on what") {
    const Alert alert = full_alert();
    Plan plan;
    plan.priority.name = "p2";
    const std::string body =
        compiled()->render("en", TemplatePart::body, full_context(alert, plan));
    for (const char* part :
         {"<p><strong>Web server does not answer</strong></p>\n<ul>\n",
          "<li><strong>Host:</strong> web01 (Web server 1), 192.0.2.10</li>\n",
          "<li><strong>Service:</strong> HTTP</li>\n",
          "<li><strong>Severity:</strong> High (p2)</li>\n",
          "<li><strong>Since:</strong> 2026-11-18 10:26:40 UTC</li>\n",
          "<li><strong>Asset:</strong> WEB01 (Computer)</li>\n",
          "<li><strong>Entity:</strong> Root entity &gt; ACME</li>\n",
          "<li><strong>Host groups:</strong> Customers/ACME, Linux servers</li>\n",
          "<li><strong>Tags:</strong> customer: acme, scope.kind: availability</li>\n",
          "<li><strong>Reported by:</strong> zabbix-prod</li>\n",
          "<a href=\"https://zabbix.example.com/tr_events.php?eventid=7&amp;x=1\">",
          "<pre>connection refused<br>after 3 tries</pre>\n",
          "<p>Look at the load balancer first.</p>\n", "<li>Disk is full</li>\n",
          "<p>An earlier ticket about the same problem: #815</p>\n",
          "<p><em>No GLPI asset was found for this host.</em></p>\n"}) {
        INFO(body);
        REQUIRE_THAT(body, ContainsSubstring(part));
    }
    REQUIRE(body.find("\n\n") == std::string::npos);
}

TEST_CASE("what is absent leaves no empty line behind") {
    Alert alert;
    alert.problem_name = "Bare";
    alert.source = "s";
    const Plan plan;
    TextContext context;
    context.alert = &alert;
    context.plan = &plan;
    context.event = "opened";
    REQUIRE(
        compiled()->render("en", TemplatePart::body, context) ==
        "<p><strong>Bare</strong></p>\n<ul>\n<li><strong>Severity:</strong> Not classified</li>\n"
        "<li><strong>Reported by:</strong> s</li>\n</ul>\n"
    );
    REQUIRE(compiled()->render("en", TemplatePart::title, context) == "Bare");
}

TEST_CASE("open problems are listed only when there are others than this one") {
    Alert alert = full_alert();
    const Plan plan;
    TextContext context = full_context(alert, plan);
    const auto lists_problems = [&] {
        return compiled()->render("en", TemplatePart::body, context).find("Open problems") !=
               std::string::npos;
    };
    REQUIRE(lists_problems());
    context.open_problems = {alert.problem_name};
    REQUIRE_FALSE(lists_problems());
    context.open_problems = {"Disk is full"};
    REQUIRE(lists_problems());
    context.open_problems.clear();
    REQUIRE_FALSE(lists_problems());
}

TEST_CASE("follow-ups and solutions say what happened, in each language") {
    const Alert alert = full_alert();
    const Plan plan;
    struct Case {
        std::string set, event, shown;
    };
    const std::vector<Case> followups{
        {"en", "update", "<strong>Update:</strong> Web server does not answer"},
        {"en", "acknowledged", "<p>By Ann</p>\n<blockquote>looking at it</blockquote>"},
        {"en", "severity", "<p>Severity: Average → High</p>"},
        {"en", "repeat", "<p>Not over yet after 1h 0m; repeated notices: 4.</p>"},
        {"en", "recovered", "<p>Over since 2026-11-18 11:26:40 UTC, lasted 1h 0m.</p>"},
        {"en", "cancelled", "Monitoring no longer watches this problem"},
        {"en", "joined", "Another problem of the same group, severity High"},
        {"en", "returned", "<strong>Back again:</strong>"},
        {"en", "reopened", "<strong>Reopened:</strong>"},
        {"en", "note", "<p>Problem</p>"},
        {"fr", "severity", "<p>Sévérité : Moyen → Haut</p>"},
        {"fr", "recovered", "<p>Terminé depuis 2026-11-18 11:26:40 UTC, durée : 1h 0m.</p>"},
        {"fr", "acknowledged", "<strong>Acquitté :</strong>"},
        {"fr", "repeat", "Toujours en cours après 1h 0m ; nombre de rappels : 4."},
    };
    for (const Case& c : followups) {
        INFO(c.set << " " << c.event);
        const std::string text =
            compiled()->render(c.set, TemplatePart::followup, full_context(alert, plan, c.event));
        REQUIRE_THAT(text, ContainsSubstring(c.shown));
        REQUIRE_THAT(text, ContainsSubstring("<pre>connection refused<br>after 3 tries</pre>"));
    }
    const TextContext over = full_context(alert, plan, "recovered");
    const std::string solution = compiled()->render("en", TemplatePart::solution, over);
    REQUIRE_THAT(solution, ContainsSubstring("the problem is over (zabbix-prod)."));
    REQUIRE_THAT(solution, ContainsSubstring("<li><strong>Duration:</strong> 1h 0m</li>"));
    REQUIRE_THAT(
        compiled()->render("fr", TemplatePart::solution, over),
        ContainsSubstring("<li><strong>Fin :</strong> 2026-11-18 11:26:40 UTC</li>")
    );
}

TEST_CASE("an own set replaces parts, and the rest comes from the shipped set of its name") {
    const Alert alert = full_alert();
    const Plan plan;
    const auto templates =
        compiled({{"fr", {"T {{host.name}}", "", "", ""}}, {"desk", {"", "<p>own</p>", "", ""}}});
    const TextContext context = full_context(alert, plan, "recovered");
    REQUIRE(templates->render("fr", TemplatePart::title, context) == "T web01");
    REQUIRE_THAT(
        templates->render("fr", TemplatePart::solution, context), ContainsSubstring("Durée")
    );
    REQUIRE(templates->render("desk", TemplatePart::body, context) == "<p>own</p>");
    REQUIRE_THAT(
        templates->render("desk", TemplatePart::solution, context), ContainsSubstring("Duration")
    );
    REQUIRE(templates->has("fr"));
    REQUIRE(templates->has("en"));
    REQUIRE(templates->has("desk"));
    REQUIRE_FALSE(templates->has("de"));
    REQUIRE(
        templates->render("de", TemplatePart::title, context) ==
        templates->render("en", TemplatePart::title, context)
    );
}

TEST_CASE("wrong templates are refused, all mistakes at once with set and part") {
    const auto result = Templates::compile(
        {{"en", {"{{host.nam}}", "", "{{>x}}", ""}}, {"mine", {"", "", "", "{{#event}}"}}}
    );
    REQUIRE(result.has_error());
    REQUIRE(result.error().kind == ErrorClass::misconfigured);
    REQUIRE(result.error().code == "template");
    const auto lines = split(result.error().message, "\n");
    REQUIRE(lines.size() == 3);
    REQUIRE_THAT(lines[0], ContainsSubstring("template set 'en', title: line 1: unknown name"));
    REQUIRE_THAT(lines[1], ContainsSubstring("template set 'en', followup: line 1: {{>"));
    REQUIRE_THAT(lines[2], ContainsSubstring("template set 'mine', solution: line 1: section"));
}

TEST_CASE("the shipped sets are complete and pass their own check") {
    REQUIRE(Templates::shipped_names() == std::vector<std::string>{"en", "fr"});
    for (const auto& [name, set] : shipped_sets()) {
        for (const std::string* part : {&set.title, &set.body, &set.followup, &set.solution}) {
            INFO(name << ": " << *part);
            REQUIRE_FALSE(part->empty());
            REQUIRE(check_template(*part).empty());
        }
    }
}

TEST_CASE("plain rendering escapes nothing and speaks the configuration's words") {
    Alert alert = full_alert();
    alert.host.name = "<web> & \"01\"";
    TextContext context;
    context.alert = &alert;
    context.captures = {{"customer", "A & B"}};
    REQUIRE(
        render_plain(
            "{{host.name}} {{problem.severity}} {{match.customer}} {{tag.scope.kind}}", context
        ) == "<web> & \"01\" high A & B availability"
    );
    REQUIRE(render_plain("no tags, } } as it is", context) == "no tags, } } as it is");
    REQUIRE(render_plain("{{match.none}}", context).empty());
    REQUIRE(render_plain("{{>host.name}}", context).empty());
    REQUIRE(render_plain("x {{#host.name}}", context).empty());
    REQUIRE(render_plain("{{host.name", context).empty());
}

TEST_CASE("long values are cut, and a text does not grow without bound") {
    Alert alert = full_alert();
    alert.text = std::string(60'000, '&');
    const Plan plan;
    const TextContext context = full_context(alert, plan);
    const std::string body = compiled()->render("en", TemplatePart::body, context);
    REQUIRE(body.size() < 100'000);
    REQUIRE_THAT(body, ContainsSubstring("&amp;…</pre>"));
    std::string greedy;
    for (int i = 0; i < 1000; ++i) {
        greedy += "{{problem.text}}";
    }
    const auto templates = compiled({{"mine", {greedy, greedy, "", ""}}});
    REQUIRE(templates->render("mine", TemplatePart::body, context).size() <= 1024 * 1024);
    REQUIRE(templates->render("mine", TemplatePart::title, context).size() <= 1024 * 1024);
}

TEST_CASE("one set of templates serves several threads") {
    const auto templates = compiled();
    const Alert alert = full_alert();
    const Plan plan;
    const std::string wanted =
        templates->render("en", TemplatePart::body, full_context(alert, plan));
    std::vector<int> equal(3, 0);
    std::vector<std::thread> threads;
    for (int& count : equal) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                const TextContext context = full_context(alert, plan);
                count += templates->render("en", TemplatePart::body, context) == wanted ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    REQUIRE(equal == std::vector<int>{20, 20, 20});
}

}  // namespace alert_bridge::domain
