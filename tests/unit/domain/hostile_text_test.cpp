// SPDX-License-Identifier: MIT
// Text from monitoring is written by whoever can make a log line or name a host.
#include <set>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/domain/template_values.hpp"
#include "catch.hpp"
#include "html_checker.hpp"
#include "text_sample.hpp"

namespace alert_bridge::domain {
using test_support::balanced;
using test_support::count_of;
using test_support::foreign_markup;
using test_support::has_control;

namespace {

constexpr const char* kSecret = "SECRET-SERIAL";

const std::vector<std::string>& hostile_texts() {
    static const std::vector<std::string> kTexts{
        // markup
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert(1)>",
        "' onmouseover='alert(1)",
        "\" onmouseover=\"alert(1)",
        "</strong></p></pre></ul><iframe src=//evil>",
        "</pre><form action=//evil><input name=password>",
        "<!-- comment --> <![CDATA[x]]>",
        "<style>*{display:none}</style>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "javascript:alert(1)",
        "https://evil/\"onclick=\"alert(1)",
        "https://evil/'><script>x</script>",
        "data:text/html,<script>x</script>",
        "<<script>>alert(1)<</script>>",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "&amp;amp;lt;",
        "&",
        "<",
        "a < b && c > d || e = \"f\" or 'g'",
        "<ScRiPt\n>alert(1)</sCrIpT\t>",
        "\xEF\xBC\x9Cscript\xEF\xBC\x9E",  // full-width brackets are no markup
        // Mustache
        "{{host.serial}}",
        "{{{host.serial}}}",
        "{{&host.serial}}",
        "{{ host.serial }}",
        "{{#host.serial}}{{.}}{{/host.serial}}",
        "{{^tag.none}}{{host.serial}}{{/tag.none}}",
        "{{>host.serial}}",
        "{{> host.serial }}",
        "{{=<% %>=}}<%host.serial%>",
        "{{! comment }}shown",
        "{{#problem.text}}",
        "{{/problem.text}}",
        "{{",
        "}}",
        "{{{{{{{{",
        "}}}{{{host.serial}}}{{{",
        "{{#is.opened}}x{{/is.opened}}",
        // template languages of others
        "${host.serial} #{host.serial} %host.serial% <%= host.serial %> $HOSTNAME$ {HOST.NAME}",
        // control and direction characters
        std::string("nul\0in between", 14),
        "bell\a back\b escape\x1b[2J\x1b]0;title\a",
        "line\r\nbreak\rand\ttab\x0bvertical\x0c"
        "feed",
        "\xE2\x80\xAE"
        "exe.txt\xE2\x80\xAC",
        "\xE2\x81\xA6isolate\xE2\x81\xA9 \xE2\x80\x8F\xE2\x80\x8E",
        "zero\xE2\x80\x8Bwidth \xEF\xBB\xBF bom",
        "c1 \xC2\x85 next line \xC2\x9B"
        "31m",
        "line\xE2\x80\xA8separator\xE2\x80\xA9paragraph",
        "tag\xF3\xA0\x80\x81\xF3\xA0\x81\xBF characters",
        "\x7f delete",
        // headers and references
        "GAB-0123456789ABCDEFGHJKMNPQRS",
        "Subject: x\r\nBcc: all@example.com",
        "\n\n\n\n",
        "  ",
        "%s%s%s%n %d {} {0}",
        "'; DROP TABLE glpi_tickets; --",
    };
    return kTexts;
}

// The same text in every field that a sender fills.
Alert hostile_alert(const std::string& text) {
    Alert alert = test_support::full_alert();
    for (std::string* field :
         {&alert.host.name, &alert.host.visible_name, &alert.host.address,
          &alert.host.inventory_number, &alert.service, &alert.problem_name, &alert.text,
          &alert.details, &alert.author, &alert.comment, &alert.id, &alert.problem_key}) {
        *field = text;
    }
    alert.host.serial = kSecret;
    alert.host.groups = {text, text};
    alert.tags = {{text, text}, {"customer", text}};
    alert.links = {text, "https://example.com/" + text};
    return alert;
}

TextContext hostile_context(const Alert& alert, const Plan& plan, const std::string& text) {
    TextContext context = test_support::full_context(alert, plan, "note");
    context.asset_name = context.asset_type = context.entity_name = text;
    context.placement_notes = {{NoteCode::entity_unknown, text, 0, Evidence::name}};
    context.started = context.ended = context.duration = context.now = text;
    context.old_severity = text;
    context.open_problems = {text, text + "2"};
    return context;
}

// Every text name in all three spellings, as a section too, and every list.
std::string everything() {
    std::string source;
    for (const TemplateName& known : template_names()) {
        const std::string& name = known.name;
        if (known.known_to == KnownTo::rules) {
            continue;
        }
        if (known.shape == NameShape::text && name != "host.serial") {
            source += "<p>{{" + name + "}}{{{" + name + "}}}{{&" + name + "}}{{#" + name +
                      "}}{{.}}{{/" + name + "}}</p>\n";
        } else if (known.shape == NameShape::list) {
            source += "{{#" + name + "}}<li>{{.}}{{{.}}}</li>{{/" + name + "}}\n";
        }
    }
    return source + "{{tag.customer}}";
}

std::shared_ptr<const Templates> all_sets() {
    auto result = Templates::compile(
        {{"everything", {everything(), everything(), everything(), everything()}}}
    );
    REQUIRE(result.has_value());
    return *result;
}

}  // namespace

TEST_CASE("there are at least forty kinds of hostile text") {
    REQUIRE(hostile_texts().size() >= 40);
    const std::set<std::string> distinct(hostile_texts().begin(), hostile_texts().end());
    REQUIRE(distinct.size() == hostile_texts().size());
}

TEST_CASE("the checker of these tests does find foreign markup") {
    for (const char* bad :
         {"<script>", "<p onclick=x>", "a > b", "\"", "'", "&nbsp;", "& ", "<", "<img src=x>",
          "<a href=\"javascript:x\">", "<a href=\"https://x\" onclick=\"y\">"}) {
        INFO(bad);
        REQUIRE_FALSE(foreign_markup(bad).empty());
    }
    REQUIRE(foreign_markup("<p>a &lt; b<br></p><a href=\"https://x/?a&amp;b\">x</a>").empty());
    REQUIRE_FALSE(balanced("<p><strong>x</p>"));
    REQUIRE(has_control("a\x1b", true));
    REQUIRE(has_control("a\n", false));
}

TEST_CASE("hostile text comes out of every HTML part escaped once and is never a template") {
    const auto templates = all_sets();
    const Plan plan;
    for (const std::string& text : hostile_texts()) {
        INFO("text: " << text);
        const Alert alert = hostile_alert(text);
        const TextContext context = hostile_context(alert, plan, text);
        for (const char* set : {"en", "fr", "everything"}) {
            for (const TemplatePart part :
                 {TemplatePart::body, TemplatePart::followup, TemplatePart::solution}) {
                const std::string html = templates->render(set, part, context);
                INFO(set << " " << to_string(part) << ": " << html);
                REQUIRE(foreign_markup(html) == "");
                REQUIRE(balanced(html));
                REQUIRE_FALSE(has_control(html, true));
                REQUIRE(html.find(kSecret) == std::string::npos);
                REQUIRE(repair_utf8(html) == html);
                const std::string once = text_to_html(drop_controls(text));
                REQUIRE((trim(text).empty() || html.find(once) != std::string::npos));
            }
        }
    }
}

TEST_CASE("hostile text in a title stays one literal line without controls") {
    const auto templates = all_sets();
    const Plan plan;
    for (const std::string& text : hostile_texts()) {
        INFO("text: " << text);
        const Alert alert = hostile_alert(text);
        const TextContext context = hostile_context(alert, plan, text);
        for (const char* set : {"en", "fr", "everything"}) {
            const std::string title = templates->render(set, TemplatePart::title, context);
            INFO(set << ": " << title);
            REQUIRE_FALSE(has_control(title, false));
            REQUIRE(title.find(kSecret) == std::string::npos);
            REQUIRE(title.find(one_line(text)) != std::string::npos);
            for (const int major : {9, 10, 11}) {
                const std::string cut = cut_title(title, major);
                REQUIRE(count_code_points(cut) <= 255);
                REQUIRE(repair_utf8(cut) == cut);
            }
        }
    }
}

TEST_CASE("hostile text in a rule's template stays literal") {
    const Plan plan;
    for (const std::string& text : hostile_texts()) {
        INFO("text: " << text);
        const Alert alert = hostile_alert(text);
        TextContext context = hostile_context(alert, plan, text);
        context.captures = {{"customer", text}};
        const std::string clean = drop_controls(text);
        REQUIRE(render_plain("{{tag.customer}}", context) == clean);
        REQUIRE(render_plain("[{{match.customer}}]", context) == "[" + clean + "]");
        REQUIRE(render_plain("{{{host.name}}}{{&host.name}}", context) == clean + clean);
    }
}

TEST_CASE("only web links become links") {
    const auto templates = all_sets();
    const Plan plan;
    Alert alert = test_support::full_alert();
    alert.links = {
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//evil",
        "HTTPS://x",
        "",
        "https://a b/",
        "https://a\nb/",
        "https://a\tb/",
        "http://one.example/",
        "https://two.example/"};
    const TextContext context = test_support::full_context(alert, plan);
    const std::string body = templates->render("en", TemplatePart::body, context);
    REQUIRE(count_of(body, "<a href=") == 2);
    REQUIRE_THAT(body, ContainsSubstring("<a href=\"http://one.example/\">"));
    REQUIRE_THAT(body, ContainsSubstring("<a href=\"https://two.example/\">"));
    alert.links.assign(5000, "https://x/");
    REQUIRE(count_of(templates->render("en", TemplatePart::body, context), "<a href=") == 100);
}

}  // namespace alert_bridge::domain
