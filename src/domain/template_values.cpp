// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/template_values.hpp"

#include <algorithm>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {
namespace {

using Text = std::string (*)(const TextSource&);

struct Getter {
    std::string_view name;
    KnownTo known_to;
    Text text;
};

const Alert& alert_of(const TextSource& source) {
    return *source.context.alert;
}

std::string zone_of(const TextSource& source) {
    return source.context.plan == nullptr ? std::string() : source.context.plan->time_zone;
}

std::string number(std::int64_t value) {
    return value == 0 ? std::string() : std::to_string(value);
}

std::string host_name(const TextSource& source) {
    const Host& host = alert_of(source).host;
    return host.name.empty() ? host.visible_name : host.name;
}

std::string host_alias(const TextSource& source) {
    const std::string& visible = alert_of(source).host.visible_name;
    return visible == host_name(source) ? std::string() : visible;
}

// The first of these that says anything: a ticket without a title helps nobody.
std::string problem_name(const TextSource& source) {
    const Alert& alert = alert_of(source);
    const std::string_view lines = trim(alert.text);
    for (const std::string_view text :
         {std::string_view(alert.problem_name), lines.substr(0, lines.find('\n')),
          std::string_view(alert.service), std::string_view(alert.problem_key)}) {
        if (!trim(text).empty()) {
            return std::string(text);
        }
    }
    return {};
}

std::string severity_word(const TextSource& source, Severity severity) {
    return std::string(
        source.words == nullptr ? to_string(severity)
                                : source.words->severities[static_cast<std::size_t>(severity)]
    );
}

std::string old_severity(const TextSource& source) {
    const auto severity = parse_severity(source.context.old_severity);
    return severity ? severity_word(source, *severity) : source.context.old_severity;
}

std::string kind_word(const TextSource& source) {
    const AlertKind kind = alert_of(source).kind;
    return std::string(
        source.words == nullptr ? to_string(kind)
                                : source.words->kinds[static_cast<std::size_t>(kind)]
    );
}

std::string event_word(const TextSource& source) {
    const auto found = std::find(kEvents.begin(), kEvents.end(), source.context.event);
    if (found == kEvents.end() || source.words == nullptr) {
        return source.context.event;
    }
    return std::string(source.words->events[static_cast<std::size_t>(found - kEvents.begin())]);
}

std::string started(const TextSource& source) {
    if (!source.context.started.empty()) {
        return source.context.started;
    }
    const auto at = alert_of(source).started_at;
    return at ? format_local(*at, zone_of(source)) : std::string();
}

// "env: prod, team: db". Tags that begin with "__" are messages between programs.
std::string tags(const TextSource& source) {
    std::vector<std::string> shown;
    for (const Tag& tag : alert_of(source).tags) {
        if (!tag.name.starts_with("__")) {
            shown.push_back(tag.value.empty() ? tag.name : tag.name + ": " + tag.value);
        }
    }
    return join(shown, ", ");
}

// Names in the order in which the documentation lists them.
constexpr auto kAlways = KnownTo::all, kTicketOnly = KnownTo::tickets;
const Getter kGetters[] = {
    {"host.name", kAlways, host_name},
    {"host.alias", kAlways, host_alias},
    {"host.visible_name", kAlways,
     [](const TextSource& s) { return alert_of(s).host.visible_name; }},
    {"host.address", kAlways, [](const TextSource& s) { return alert_of(s).host.address; }},
    {"host.groups", kAlways,
     [](const TextSource& s) { return join(alert_of(s).host.groups, ", "); }},
    {"host.serial", kAlways, [](const TextSource& s) { return alert_of(s).host.serial; }},
    {"host.inventory_number", kAlways,
     [](const TextSource& s) { return alert_of(s).host.inventory_number; }},
    {"problem.name", kAlways, problem_name},
    {"problem.text", kAlways, [](const TextSource& s) { return alert_of(s).text; }},
    {"problem.details", kAlways, [](const TextSource& s) { return alert_of(s).details; }},
    {"problem.service", kAlways, [](const TextSource& s) { return alert_of(s).service; }},
    {"problem.severity", kAlways,
     [](const TextSource& s) { return severity_word(s, alert_of(s).severity); }},
    {"problem.key", kAlways, [](const TextSource& s) { return alert_of(s).problem_key; }},
    {"problem.source", kAlways, [](const TextSource& s) { return alert_of(s).source; }},
    {"problem.started", kAlways, started},
    {"alert.id", kAlways, [](const TextSource& s) { return alert_of(s).id; }},
    {"alert.kind", kAlways, kind_word},
    {"alert.author", kAlways, [](const TextSource& s) { return alert_of(s).author; }},
    {"alert.comment", kAlways, [](const TextSource& s) { return alert_of(s).comment; }},
    {"alert.received", kAlways,
     [](const TextSource& s) { return format_local(alert_of(s).received_at, zone_of(s)); }},
    {"alert.tags", kAlways, tags},
    {"ticket.priority", kTicketOnly,
     [](const TextSource& s) {
         return s.context.plan == nullptr ? std::string() : s.context.plan->priority.name;
     }},
    {"ticket.asset", kTicketOnly, [](const TextSource& s) { return s.context.asset_name; }},
    {"ticket.asset_type", kTicketOnly, [](const TextSource& s) { return s.context.asset_type; }},
    {"ticket.entity", kTicketOnly, [](const TextSource& s) { return s.context.entity_name; }},
    {"ticket.previous", kTicketOnly,
     [](const TextSource& s) { return number(s.context.previous_ticket); }},
    {"ticket.note", kTicketOnly,
     [](const TextSource& s) {
         const Words& words = s.words == nullptr ? words_of("en") : *s.words;
         return note_text(s.context.placement_notes, words);
     }},
    {"ticket.repeats", kTicketOnly, [](const TextSource& s) { return number(s.context.repeats); }},
    {"ticket.changes", kTicketOnly, [](const TextSource& s) { return number(s.context.changes); }},
    {"event", kTicketOnly, event_word},
    {"old_severity", kTicketOnly, old_severity},
    {"started", kTicketOnly, started},
    {"ended", kTicketOnly, [](const TextSource& s) { return s.context.ended; }},
    {"duration", kTicketOnly, [](const TextSource& s) { return s.context.duration; }},
    {"now", kTicketOnly, [](const TextSource& s) { return s.context.now; }},
};

constexpr std::size_t kMaxListed = 100;  // items of one list

std::string clean(std::string_view value) {
    std::string shown = drop_controls(value);
    if (shown.size() > kMaxShown) {
        shown = cut_code_points(shown, kMaxShown);
    }
    return shown;
}

TemplateValue text_value(std::string_view text) {
    TemplateValue value;
    value.text = clean(text);
    return value;
}

TemplateValue flag_value(bool flag) {
    TemplateValue value;
    value.shape = NameShape::flag;
    value.flag = flag;
    return value;
}

// A link is shown as one: anything but http and https could be a script, and blanks or line breaks
// do not belong into an attribute.
bool is_web_link(std::string_view link) {
    return (link.starts_with("http://") || link.starts_with("https://")) &&
           link.find_first_of(" \t\n") == std::string_view::npos;
}

TemplateValue list_value(const std::vector<std::string>& items, bool links_only) {
    TemplateValue value;
    value.shape = NameShape::list;
    for (const std::string& item : items) {
        std::string shown = clean(item);
        const bool fits = value.list.size() < kMaxListed && !shown.empty();
        if (fits && (!links_only || is_web_link(shown))) {
            value.list.push_back(std::move(shown));
        }
    }
    return value;
}

// Whether the ticket holds an open problem that this text is not about.
bool has_more_open(const TextSource& source) {
    const auto& open = source.context.open_problems;
    return open.size() > 1 || (open.size() == 1 && open.front() != one_line(problem_name(source)));
}

}  // namespace

void fill_in(std::string& sentence, std::string_view placeholder, std::string_view value) {
    if (const auto at = sentence.find(placeholder); at != std::string::npos) {
        sentence.replace(at, placeholder.size(), value);
    }
}

std::string note_text(const std::vector<PlacementNote>& notes, const Words& words) {
    std::vector<std::string> sentences;
    for (const PlacementNote& note : notes) {
        std::string sentence(words.notes[static_cast<std::size_t>(note.code)]);
        fill_in(sentence, "{count}", std::to_string(note.count));
        fill_in(sentence, "{evidence}", words.evidences[static_cast<std::size_t>(note.evidence)]);
        fill_in(sentence, "{name}", note.name);  // last: a name may hold anything
        sentences.push_back(std::move(sentence));
    }
    return join(sentences, " ");
}

const std::vector<TemplateName>& template_names() {
    static const std::vector<TemplateName> kNames = [] {
        std::vector<TemplateName> names;
        for (const Getter& getter : kGetters) {
            names.push_back({std::string(getter.name), NameShape::text, getter.known_to});
        }
        for (const std::string_view detail : kAssetDetails) {
            names.push_back({"asset." + std::string(detail), NameShape::text, KnownTo::rules});
        }
        names.push_back({"alert.links", NameShape::list, KnownTo::all});
        names.push_back({"ticket.open_problems", NameShape::list, KnownTo::tickets});
        names.push_back({"ticket.more_open", NameShape::flag, KnownTo::tickets});
        for (const std::string_view event : kEvents) {
            names.push_back({"is." + std::string(event), NameShape::flag, KnownTo::tickets});
        }
        return names;
    }();
    return kNames;
}

std::optional<TemplateValue> template_value(const TextSource& source, const std::string& name) {
    const std::string_view view = name;
    if (view.starts_with("tag.")) {
        return text_value(tag_value(alert_of(source), view.substr(4)));
    }
    if (view.starts_with(kAssetPrefix)) {
        const AssetDetails* asset = source.context.asset;
        return text_value(asset == nullptr ? "" : asset->value(view.substr(kAssetPrefix.size())));
    }
    if (view.starts_with("match.")) {
        const auto found = source.context.captures.find(name.substr(6));
        return text_value(found == source.context.captures.end() ? "" : found->second);
    }
    if (view.starts_with("is.")) {
        return flag_value(view.substr(3) == source.context.event);
    }
    if (view == "alert.links") {
        return list_value(alert_of(source).links, true);
    }
    if (view == "ticket.open_problems") {
        return list_value(source.context.open_problems, false);
    }
    if (view == "ticket.more_open") {
        return flag_value(has_more_open(source));
    }
    const auto* const found =
        std::find_if(std::begin(kGetters), std::end(kGetters), [view](const Getter& getter) {
            return getter.name == view;
        });
    if (found == std::end(kGetters)) {
        return std::nullopt;
    }
    return text_value(found->text(source));
}

}  // namespace alert_bridge::domain
