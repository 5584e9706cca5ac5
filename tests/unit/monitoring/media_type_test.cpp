// SPDX-License-Identifier: MIT
// What Zabbix says of its media types. Columns as in Zabbix 6.0's documentation of mediatype.get.
#include "alert_bridge/monitoring/media_type.hpp"

#include <fstream>
#include <sstream>

#include "api_bench.hpp"
#include "catch.hpp"
#include "paths.hpp"

namespace alert_bridge::test {

using nlohmann::json;

TEST_CASE("the bridge's media types are known by script or by name", "[zabbix]") {
    const auto types = monitoring::media_types_in(json::parse(R"([
        {"mediatypeid":"1","name":"Slack","status":"0","script":"x","process_tags":"0"},
        {"mediatypeid":"2","name":"Renamed","status":"1","process_tags":"1",
         "script":"request.addHeader('User-Agent: glpi-alert-bridge-zabbix/7');"},
        {"mediatypeid":"3","name":"GLPI alert bridge","status":"0","process_tags":"0"}, 4])"));
    REQUIRE(types.size() == 2);
    CHECK(types[0].name == "Renamed");
    CHECK(types[0].version == 7);
    CHECK_FALSE(types[0].is_enabled);
    CHECK(types[0].keeps_tags);
    CHECK(types[1].version == 0);
    CHECK(types[1].is_enabled);
}

TEST_CASE("the shipped media type calls itself by the version that doctor expects", "[zabbix]") {
    std::ifstream file(project_dir() / "config" / "zabbix" / "zbx_glpi_alert_bridge.yaml");
    std::ostringstream text;
    text << file.rdbuf();
    json row;
    row["name"] = "GLPI alert bridge";
    row["script"] = text.str();
    json list = json::array();
    list.push_back(row);
    REQUIRE(monitoring::media_types_in(list).size() == 1);
    CHECK(monitoring::media_types_in(list)[0].version == monitoring::kMediaTypeVersion);
}

TEST_CASE("Zabbix is asked for webhooks only, with the token", "[zabbix]") {
    asio::io_context io(1);
    ScriptedServer server(io, [](const SeenRequest& request) {
        const json body = json::parse(request.body, nullptr, false);
        return answer(
            200, body.value("method", "") == "apiinfo.version"
                     ? R"({"jsonrpc":"2.0","result":"6.0.14","id":1})"
                     : R"({"jsonrpc":"2.0","result":[],"id":1})"
        );
    });
    monitoring::BackOptions options;
    options.type = "zabbix";
    options.url = server.url();
    options.token = Secret("tok");
    const auto types = run(io, monitoring::zabbix_media_types(io.get_executor(), options));
    REQUIRE(types.has_value());
    CHECK(types->empty());
    REQUIRE(server.seen.size() == 2);
    const json asked = json::parse(server.seen[1].body);
    CHECK(asked["method"] == "mediatype.get");
    CHECK(asked["auth"] == "tok");
    CHECK(asked["params"]["filter"]["type"] == 4);
}

}  // namespace alert_bridge::test
