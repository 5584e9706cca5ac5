// SPDX-License-Identifier: MIT
// Ticket texts: a fuzzed template over a fuzzed alert, and the shipped templates over the same
// alert, up to the JSON that GLPI gets. Text of an alert never becomes markup.
#include <array>
#include <nlohmann/json.hpp>

#include "../support/html_checker.hpp"
#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/domain/template_values.hpp"
#include "alert_bridge/glpi/payload.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using namespace alert_bridge::domain;
using fuzz::Bytes;
using fuzz::require;

constexpr const char* kReference = "GAB-0123456789ABCDEFGHJKMNPQRS";
// All values of one text have 1 MiB; escaping makes six bytes of one at most, and the template
// itself may stand in a section that repeats.
constexpr std::size_t kMaxRendered = std::size_t{32} << 20U;

struct Texts {
    const Templates& templates;
    const TextContext& context;
};

// As GLPI `major` gets it.
void check_shipped(const Texts& texts, const std::string& set, int major) {
    NewTicket ticket;
    ticket.reference = kReference;
    ticket.title = texts.templates.render(set, TemplatePart::title, texts.context);
    require(!test_support::has_control(ticket.title, false), "a title is one line", ticket.title);
    for (const TemplatePart part :
         {TemplatePart::body, TemplatePart::followup, TemplatePart::solution}) {
        ticket.html = texts.templates.render(set, part, texts.context);
        const std::string foreign = test_support::foreign_markup(ticket.html);
        require(foreign.empty(), "text of an alert is never markup", foreign);
        require(test_support::balanced(ticket.html), "markup is balanced", ticket.html);
        require(!test_support::has_control(ticket.html, true), "no control characters");
    }
    const auto body = nlohmann::json::parse(glpi::new_ticket_body(ticket, major, "UTC"));
    const auto content = body.at("input").at("content").get<std::string>();
    require(content.find(kReference) != content.npos, "a ticket carries its reference");
    const auto title = body.at("input").at("name").get<std::string>();
    require(count_code_points(title) <= 255, "a title fits", title);
}

bool has_markup(std::string_view source) {
    return source.find_first_of("<>\"'&") != std::string_view::npos;
}

const Templates& shipped() {
    static const auto kShipped = Templates::compile({});
    require(kShipped.has_value(), "the shipped sets compile");
    return **kShipped;
}

// What a template of the configuration may do with the alert, as the title or as the body.
void check_own(const std::string& source, TemplatePart part, const TextContext& context) {
    const bool accepted = check_template(source).empty();
    TemplateSet set;
    (part == TemplatePart::title ? set.title : set.body) = source;
    const auto compiled = Templates::compile({{"own", set}});
    if (!source.empty()) {
        require(compiled.has_value() == accepted, "check and compile agree", source);
    }
    if (accepted) {
        require(is_well_formed_template(source), "what is accepted is well formed", source);
    }
    const std::string plain = render_plain(source, context);
    require(is_well_formed_template(source) || plain.empty(), "a broken template gives nothing");
    if (!compiled) {
        require(compiled.error().code == "template", "the code is stable", compiled.error().code);
        return;
    }
    require((*compiled)->has("own"), "the set is there");
    const std::string text = (*compiled)->render("own", part, context);
    require(text.size() <= kMaxRendered, "a text is bounded");
    if (part == TemplatePart::title) {
        require(!test_support::has_control(text, false), "a title is one line", text);
    } else if (!source.empty() && !has_markup(source)) {
        const std::string foreign = test_support::foreign_markup(text);
        require(foreign.empty(), "text of an alert is never markup", foreign);
    }
}

}  // namespace

void fuzz::templates(std::string_view input) {
    Bytes bytes(input);
    const std::string source = repair_utf8(bytes.text());
    const std::string event(kEvents[bytes.below(kEvents.size())]);
    const Alert alert = alert_from(bytes);
    const Plan plan;
    TextContext context;
    context.alert = &alert;
    context.plan = &plan;
    context.event = event;
    context.asset_name = repair_utf8(bytes.word());
    context.entity_name = repair_utf8(bytes.word());
    context.placement_notes = {{bytes.one_of(NoteCode::planned_change), context.entity_name}};
    context.repeats = bytes.byte();
    context.previous_ticket = bytes.byte();
    context.open_problems = {alert.problem_name, repair_utf8(bytes.word())};
    // One way to use them per input: all of them would be most of the time that an input takes.
    const std::string set = bytes.flag() ? "fr" : "en";
    const TemplatePart part = bytes.flag() ? TemplatePart::title : TemplatePart::body;
    constexpr std::array<int, 3> kMajors{11, 10, 9};
    check_own(source, part, context);
    check_shipped({shipped(), context}, set, kMajors[bytes.below(kMajors.size())]);
    (void)check_template(source, {"site"});
}
