// SPDX-License-Identifier: MIT
// ports::AssetDirectory over the simulated GLPI 10 and 11.
#include "glpi_world.hpp"

using namespace alert_bridge;
using domain::Evidence;
using test::GlpiWorld;

namespace {

using Hits = std::vector<domain::AssetHit>;

domain::AssetQuery by_name(const std::string& name, const std::string& short_name = "") {
    domain::AssetQuery query;
    query.name = name;
    query.short_name = short_name;
    return query;
}

Hits found(GlpiWorld& world, const domain::AssetQuery& query) {
    const auto hits = world.run(world.directory().find(query));
    REQUIRE(hits.has_value());
    return *hits;
}

}  // namespace

TEST_CASE("one name in two entities gives both, and neighbours in spelling do not count") {
    GlpiWorld world(GENERATE(10, 11));
    const Hits hits = found(world, by_name("web01"));
    REQUIRE(hits.size() == 2);
    CHECK(hits[0] == domain::AssetHit{"Computer", 1, "web01", 1, Evidence::name});
    CHECK(hits[1] == domain::AssetHit{"Computer", 4, "web01", 3, Evidence::name});
    CHECK(found(world, by_name("WEB01")).size() == 2);
    CHECK(found(world, by_name("web")).empty());
}

TEST_CASE("templates and the trash bin are left out") {
    GlpiWorld world(GENERATE(10, 11));
    CHECK(found(world, by_name("retired01")).empty());
    CHECK(found(world, by_name("tmpl")).empty());
}

TEST_CASE("the strongest evidence that finds anything decides") {
    GlpiWorld world(GENERATE(10, 11));
    auto query = by_name("web01");
    query.serial = "sn-b-0001";
    Hits hits = found(world, query);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].id == 4);
    CHECK(hits[0].evidence == Evidence::serial);
    query.inventory_number = "INV-A-1";
    hits = found(world, query);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].id == 1);
    CHECK(hits[0].evidence == Evidence::inventory_number);
    query.glpi_type = "Computer";
    query.glpi_id = 6;
    hits = found(world, query);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].name == "jump-host");
    CHECK(hits[0].evidence == Evidence::glpi_id);
    query.glpi_id = 999;
    CHECK(found(world, query).at(0).evidence == Evidence::inventory_number);
}

TEST_CASE("a full name is tried before the name without its domain, over all item types") {
    GlpiWorld world(GENERATE(10, 11));
    CHECK(
        found(world, by_name("db01.customer-a.example", "db01")).at(0).evidence == Evidence::name
    );
    const Hits hits = found(world, by_name("sw-core-01.example", "sw-core-01"));
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].item_type == "NetworkEquipment");
    CHECK(hits[0].evidence == Evidence::short_name);
}

TEST_CASE("an address finds every asset that holds it") {
    GlpiWorld world(GENERATE(10, 11));
    domain::AssetQuery query;
    query.name = "unknown";
    query.address = "10.1.1.10";
    const Hits hits = found(world, query);
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].evidence == Evidence::address);
    CHECK(hits[0].entity_id == 1);
    CHECK(hits[1].entity_id == 3);
    query.address = "2001:db8:1::11";
    REQUIRE(found(world, query).size() == 1);
    CHECK(found(world, query).at(0).name == "db01.customer-a.example");
}

TEST_CASE("hostile values cost no request") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.reset_requests();
    for (const std::string value : {"^", "%", "web01$", "a<b>", "NULL", "x\ny"}) {
        INFO(value);
        CHECK(found(world, by_name(value)).empty());
    }
    auto query = by_name("");
    query.glpi_type = "../initSession?x=";
    query.glpi_id = 1;
    CHECK(found(world, query).empty());
    CHECK(found(world, domain::AssetQuery()).empty());
    CHECK(world.requests() == 0);
}

TEST_CASE("GLPI is not asked twice for one host, found or not, until the memory is old") {
    GlpiWorld world(GENERATE(10, 11));
    const auto known = by_name("jump-host");
    const auto unknown = by_name("no-such-host");
    CHECK_FALSE(world.directory().remembered(known).has_value());
    CHECK(found(world, known).size() == 1);
    CHECK(found(world, unknown).empty());
    world.reset_requests();
    CHECK(found(world, known).size() == 1);
    CHECK(found(world, unknown).empty());
    CHECK(world.directory().remembered(known)->size() == 1);
    CHECK(world.directory().remembered(unknown)->empty());
    CHECK(world.requests() == 0);
    world.clock.time += Duration(5 * 60'000);
    CHECK_FALSE(world.directory().remembered(unknown).has_value());
    CHECK(world.directory().remembered(known).has_value());
    world.clock.time += Duration(3'600'000);
    CHECK_FALSE(world.directory().remembered(known).has_value());
    CHECK(found(world, known).size() == 1);
    CHECK(world.requests() > 0);
}

TEST_CASE("what was found before a restart serves while GLPI is away") {
    GlpiWorld world(GENERATE(10, 11));
    const auto query = by_name("jump-host");
    CHECK(found(world, query).size() == 1);
    REQUIRE(world.run(world.directory().entities()).has_value());
    glpi::Options options;
    options.url = world.server.url();
    options.user_token = Secret("sim-bridge-token");
    world.server.close();
    const auto restarted = world.make(options);
    CHECK(world.run(restarted->directory().find(query))->size() == 1);
    world.clock.time += Duration(24 * 3'600'000);
    CHECK(world.run(restarted->directory().find(query))->size() == 1);
    const auto tree = world.run(restarted->directory().entities());
    REQUIRE(tree.has_value());
    CHECK((*tree)->all().size() == 4);
    const auto other = world.run(restarted->directory().find(by_name("web01")));
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().kind == ErrorClass::later);
}

TEST_CASE("the same question asked at once goes out once") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.reset_requests();
    int done = 0;
    const auto count = [&](std::exception_ptr, Result<Hits> hits) {
        CHECK(hits->size() == 2);
        ++done;
    };
    for (int i = 0; i < 10; ++i) {
        test::asio::co_spawn(world.io, world.directory().find(by_name("web01")), count);
    }
    world.io.restart();
    while (done < 10 && world.io.run_one() > 0) {
    }
    CHECK(done == 10);
    CHECK(world.requests() == 8);
}

TEST_CASE("an outage in the middle of a look-up is not taken for a miss") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.fault("html_200", "GET", "NetworkEquipment", 1);
    const auto hits = world.run(world.directory().find(by_name("web01")));
    REQUIRE_FALSE(hits.has_value());
    CHECK(hits.error().kind == ErrorClass::later);
    CHECK_FALSE(world.directory().remembered(by_name("web01")).has_value());
    CHECK(found(world, by_name("web01")).size() == 2);
}

TEST_CASE("entities form a tree that is remembered for its life") {
    GlpiWorld world(GENERATE(10, 11));
    CHECK(world.directory().known_entities() == nullptr);
    const auto tree = world.run(world.directory().entities());
    REQUIRE(tree.has_value());
    CHECK((*tree)->all().size() == 4);
    REQUIRE((*tree)->by_id(2) != nullptr);
    CHECK((*tree)->by_id(2)->complete_name == "Root entity > Customer A > Site A1");
    CHECK((*tree)->is_inside(2, 1));
    CHECK_FALSE((*tree)->is_inside(3, 1));
    REQUIRE(world.directory().known_entities() != nullptr);
    world.reset_requests();
    REQUIRE(world.run(world.directory().entities()).has_value());
    CHECK(world.requests() == 0);
    world.clock.time += Duration(10 * 60'000);
    REQUIRE(world.run(world.directory().entities()).has_value());
    CHECK(world.requests() == 1);
}

TEST_CASE("a tree in doubt is asked for again, but not all the time") {
    GlpiWorld world(GENERATE(10, 11));
    auto& directory = world.directory();
    CHECK_FALSE(directory.entities_are_fresh());
    REQUIRE(world.run(directory.entities()).has_value());
    CHECK(directory.entities_are_fresh());
    world.reset_requests();
    directory.doubt_entities();
    CHECK(directory.entities_are_fresh());  // it came from GLPI only just now
    world.clock.time += Duration(5 * 60'000);
    CHECK(directory.entities_are_fresh());
    directory.doubt_entities();
    CHECK_FALSE(directory.entities_are_fresh());
    REQUIRE(world.run(directory.entities()).has_value());
    CHECK(world.requests() == 1);
    directory.doubt_entities();
    CHECK(directory.entities_are_fresh());
}

TEST_CASE("an old tree serves while GLPI is away, and GLPI is not asked for each alert") {
    GlpiWorld world(GENERATE(10, 11));
    auto& directory = world.directory();
    REQUIRE(world.run(directory.entities()).has_value());
    world.clock.time += Duration(24 * 3'600'000);
    CHECK_FALSE(directory.entities_are_fresh());
    REQUIRE(directory.known_entities() != nullptr);
    world.fault("http_502", "", "", -1);
    CHECK((*world.run(directory.entities()))->all().size() == 4);
    CHECK(directory.entities_are_fresh());
    world.reset_requests();
    CHECK((*world.run(directory.entities()))->all().size() == 4);
    CHECK(world.requests() == 0);
    world.clock.time += Duration(60'000);
    CHECK_FALSE(directory.entities_are_fresh());
}

TEST_CASE("names resolve as seen from the ticket's entity") {
    GlpiWorld world(GENERATE(10, 11));
    ports::Names names;
    names.entity_id = 3;
    names.assign_group = "Customer B team";
    names.category = "Customer B only";
    names.request_source = "Monitoring";
    names.sla = "TTR 4 hours";
    names.assign_user = "svc-tech";
    names.observers = {"oncall", "nobody-of-that-name", "#8"};
    auto resolved = world.run(world.directory().resolve(names));
    REQUIRE(resolved.has_value());
    CHECK(resolved->assign_group_id == 3);
    CHECK(resolved->category_id == 3);
    CHECK(resolved->request_source_id == 7);
    CHECK(resolved->sla_id == 2);
    CHECK(resolved->assign_user_id == 8);
    CHECK(resolved->observer_ids == std::vector<std::int64_t>{11, 8});
    CHECK(resolved->missing == std::vector<std::string>{"user 'nobody-of-that-name'"});

    names = ports::Names();
    names.entity_id = 1;
    names.assign_group = "Customer B team";
    names.category = "Customer B only";
    names.sla = "TTO 15 minutes";
    resolved = world.run(world.directory().resolve(names));
    REQUIRE(resolved.has_value());
    CHECK(resolved->assign_group_id == 0);
    CHECK(resolved->category_id == 0);
    CHECK(resolved->sla_id == 0);
    CHECK(resolved->missing.size() == 3);
}

TEST_CASE("resolved names cost nothing for their life, and an outage is an error, not a miss") {
    GlpiWorld world(GENERATE(10, 11));
    ports::Names names;
    names.entity_id = 1;
    names.assign_group = "Customer A network";
    REQUIRE(world.run(world.directory().resolve(names)).has_value());
    world.reset_requests();
    CHECK(world.run(world.directory().resolve(names))->assign_group_id == 2);
    CHECK(world.requests() == 0);
    world.fault("http_502", "", "", -1);
    ports::Names others = names;
    others.assign_group = "Somebody";
    const auto resolved = world.run(world.directory().resolve(others));
    REQUIRE_FALSE(resolved.has_value());
    CHECK(resolved.error().kind == ErrorClass::later);
    world.clock.time += Duration(3'600'000);
    CHECK(world.run(world.directory().resolve(names))->assign_group_id == 2);
}

TEST_CASE("what the user may not read is passed over with one warning") {
    GlpiWorld world(GENERATE(10, 11), "sim-self-service-token");
    const auto hits = world.run(world.directory().find(by_name("web01")));
    REQUIRE(hits.has_value());
    const auto again = world.run(world.directory().find(by_name("db01")));
    REQUIRE(again.has_value());
    CHECK(world.events.count("glpi_type_unreadable") <= 9);
}

namespace {

constexpr const char* kServers = R"({"computers": [{"name": "erp", "entities_id": 1,
    "type": "Server", "state": "Production", "location": "Paris > DC1", "group": "Sales",
    "tech_group": "NOC > Linux", "criticity": "Very high", "comment": "do not touch"}]})";

}  // namespace

TEST_CASE("an asset's details come in one request, and its columns are looked up once a day") {
    GlpiWorld world(GENERATE(10, 11));
    world.control("POST", "seed", kServers);
    const domain::AssetHit asset = found(world, by_name("erp")).at(0);
    const std::vector<std::string> names{"comment",    "criticality", "field.Inventory number",
                                         "group",      "location",    "state",
                                         "tech_group", "type"};
    CHECK_FALSE(world.directory().remembered_details(asset, names).has_value());
    world.reset_requests();
    const auto details = world.run(world.directory().details(asset, names));
    REQUIRE(details.has_value());
    CHECK(world.requests() == 2);
    CHECK(details->value("item_type") == "Computer");
    CHECK(details->value("type") == "Server");
    CHECK(details->value("state") == "Production");
    CHECK(details->value("location") == "Paris > DC1");
    CHECK(details->value("group") == "Sales");
    CHECK(details->value("tech_group") == "NOC > Linux");
    CHECK(details->value("criticality") == "Very high");
    CHECK(details->value("comment") == "do not touch");
    CHECK(details->value("field.Inventory number").empty());

    world.reset_requests();
    const auto again = world.run(world.directory().details(asset, names));
    REQUIRE(again.has_value());
    CHECK((*again == *details));
    CHECK((world.directory().remembered_details(asset, names) == *details));
    CHECK(world.requests() == 0);
    const domain::AssetHit other = found(world, by_name("jump-host")).at(0);
    world.reset_requests();
    const auto few = world.run(world.directory().details(other, names));
    REQUIRE(few.has_value());
    CHECK(few->value("state").empty());
    CHECK(world.requests() == 1);
}

TEST_CASE("details that GLPI does not have, or does not let us read, are absent") {
    GlpiWorld world(GENERATE(10, 11));
    const domain::AssetHit asset = found(world, by_name("jump-host")).at(0);
    auto details = world.run(world.directory().details(asset, {"field.No such column"}));
    REQUIRE(details.has_value());
    CHECK(details->values.size() == 2);
    CHECK(world.events.count("glpi_detail_unknown") == 1);
    domain::AssetHit strange = asset;
    strange.item_type = "Nonsense";
    details = world.run(world.directory().details(strange, {"state"}));
    REQUIRE(details.has_value());
    CHECK(details->values.size() == 2);
    CHECK(world.events.count("glpi_type_unreadable") == 1);
}

TEST_CASE("while GLPI is away, old details serve rather than none") {
    GlpiWorld world(GENERATE(10, 11));
    world.control("POST", "seed", kServers);
    const domain::AssetHit asset = found(world, by_name("erp")).at(0);
    REQUIRE(world.run(world.directory().details(asset, {"state"})).has_value());
    world.clock.time += std::chrono::hours(2);
    world.fault("http_502", "", "", -1);
    const auto details = world.run(world.directory().details(asset, {"state"}));
    REQUIRE(details.has_value());
    CHECK(details->value("state") == "Production");
    CHECK_FALSE(world.run(world.directory().details(asset, {"type"})).has_value());
}
