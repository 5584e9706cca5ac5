// SPDX-License-Identifier: MIT
// What the recordings cannot show: the control API of glpi-sim, its faults, and the history that
// tells a person's doing from the bridge's. In-process, like the replay.
#include <fstream>

#include "catch.hpp"
#include "params.hpp"
#include "paths.hpp"
#include "sim.hpp"

namespace {

using glpi_sim::Ending;
using glpi_sim::Json;
using glpi_sim::Request;
using glpi_sim::Response;
using glpi_sim::Sim;

struct Client {
    Sim sim{11, [] { return std::int64_t{1'800'000'000'000}; }};
    std::string token;

    Response send(const std::string& method, const std::string& target, const Json& body = {}) {
        Request request{method, target, {{"App-Token", "sim-app-token"}}, ""};
        request.headers.emplace_back("Session-Token", token);
        request.headers.emplace_back("Content-Type", "application/json");
        if (!body.is_null())
            request.body = body.dump();
        return sim.handle(request);
    }
    Json json(const std::string& method, const std::string& target, const Json& body = {}) {
        return Json::parse(send(method, target, body).body);
    }
    void login(const std::string& user_token) {
        const Json answer = json("GET", "/apirest.php/initSession?user_token=" + user_token);
        token = answer["session_token"].get<std::string>();
    }
    Response new_ticket() {
        const Json input = {{"name", "x"}, {"content", "y"}, {"entities_id", 1}};
        return send("POST", "/apirest.php/Ticket", {{"input", input}});
    }
    void fault(const std::string& action, int count = 1) {
        const Json match = {{"method", "POST"}, {"path", "^/apirest.php/Ticket$"}};
        const Json rule = {{"match", match}, {"action", action}, {"count", count}};
        send("POST", "/_sim/faults", {{"rules", Json::array({rule})}});
    }
    std::size_t tickets() { return json("GET", "/_sim/tickets").size(); }
};

Client bridge() {
    Client out;
    out.login("sim-bridge-token");
    return out;
}

}  // namespace

TEST_CASE("a fault before the work leaves no ticket behind") {
    for (const char* action :
         {"html_200", "empty_200", "html_500", "maintenance", "http_502", "reset_before",
          "bad_app_token", "sql_400", "session_lost", "update_needed", "not_configured",
          "sql_500"}) {
        Client client = bridge();
        client.fault(action);
        const Response answer = client.new_ticket();
        INFO(action);
        CHECK((answer.status != 201 || answer.ending == Ending::reset));
        CHECK(client.tickets() == 0);
        CHECK(client.json("GET", "/_sim/faults")["rules"][0]["fired"] == 1);
    }
}

TEST_CASE("a fault after the work leaves the ticket stored") {
    for (const char* action :
         {"commit_then_500", "commit_then_reset", "commit_then_hang", "half_answer",
          "sql_400_stored"}) {
        Client client = bridge();
        client.fault(action);
        const Response answer = client.new_ticket();
        INFO(action);
        CHECK((answer.status != 201 || answer.ending != Ending::normal));
        CHECK(client.tickets() == 1);
        CHECK(client.new_ticket().status == 201);
    }
}

TEST_CASE("a lock in the middle leaves a ticket without its assets") {
    Client client = bridge();
    client.fault("link_missing");
    const Json input = {{"name", "x"}, {"items_id", {{"Computer", {1}}}}};
    for (const std::size_t links : {0U, 1U}) {
        CHECK(client.send("POST", "/apirest.php/Ticket", {{"input", input}}).status == 201);
        CHECK(client.json("GET", "/_sim/tickets").back()["items"].size() == links);
    }
}

TEST_CASE("faults can be cleared, and an unknown action is refused") {
    Client client = bridge();
    client.fault("html_500", -1);
    CHECK(client.new_ticket().status == 500);
    client.send("DELETE", "/_sim/faults");
    CHECK(client.new_ticket().status == 201);
    const Json rule = {{"action", "no_such"}};
    CHECK(client.send("POST", "/_sim/faults", {{"rules", Json::array({rule})}}).status == 400);
}

TEST_CASE("the history names the user of each change") {
    Client client = bridge();
    client.new_ticket();
    client.login("sim-person-token");
    client.send("PUT", "/apirest.php/Ticket/1", {{"input", {{"status", 4}}}});
    const Json log = client.json("GET", "/apirest.php/Ticket/1/Log?get_hateoas=false");
    REQUIRE(log.size() == 2);
    CHECK(log[0]["linked_action"] == 20);
    CHECK(log[0]["user_name"] == "Alert bridge (12)");
    CHECK(log[1]["linked_action"] == 0);
    CHECK(log[1]["id_search_option"] == 12);
    CHECK(log[1]["old_value"] == "1");
    CHECK(log[1]["new_value"] == "4");
    CHECK(log[1]["user_name"] == "Pat Person (13)");
}

TEST_CASE("only writes without _disablenotif send mail, and a solution always does") {
    Client client = bridge();
    const Json quiet = {{"name", "x"}, {"entities_id", 1}, {"_disablenotif", 1}};
    client.send("POST", "/apirest.php/Ticket", {{"input", quiet}});
    Json part = {{"itemtype", "Ticket"}, {"items_id", 1}, {"content", "z"}, {"_disablenotif", 1}};
    client.send("POST", "/apirest.php/ITILFollowup", {{"input", part}});
    CHECK(client.json("GET", "/_sim/tickets")[0]["notifications"].empty());
    client.send("POST", "/apirest.php/ITILSolution", {{"input", part}});
    const Json mails = client.json("GET", "/_sim/tickets")[0]["notifications"];
    REQUIRE(mails.size() == 1);
    CHECK(mails[0]["event"] == "solved");
}

TEST_CASE("tickets are linked once, and solving one solves its duplicates") {
    Client client = bridge();
    client.new_ticket();
    client.new_ticket();
    const Json input = {{"tickets_id_1", 2}, {"tickets_id_2", 1}, {"link", 2}};
    CHECK(client.send("POST", "/apirest.php/Ticket_Ticket", {{"input", input}}).status == 201);
    CHECK(client.send("POST", "/apirest.php/Ticket_Ticket", {{"input", input}}).status == 400);
    const Json part = {{"itemtype", "Ticket"}, {"items_id", 1}, {"content", "z"}};
    client.send("POST", "/apirest.php/ITILSolution", {{"input", part}});
    CHECK(client.json("GET", "/_sim/tickets")[1]["status"] == 5);
}

TEST_CASE("a seed adds entities and assets that are found at once") {
    Client client;
    const Json entity = {{"name", "Customer C"}, {"entities_id", 0}, {"tag", "cust-c"}};
    const Json computer = {
        {"name", "app01"}, {"entities_id", 4}, {"ip", Json::array({"10.9.0.1"})}};
    Json seed = {{"entities", Json::array({entity})}, {"computers", Json::array({computer})}};
    seed["generate_computers"] = {{"prefix", "load-"}, {"count", 200}, {"entities_id", 1}};
    CHECK(client.send("POST", "/_sim/seed", seed).status == 200);
    client.login("sim-bridge-token");
    const Json ips = client.json("GET", "/apirest.php/IPAddress?searchText[name]=^10.9.0.1$");
    REQUIRE(ips.size() == 1);
    CHECK(ips[0]["mainitemtype"] == "Computer");
    CHECK(ips[0]["entities_id"] == 4);
    CHECK(client.json("GET", "/apirest.php/Computer?searchText[name]=^load-200$").size() == 1);
    CHECK(client.send("POST", "/_sim/seed", {{"nonsense", Json::array()}}).status == 400);
}

TEST_CASE("the pages say that this is not GLPI and show hostile text as text") {
    Client client = bridge();
    const Json input = {
        {"name", "<script>a</script>"}, {"content", "<p onclick=x>b</p><img src=q>"}};
    client.send("POST", "/apirest.php/Ticket", {{"input", input}});
    for (const char* page : {"/", "/front/ticket.form.php?id=1"}) {
        const Response answer = client.send("GET", page);
        CHECK(answer.status == 200);
        CHECK(answer.body.find("simulated GLPI, not GLPI") != std::string::npos);
        CHECK(answer.body.find("<script>") == std::string::npos);
        CHECK(answer.body.find("onclick=x>") == std::string::npos);
        CHECK(answer.body.find("<img") == std::string::npos);
    }
}

namespace {

Json recorded_webhook(const std::string& label_start) {
    std::ifstream file(tests_dir() / "recorded/glpi-webhooks/glpi-11.0.6-23-native-webhooks.json");
    for (const Json& exchange : Json::parse(file)["exchanges"]) {
        if (exchange["label"].get<std::string>().rfind(label_start, 0) == 0)
            return exchange["request"];
    }
    FAIL("nothing recorded as " << label_start);
    return {};
}

// Names and kinds of values, in their order: "item{id:number,…}".
std::string shape(const Json& value) {
    if (!value.is_object())
        return value.is_array() ? "list" : value.type_name();
    std::string out = "{";
    for (const auto& [key, inner] : value.items())
        out += key + ":" + shape(inner) + ",";
    return out + "}";
}

}  // namespace

TEST_CASE("webhooks are queued as the recorded GLPI 11 queued them") {
    Client client = bridge();
    client.send("POST", "/_sim/config", {{"webhook_secret", "s"}});
    Json input = {{"name", "PROBLEM: web01 is down"}, {"content", "Host <b>web01</b> is DOWN"}};
    input["entities_id"] = 1;
    input["externalid"] = "zbx-4711";
    input["_groups_id_assign"] = 1;
    input["items_id"] = {{"Computer", Json::array({1})}};
    const Json made = client.json("POST", "/apirest.php/Ticket", {{"input", input}});
    Json queue = client.json("GET", "/_sim/webhooks");
    REQUIRE(queue.size() == 4);
    for (int i = 0; i < 3; ++i)
        CHECK(queue[i]["event"] == "update");
    CHECK(queue[0]["signature"] == queue[1]["signature"]);
    CHECK(queue[3]["event"] == "new");
    const std::string body = queue[3]["body"].get<std::string>();
    const Json recorded = recorded_webhook("Ticket new");
    CHECK(shape(Json::parse(body)) == shape(recorded["body"]));
    const std::string raw = recorded["body_raw"].get<std::string>();
    CHECK(body.substr(0, 20) == raw.substr(0, 20));
    CHECK(body.find("Host <b>web01<\\/b> is DOWN") != std::string::npos);

    const Json part = {{"itemtype", "Ticket"}, {"items_id", made["id"]}, {"content", "fixed"}};
    client.send("POST", "/apirest.php/ITILFollowup", {{"input", part}});
    client.send("POST", "/apirest.php/ITILSolution", {{"input", part}});
    client.send("DELETE", "/apirest.php/Ticket/" + made["id"].dump());
    queue = client.json("GET", "/_sim/webhooks");
    std::vector<std::string> told;
    for (std::size_t i = 4; i < queue.size(); ++i)
        told.push_back(
            queue[i]["itemtype"].get<std::string>() + " " + queue[i]["event"].get<std::string>()
        );
    CHECK(
        told ==
        std::vector<std::string>{
            "ITILFollowup new", "Ticket update", "ITILSolution new", "Ticket delete"}
    );
    const auto kinds_of_item = [](const Json& text) {
        return shape(Json::parse(text.get<std::string>())["item"]);
    };
    CHECK(
        kinds_of_item(queue[4]["body"]) == shape(recorded_webhook("ITILFollowup")["body"]["item"])
    );
    CHECK(
        kinds_of_item(queue[6]["body"]) == shape(recorded_webhook("ITILSolution")["body"]["item"])
    );
    client.send("DELETE", "/_sim/webhooks");
    CHECK(client.json("GET", "/_sim/webhooks").empty());
}

TEST_CASE("no webhook is queued without a secret, nor by version 10") {
    Client client = bridge();
    client.new_ticket();
    CHECK(client.json("GET", "/_sim/webhooks").empty());
    Client ten;
    ten.sim.world().major = 10;
    ten.sim.world().settings.webhook_secret = "s";
    ten.login("sim-bridge-token");
    ten.new_ticket();
    CHECK(ten.json("GET", "/_sim/webhooks").empty());
}
