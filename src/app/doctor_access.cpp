// SPDX-License-Identifier: MIT
// Which GLPI it is, and what the bridge's user may do there.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "alert_bridge/app/doctor_checks.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time_text.hpp"

namespace alert_bridge::app {
namespace {

// Bits of GLPI's rights, alike in 9.5, 10 and 11.
constexpr std::int64_t kRead = 1, kUpdate = 2, kCreate = 4;
constexpr std::int64_t kReadAll = 1024, kAddToAll = 4096, kChangePriority = 65536;

struct RightWanted {
    std::string_view right;
    std::int64_t bit;
    std::string_view in_glpi;  // how its profile form calls it
    std::string_view why;
};
constexpr std::array kRightsWanted{
    RightWanted{
        "ticket", kCreate, "Tickets: Create",
        "GLPI would refuse every ticket that the bridge opens"},
    RightWanted{
        "ticket", kUpdate, "Tickets: Update",
        "the bridge could neither solve a ticket nor change its priority or status"},
    RightWanted{
        "ticket", kReadAll, "Tickets: See all tickets",
        "the bridge could not see what people do with its tickets"},
    RightWanted{
        "followup", kAddToAll, "Followups: Add to all tickets",
        "GLPI would refuse the follow-ups about updates and recoveries"},
};

// Groups and rows of GLPI's form of a profile; the other types are a row of "Assets" each.
struct PlaceInForm {
    std::string_view item_type;
    std::string_view place;
};
constexpr std::array kPlacesInForm{
    PlaceInForm{"IPAddress", "Assets > Internet: Read"},
    PlaceInForm{"Appliance", "Management > Appliances: Read"},
    PlaceInForm{"Cluster", "Management > Clusters: Read"},
    PlaceInForm{"Enclosure", "Management > Data centers: Read"},
    PlaceInForm{"Rack", "Management > Data centers: Read"},
    PlaceInForm{"PDU", "Management > Data centers: Read"},
    PlaceInForm{"Certificate", "Management > Certificates: Read"},
    PlaceInForm{"Change", "Assistance > Changes: See all"},
    PlaceInForm{"Entity", "Administration > Entities: Read"},
    PlaceInForm{"Group", "Administration > Groups: Read"},
    PlaceInForm{"User", "Administration > Users: Read"},
    PlaceInForm{"ITILCategory", "Setup > ITIL categories: Read"},
    PlaceInForm{"Location", "Setup > Locations: Read"},
    PlaceInForm{"SLA", "Setup > SLM: Read"},
    PlaceInForm{"RequestType", "Setup > Dropdowns: Read"},
    PlaceInForm{"SolutionType", "Setup > Dropdowns: Read"},
};

std::string form_of(const Examined& examined) {
    const std::string name = examined.glpi.profile ? examined.glpi.profile->name : "NAME";
    return "Administration > Profiles > " + name + ": ";
}

bool wants_major_priority(const config::Config& config) {
    const auto& priorities = config.rules.priorities;
    return std::any_of(priorities.begin(), priorities.end(), [](const domain::PrioritySpec& spec) {
        return spec.priority.glpi_priority > 0;
    });
}

}  // namespace

std::string right_to_read(const Examined& examined, std::string_view item_type) {
    const auto found =
        std::find_if(kPlacesInForm.begin(), kPlacesInForm.end(), [&](const PlaceInForm& each) {
            return each.item_type == item_type;
        });
    const bool is_known = found != kPlacesInForm.end();
    const std::string place =
        is_known ? std::string(found->place) : "Assets > " + std::string(item_type) + ": Read";
    return form_of(examined) + "tick " + quoted(place);
}

Findings check_version(const Examined& examined) {
    if (!examined.glpi.server) {
        return not_checked(
            "GLPI does not tell its version: " + examined.glpi.server.error().message
        );
    }
    const std::string& version = examined.glpi.server->version;
    const int major = examined.glpi.server->major;
    if (version.starts_with("9.5") || major == 10 || major == 11) {
        return fine("GLPI " + version);
    }
    return {
        {Level::warning,
         {},
         version.empty() ? "GLPI does not tell its version" : "GLPI " + version + " is not known",
         "the bridge is made for 9.5, 10.0 and 11; another version may answer differently",
         "try it with mode: observe first, or update GLPI or the bridge"}};
}

Findings check_rights(const Examined& examined) {
    if (!examined.glpi.profile) {
        return not_checked(
            "GLPI does not tell the profile: " + examined.glpi.profile.error().message
        );
    }
    const glpi::ProfileFacts& profile = *examined.glpi.profile;
    const std::string name = "the profile " + quoted(profile.name);
    const std::string where = form_of(examined);
    Findings out;
    const auto lacks = [&](Level level, std::string_view in_glpi, std::string_view why) {
        out.push_back(
            {level,
             {},
             name + " lacks the right " + quoted(in_glpi),
             std::string(why),
             where + "tick it"}
        );
    };
    const auto missing = [&profile](const std::string& right, std::int64_t bit) {
        const auto found = profile.rights.find(right);
        return found == profile.rights.end() || (found->second & bit) == 0;
    };
    if (!profile.is_central) {
        out.push_back(
            {Level::error,
             {},
             name + " uses the simplified interface",
             "GLPI then refuses most of what the bridge does",
             where + "use the standard interface"}
        );
    }
    for (const RightWanted& wanted : kRightsWanted) {
        if (missing(std::string(wanted.right), wanted.bit)) {
            lacks(Level::error, wanted.in_glpi, wanted.why);
        }
    }
    if (wants_major_priority(examined.config()) && missing("ticket", kChangePriority)) {
        lacks(
            Level::error, "Tickets: Change the priority",
            "GLPI drops `glpi_priority` silently when a ticket opens, and computes another"
        );
    }
    if (missing("logs", kRead)) {
        lacks(
            Level::warning, "Administration > Historical: Read",
            "the bridge could not see whether a person worked on a ticket, and would solve none"
        );
    }
    return out.empty() ? fine(name + " may do with tickets what the bridge does") : out;
}

Findings check_item_types(const Examined& examined) {
    static const std::vector<std::string> kKnown{
        "Computer",  "NetworkEquipment", "Printer",   "Peripheral", "Phone", "Monitor",
        "Appliance", "Cluster",          "Enclosure", "Rack",       "PDU",   "Certificate"};
    Findings out;
    for (std::size_t at = 0; at < examined.glpi.item_types.size(); ++at) {
        const std::string& type = examined.item_types.at(at);
        const auto& answer = examined.glpi.item_types[at];
        if (answer) {
            continue;
        }
        const Error& error = answer.error();
        if (error.code == "ERROR_RIGHT_MISSING") {
            out.push_back(
                {Level::error,
                 {},
                 "the bridge's user may not read " + type,
                 type == "Change"      ? "planned changes are not heeded"
                 : type == "IPAddress" ? "no host is found by its address"
                                       : "no host of that type is linked to its ticket",
                 right_to_read(examined, type) + (type == "IPAddress" || type == "Change"
                                                      ? ""
                                                      : ", or take it out of glpi.item_types")}
            );
        } else if (error.code == "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM") {
            const std::string near = nearest_name(type, kKnown);
            out.push_back(
                {Level::error,
                 {},
                 "GLPI has no item type " + quoted(type),
                 "it is passed over in every look-up",
                 near.empty() ? "take it out of glpi.item_types"
                              : "did you mean " + quoted(near) + "? Correct glpi.item_types"}
            );
        } else {
            out.push_back(
                {Level::skipped, {}, type + ": " + error.code + " " + error.message, {}, {}}
            );
        }
    }
    return out.empty() ? fine("may read " + join(examined.item_types, ", ")) : out;
}

Findings check_preferences(const Examined& examined) {
    if (!examined.glpi.session || !examined.glpi.server) {
        return not_checked("GLPI does not tell the user's preferences");
    }
    const glpi::LoginFacts& session = *examined.glpi.session;
    // Which of them GLPI heeds for the API: 9.5 at creation, 11 at follow-ups and solutions.
    const int major = examined.glpi.server->major;
    static const std::set<std::string> kOf9{"set_default_tech"};
    static const std::set<std::string> kOf11{"set_followup_tech", "set_solution_tech"};
    const std::set<std::string> heeded = major <= 9    ? kOf9
                                         : major >= 11 ? kOf11
                                                       : std::set<std::string>{};
    Findings out;
    bool told = heeded.empty();
    for (const std::string& name : heeded) {
        const auto found = session.preferences.find(name);
        told = told || found != session.preferences.end();
        if (found != session.preferences.end() && found->second) {
            out.push_back(
                {Level::warning,
                 {},
                 "the user's preference " + name + " is on",
                 "GLPI then makes the bridge's user the technician of its tickets, as if somebody "
                 "had "
                 "taken them",
                 "log in as " + quoted(session.user_name) +
                     ", My settings > Personalization, and say no"}
            );
        }
    }
    if (!told) {
        return not_checked("GLPI does not tell the user's preferences");
    }
    return out.empty() ? fine("no preference makes the user a technician of its tickets") : out;
}

Findings check_clock(const Examined& examined) {
    constexpr std::int64_t kFine = 30, kQuarter = 15 * 60, kZoneSlack = 60;
    const std::string& configured = examined.config().glpi.time_zone;
    const std::string zone = configured.empty() ? "UTC" : configured;
    const std::optional<WallTime> theirs =
        examined.glpi.session ? parse_time(examined.glpi.session->time_text, zone) : std::nullopt;
    if (!theirs) {
        return not_checked("GLPI does not tell its time");
    }
    const auto ahead =
        std::chrono::round<std::chrono::seconds>(*theirs - examined.glpi.session->asked_at).count();
    const std::int64_t off = std::abs(ahead);
    if (off <= kFine) {
        return fine("GLPI's clock and this one agree to within " + std::to_string(off) + "s");
    }
    const std::string by = format_duration(std::chrono::seconds(off)) +
                           (ahead > 0 ? " ahead of" : " behind") + " this machine's";
    const std::int64_t rest = off % kQuarter;
    if (off >= kQuarter - kZoneSlack && std::min(rest, kQuarter - rest) <= kZoneSlack) {
        return {
            {Level::error,
             {},
             "GLPI's time is " + by + ", read as " + zone,
             "that is a difference of time zones: dates that the bridge writes (ticket_date: "
             "started) and the hours of planned changes are wrong by it",
             "set glpi.time_zone to the zone of the bridge's GLPI user (its preferences, else "
             "PHP's)"}};
    }
    return {
        {Level::warning,
         {},
         "GLPI's clock is " + by,
         "dates that the bridge writes (ticket_date: started) and the hours of planned changes are "
         "off by as much",
         "let both machines get their time from the same NTP servers"}};
}

Findings check_reference(const Examined& examined) {
    const auto& reference = examined.glpi.reference;
    if (!reference) {
        return not_checked("GLPI did not answer the search: " + reference.error().message);
    }
    const std::string why =
        "after a doubtful write the bridge could not tell whether the ticket is there, and would "
        "make a second one";
    if (reference->tickets == 0) {
        return fine("the search for the bridge's tickets is answered; the last 7 days have none");
    }
    if (reference->sample.empty()) {
        return {
            {Level::error,
             {},
             "none of " + std::to_string(reference->tickets) +
                 " tickets that the bridge's user wrote in the last 7 days carries a reference",
             why,
             "does a rule (Administration > Rules > Business rules for tickets) or a plugin "
             "replace the description? Keep its last line. Or does another program write as this "
             "user? Give it one of its own"}};
    }
    if (reference->is_found) {
        return fine("a ticket is found by its reference, " + reference->sample);
    }
    return {
        {Level::error,
         {},
         "the ticket with the reference " + reference->sample + " is not found by it",
         why,
         "does GLPI's search use a database replica that lags, or does a rule rewrite the "
         "content?"}};
}

}  // namespace alert_bridge::app
