// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/payload.hpp"

#include "alert_bridge/glpi/reply.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using nlohmann::json;

namespace {

const std::string kReference = "GAB-ABABABABABABABABABABABABAB";

domain::NewTicket ticket() {
    domain::NewTicket out;
    out.title = "web01: Disk <full> & hot";
    out.html = "<p>/var is at 97 %</p>";
    out.reference = kReference;
    out.entity_id = 1;
    return out;
}

json input_of(const std::string& body) {
    const json parsed = json::parse(body);
    REQUIRE(parsed.size() == 1);
    return parsed.at("input");
}

ports::TimelineEntry entry() {
    ports::TimelineEntry out;
    out.ticket_id = 5;
    out.html = "<p>Still failing</p>";
    out.reference = kReference;
    return out;
}

}  // namespace

TEST_CASE("a plain ticket names entity and requester always and nothing that is not set") {
    const json input = input_of(glpi::new_ticket_body(ticket(), 10, ""));
    CHECK(input.at("entities_id") == 1);
    CHECK(input.at("_users_id_requester") == 0);
    CHECK(input.at("type") == 1);
    CHECK(input.at("urgency") == 3);
    CHECK(input.at("impact") == 3);
    CHECK(input.at("_do_not_compute_takeintoaccount") == 1);
    CHECK_THAT(input.at("content").get<std::string>(), ContainsSubstring("/var is at 97 %"));
    CHECK_THAT(input.at("content").get<std::string>(), ContainsSubstring(kReference));
    CHECK_THAT(input.at("name").get<std::string>(), ContainsSubstring("web01: Disk"));
    CHECK(input.at("name").get<std::string>().find("GAB-") == std::string::npos);
    for (const char* absent :
         {"id", "priority", "itilcategories_id", "_groups_id_assign", "_users_id_assign",
          "_users_id_observer", "locations_id", "slas_id_ttr", "requesttypes_id", "items_id",
          "date", "externalid", "_disablenotif", "status"}) {
        INFO(absent);
        CHECK_FALSE(input.contains(absent));
    }
}

TEST_CASE("everything that is set is sent under GLPI's names") {
    auto full = ticket();
    full.type = domain::TicketType::request;
    full.urgency = 5;
    full.impact = 5;
    full.priority = 6;
    full.category_id = 11;
    full.assign_group_id = 12;
    full.assign_user_id = 13;
    full.requester_id = 14;
    full.location_id = 15;
    full.sla_id = 16;
    full.request_source_id = 17;
    full.observer_ids = {18, 19};
    domain::AssetHit asset;
    asset.item_type = "NetworkEquipment";
    asset.id = 20;
    full.asset = asset;
    full.date = from_unix_ms(1'795'466'910'000);
    full.notify = false;
    const json input = input_of(glpi::new_ticket_body(full, 11, "Europe/Paris"));
    CHECK(input.at("type") == 2);
    CHECK(input.at("urgency") == 5);
    CHECK(input.at("impact") == 5);
    CHECK(input.at("priority") == 6);
    CHECK(input.at("itilcategories_id") == 11);
    CHECK(input.at("_groups_id_assign") == 12);
    CHECK(input.at("_users_id_assign") == 13);
    CHECK(input.at("_users_id_requester") == 14);
    CHECK(input.at("locations_id") == 15);
    CHECK(input.at("slas_id_ttr") == 16);
    CHECK(input.at("requesttypes_id") == 17);
    CHECK(input.at("_users_id_observer") == json({18, 19}));
    CHECK(input.at("items_id") == json::parse(R"({"NetworkEquipment":[20]})"));
    CHECK(input.at("externalid") == kReference);
    CHECK(input.at("_disablenotif") == 1);
    CHECK(input.at("date") == format_local_plain(*full.date, "Europe/Paris"));
}

TEST_CASE("the title fits what each version stores") {
    auto longer = ticket();
    longer.title = std::string(400, '&');
    const auto name = [&](int major) {
        return input_of(glpi::new_ticket_body(longer, major, "")).at("name").get<std::string>();
    };
    CHECK(name(10).size() < 60);
    CHECK(name(11).size() > 200);
}

TEST_CASE("ill-formed text cannot break the request") {
    auto bad = ticket();
    bad.html = "<p>\xff\xfe</p>";
    CHECK_NOTHROW(input_of(glpi::new_ticket_body(bad, 11, "")));
}

TEST_CASE("a follow-up is silent, private and without side effects unless told otherwise") {
    json input = input_of(glpi::followup_body(entry()));
    CHECK(input.at("itemtype") == "Ticket");
    CHECK(input.at("items_id") == 5);
    CHECK(input.at("is_private") == 1);
    CHECK(input.at("_no_reopen") == 1);
    CHECK(input.at("_do_not_compute_takeintoaccount") == 1);
    CHECK(input.at("_disablenotif") == 1);
    CHECK_FALSE(input.contains("add_reopen"));
    CHECK_THAT(input.at("content").get<std::string>(), ContainsSubstring(kReference));

    auto loud = entry();
    loud.reopen = true;
    loud.notify = true;
    loud.is_private = false;
    input = input_of(glpi::followup_body(loud));
    CHECK(input.at("is_private") == 0);
    CHECK(input.at("add_reopen") == 1);
    CHECK_FALSE(input.contains("_no_reopen"));
    CHECK_FALSE(input.contains("_disablenotif"));
}

TEST_CASE("a quiet solution leaves the status to the request that follows") {
    auto solution = entry();
    solution.solution_type_id = 3;
    json input = input_of(glpi::solution_body(solution));
    CHECK(input.at("_linked_ticket") == 1);
    CHECK(input.at("solutiontypes_id") == 3);
    solution.notify = true;
    solution.solution_type_id = 0;
    input = input_of(glpi::solution_body(solution));
    CHECK_FALSE(input.contains("_linked_ticket"));
    CHECK_FALSE(input.contains("solutiontypes_id"));
}

TEST_CASE("a change names only what changes") {
    ports::TicketChange change;
    change.ticket_id = 5;
    change.status = 2;
    CHECK(input_of(glpi::change_body(change)) == json::parse(R"({"status":2,"_disablenotif":1})"));
    change = ports::TicketChange();
    change.urgency = 5;
    change.impact = 4;
    change.priority = 6;
    change.notify = true;
    CHECK(
        input_of(glpi::change_body(change)) ==
        json::parse(R"({"urgency":5,"impact":4,"priority":6})")
    );
    CHECK(
        input_of(glpi::link_body(5, 4)) ==
        json::parse(R"({"tickets_id_1":5,"tickets_id_2":4,"link":1})")
    );
}

TEST_CASE("a reference is looked for among what changed lately, in relative time") {
    json body = json::parse(glpi::reference_search_body(
        kReference, Duration(90'000), glpi::ReferenceField::content, false
    ));
    CHECK(body.at("criteria").at(0).at("field") == 19);
    CHECK(body.at("criteria").at(0).at("searchtype") == "morethan");
    CHECK(body.at("criteria").at(0).at("value") == "-2MINUTE");
    CHECK(body.at("criteria").at(1).at("field") == 21);
    CHECK(body.at("criteria").at(1).at("searchtype") == "contains");
    CHECK(body.at("criteria").at(1).at("value") == kReference);
    CHECK_FALSE(body.contains("is_deleted"));
    body = json::parse(glpi::reference_search_body(
        kReference, Duration(0), glpi::ReferenceField::external_id, true
    ));
    CHECK(body.at("criteria").at(0).at("value") == "-1MINUTE");
    CHECK(body.at("criteria").at(1).at("field") == 87);
    CHECK(body.at("criteria").at(1).at("value") == "^" + kReference + "$");
    CHECK(body.at("is_deleted") == 1);
}
