// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/wire.hpp"

#include <filesystem>
#include <fstream>

#include "alert_bridge/glpi/reply.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using glpi::classify;
using glpi::Effect;
using glpi::Expect;
using nlohmann::json;

namespace {

net::HttpResponse response(
    int status, const std::string& body, const std::string& type = "application/json; charset=UTF-8"
) {
    net::HttpResponse out;
    out.status = status;
    out.body = body;
    out.headers = {{"Content-Type", type}};
    return out;
}

// "ok", or "class code"
std::string verdict(const net::HttpResponse& answer, Expect expect, Effect effect) {
    const auto reply = classify(answer, expect, effect);
    if (reply) {
        return "ok";
    }
    return std::string(to_string(reply.error().kind)) + " " + reply.error().code;
}

std::string error_text(const std::string& code, const std::string& message) {
    return json::array({code, message}).dump();
}

// Every recorded exchange of one topic.
std::vector<json> recorded(const std::string& version, const std::string& topic) {
    const auto path =
        tests_dir() / "recorded" / "glpi" / ("glpi-" + version + "-" + topic + ".json");
    std::ifstream file(path);
    REQUIRE(file.good());
    const json document = json::parse(file);
    return document.at("exchanges").get<std::vector<json>>();
}

net::HttpResponse recorded_response(const json& exchange) {
    const json& from = exchange.at("response");
    net::HttpResponse out;
    out.status = from.at("status").get<int>();
    for (const json& header : from.at("headers")) {
        out.headers.push_back({header.at(0).get<std::string>(), header.at(1).get<std::string>()});
    }
    const json& body = from.at("body");
    const bool raw = body.is_string() && !from.value("body_is_json", false);
    out.body = raw ? body.get<std::string>() : body.dump();
    return out;
}

json find(const std::vector<json>& exchanges, const std::string& label) {
    for (const json& exchange : exchanges) {
        if (exchange.at("label").get<std::string>() == label) {
            return exchange;
        }
    }
    FAIL("no recorded exchange '" + label + "'");
    return {};
}

const std::vector<std::string> kVersions{"10.0.19", "11.0.6"};

}  // namespace

TEST_CASE("success is the expected status, JSON and the expected shape") {
    struct Case {
        Expect expect;
        int status;
        std::string body;
        bool ok;
    };
    const std::vector<Case> cases{
        {Expect::created, 201, R"({"id":7,"message":""})", true},
        {Expect::created, 200, R"({"id":7,"message":""})", false},
        {Expect::created, 201, R"({"id":0})", false},
        {Expect::created, 201, R"({"id":false})", false},
        {Expect::created, 201, R"({"id":-3})", false},
        {Expect::created, 201, R"([{"id":7}])", false},
        {Expect::updated, 200, R"([{"7":true,"message":""}])", true},
        {Expect::updated, 200, R"([{"7":false,"message":""}])", false},
        {Expect::updated, 200, "[[]]", false},
        {Expect::updated, 200, "[]", false},
        {Expect::object, 200, R"({"id":1})", true},
        {Expect::object, 200, R"([{"id":1}])", false},
        {Expect::object, 206, R"({"id":1})", false},
        {Expect::list, 200, "[]", true},
        {Expect::list, 206, R"([{"id":1}])", true},
        {Expect::list, 200, "{}", false},
        {Expect::search, 200, R"({"totalcount":0})", true},
        {Expect::search, 206, R"({"totalcount":9,"data":[]})", true},
        {Expect::search, 200, "{}", false},
        {Expect::boolean, 200, "true", true},
        {Expect::boolean, 200, "false", true},
        {Expect::boolean, 200, "1", false},
        {Expect::session, 200, R"({"session_token":"abc"})", true},
        {Expect::session, 200, R"({"session_token":""})", false},
        {Expect::session, 200, R"({})", false},
    };
    for (const Case& c : cases) {
        INFO(c.status << " " << c.body);
        CHECK((verdict(response(c.status, c.body), c.expect, Effect::read) == "ok") == c.ok);
    }
}

TEST_CASE("an answer without trust leaves a write uncertain and a read for later") {
    struct Case {
        net::HttpResponse answer;
        std::string code;
    };
    const std::vector<Case> cases{
        {response(200, "<html><title>MAINTENANCE MODE - GLPI</title></html>", "text/html"),
         "page_answer"},
        {response(200, "", "text/html; charset=UTF-8"), "empty_answer"},
        {response(201, R"({"id":7})", "text/html"), "page_answer"},
        {response(201, R"({"id":7)"), "broken_json"},
        {response(201, std::string("{\"id\":7}\0x", 10)), "broken_json"},
        {response(201, std::string(200, '[') + std::string(200, ']')), "broken_json"},
        {response(200, "null"), "unexpected_answer"},
        {response(500, "<html></html>", "text/html"), "http_500"},
        {response(502, "<html><title>502 Bad Gateway</title></html>", "text/html"), "http_502"},
        {response(503, "", "text/html"), "http_503"},
        {response(504, "", "text/html"), "http_504"},
        {response(302, "", "text/html"), "http_302"},
        {response(403, "<html></html>", "text/html"), "http_403"},
        {response(404, "", "text/html"), "http_404"},
        {response(500, "You have an error in your SQL syntax[\"ERROR_SQL\",\"x\"]"), "http_500"},
        {response(500, error_text("ERROR_SQL", "Unexpected")), "ERROR_SQL"},
        {response(400, error_text("ERROR", "Lock wait timeout exceeded")), "ERROR_DATABASE_BUSY"},
        {response(400, R"({"error":"strange"})"), "http_400"},
    };
    for (const Case& c : cases) {
        INFO(c.answer.status << " " << c.answer.body.substr(0, 60));
        CHECK(verdict(c.answer, Expect::created, Effect::write) == "uncertain " + c.code);
        CHECK(verdict(c.answer, Expect::object, Effect::read) == "later " + c.code);
    }
}

TEST_CASE("codes decide, not texts") {
    struct Case {
        int status;
        std::string code, message;
        std::string as_write, as_read;
    };
    const std::vector<Case> cases{
        {401, "ERROR_SESSION_TOKEN_INVALID", "x", "relogin", "relogin"},
        {400, "ERROR_SESSION_TOKEN_MISSING", "x", "relogin", "relogin"},
        {400, "ERROR_WRONG_APP_TOKEN_PARAMETER", "x", "misconfigured", "misconfigured"},
        {400, "ERROR_APP_TOKEN_PARAMETERS_MISSING", "x", "misconfigured", "misconfigured"},
        {400, "ERROR_NOT_ALLOWED_IP", "x", "misconfigured", "misconfigured"},
        {400, "ERROR", "API disabled", "misconfigured", "misconfigured"},
        {400, "ERROR", "API désactivée", "misconfigured", "misconfigured"},
        {400, "ERROR", "range must be; see http://glpi/apirest.php/#ERROR", "misconfigured",
         "refused"},
        {401, "ERROR_GLPI_LOGIN_USER_TOKEN", "x", "misconfigured", "misconfigured"},
        {400, "ERROR_GLPI_ADD", "", "uncertain", "refused"},
        {400, "ERROR_GLPI_ADD", "Vous n'avez pas le droit", "uncertain", "refused"},
        {400, "ERROR_GLPI_UPDATE", "", "refused", "refused"},
        {400, "ERROR_GLPI_UPDATE", "MySQL query error: Data too long", "uncertain", "later"},
        {400, "ERROR_BAD_ARRAY", "x", "refused", "refused"},
        {400, "ERROR_JSON_PAYLOAD_INVALID", "x", "refused", "refused"},
        {403, "ERROR_RIGHT_MISSING", "x", "refused", "refused"},
        {404, "ERROR_ITEM_NOT_FOUND", "x", "refused", "refused"},
        {400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "x", "refused", "refused"},
    };
    for (const Case& c : cases) {
        INFO(c.code << " " << c.message);
        const auto answer = response(c.status, error_text(c.code, c.message));
        CHECK(verdict(answer, Expect::created, Effect::write) == c.as_write + " " + c.code);
        CHECK(verdict(answer, Expect::object, Effect::read) == c.as_read + " " + c.code);
    }
}

TEST_CASE("at login what GLPI refuses is the operator's matter, and an outage stays one") {
    const auto at_login = [](const net::HttpResponse& answer) {
        return verdict(answer, Expect::session, Effect::login);
    };
    CHECK(at_login(response(302, "", "text/html")) == "misconfigured http_302");
    CHECK(at_login(response(404, "<html></html>", "text/html")) == "misconfigured http_404");
    CHECK(at_login(response(401, "", "text/html")) == "misconfigured http_401");
    CHECK(
        at_login(response(400, error_text("ERROR_GLPI_LOGIN", "x"))) ==
        "misconfigured ERROR_GLPI_LOGIN"
    );
    CHECK(
        at_login(response(400, error_text("ERROR_RESOURCE_MISSING", "x"))) ==
        "misconfigured ERROR_RESOURCE_MISSING"
    );
    CHECK(at_login(response(502, "", "text/html")) == "later http_502");
    CHECK(at_login(response(200, R"({"session_token":""})")) == "later empty_session_token");
    CHECK(at_login(response(200, "<html></html>", "text/html")) == "later page_answer");
}

TEST_CASE("what a limiter or the web server's size limit says was never given to GLPI") {
    CHECK(
        verdict(response(429, "", "text/plain"), Expect::created, Effect::write) == "later http_429"
    );
    CHECK(
        verdict(response(413, "", "text/html"), Expect::created, Effect::write) ==
        "refused http_413"
    );
    CHECK(
        verdict(response(414, "", "text/html"), Expect::list, Effect::read) == "refused http_414"
    );
}

TEST_CASE("recorded outages are outages, whatever status they came with") {
    for (const std::string& version : kVersions) {
        int seen = 0;
        for (const json& exchange : recorded(version, "11-outages")) {
            const auto answer = recorded_response(exchange);
            const auto method = exchange.at("request").at("method").get<std::string>();
            const std::string type(answer.header("Content-Type"));
            if (type.find("application/json") != std::string::npos) {
                continue;
            }
            ++seen;
            INFO(version << ": " << exchange.at("label"));
            const bool post = method == "POST";
            const auto reply = classify(
                answer, post ? Expect::created : Expect::search, post ? Effect::write : Effect::read
            );
            REQUIRE_FALSE(reply.has_value());
            CHECK(reply.error().kind == (post ? ErrorClass::uncertain : ErrorClass::later));
            CHECK(glpi::is_outage(reply.error()));
        }
        CHECK(seen >= 8);
    }
}

TEST_CASE("recorded answers to logins are told apart") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"initSession: wrong App-Token", "misconfigured ERROR_WRONG_APP_TOKEN_PARAMETER"},
        {"initSession: no App-Token", "misconfigured ERROR_APP_TOKEN_PARAMETERS_MISSING"},
        {"initSession: wrong user_token", "misconfigured ERROR_GLPI_LOGIN_USER_TOKEN"},
        {"initSession: no user_token at all", "misconfigured ERROR_LOGIN_PARAMETERS_MISSING"},
        {"initSession: wrong password", "misconfigured ERROR_GLPI_LOGIN"},
        {"API switched off: initSession", "misconfigured ERROR"},
        {"no API client covers the caller's IP: initSession", "misconfigured ERROR_NOT_ALLOWED_IP"},
    };
    for (const std::string& version : kVersions) {
        const auto exchanges = recorded(version, "01-auth");
        for (const auto& [label, wanted] : cases) {
            INFO(version << ": " << label);
            const auto answer = recorded_response(find(exchanges, label));
            CHECK(verdict(answer, Expect::session, Effect::login) == wanted);
        }
        const auto dead = recorded_response(find(exchanges, "use after killSession (POST)"));
        CHECK(
            verdict(dead, Expect::created, Effect::write) == "relogin ERROR_SESSION_TOKEN_INVALID"
        );
    }
}

TEST_CASE("recorded writes that GLPI made are success") {
    for (const std::string& version : kVersions) {
        const auto exchanges = recorded(version, "14-reference-and-quiet-writes");
        int created = 0, updated = 0, searched = 0;
        for (const json& exchange : exchanges) {
            const auto answer = recorded_response(exchange);
            const auto path = exchange.at("request").at("path").get<std::string>();
            INFO(version << ": " << exchange.at("label"));
            if (answer.status == 201) {
                ++created;
                CHECK(verdict(answer, Expect::created, Effect::write) == "ok");
            } else if (exchange.at("request").at("method") == "PUT") {
                ++updated;
                CHECK(verdict(answer, Expect::updated, Effect::write) == "ok");
            } else if (path.find("/search/") != std::string::npos && answer.status == 200) {
                ++searched;
                CHECK(verdict(answer, Expect::search, Effect::read) == "ok");
            }
        }
        CHECK(created >= 6);
        CHECK(updated >= 1);
        CHECK(searched >= 6);
    }
}

TEST_CASE("11 says 400 with SQL text for a write that is stored: uncertain") {
    const auto exchanges = recorded("11.0.6", "02-ticket-create");
    const auto answer = recorded_response(find(exchanges, "name of 300 characters"));
    CHECK(verdict(answer, Expect::created, Effect::write) == "uncertain ERROR_GLPI_ADD");
    CHECK(glpi::is_sql_text(answer.body));
    CHECK_FALSE(glpi::is_sql_text("You don't have permission to perform this action."));
}

TEST_CASE("a busy database is told from a refusal, whatever the code") {
    const std::string busy = "ERROR_DATABASE_BUSY";
    for (const char* text :
         {"MySQL query error: Deadlock found (1213)", "Lock wait timeout (1205)",
          "MySQL server has gone away", "Lost connection to MySQL server"}) {
        for (const char* code : {"ERROR_GLPI_ADD", "ERROR_GLPI_UPDATE", "ERROR_SQL"}) {
            INFO(code << " " << text);
            const auto answer = response(400, error_text(code, text));
            CHECK(verdict(answer, Expect::created, Effect::write) == "uncertain " + busy);
            CHECK(verdict(answer, Expect::object, Effect::read) == "later " + busy);
            CHECK_FALSE(glpi::is_outage(Error{ErrorClass::uncertain, busy, text}));
        }
    }
}

TEST_CASE("an exchange without an answer is uncertain only when all of a write was sent") {
    net::Exchange exchange;
    exchange.code = "closed";
    exchange.message = "end of stream";
    exchange.progress = net::Progress::not_sent;
    CHECK(glpi::classify_unanswered(exchange, Effect::write).kind == ErrorClass::later);
    exchange.progress = net::Progress::partly_sent;
    CHECK(glpi::classify_unanswered(exchange, Effect::write).kind == ErrorClass::later);
    exchange.progress = net::Progress::sent;
    CHECK(glpi::classify_unanswered(exchange, Effect::write).kind == ErrorClass::uncertain);
    CHECK(glpi::classify_unanswered(exchange, Effect::read).kind == ErrorClass::later);
    exchange.code = "tls_certificate";
    CHECK(glpi::classify_unanswered(exchange, Effect::write).kind == ErrorClass::misconfigured);
    exchange.code = "bad_request";
    CHECK(glpi::classify_unanswered(exchange, Effect::write).kind == ErrorClass::refused);
}

TEST_CASE("an outage is told from a GLPI that works and says no") {
    const auto outage = [](ErrorClass kind, const std::string& code) {
        return glpi::is_outage(Error{kind, code, ""});
    };
    CHECK(outage(ErrorClass::later, "timeout"));
    CHECK(outage(ErrorClass::uncertain, "page_answer"));
    CHECK_FALSE(outage(ErrorClass::uncertain, "ERROR_GLPI_ADD"));
    CHECK_FALSE(outage(ErrorClass::refused, "http_413"));
    CHECK_FALSE(outage(ErrorClass::later, "busy"));
    CHECK_FALSE(outage(ErrorClass::later, "cancelled"));
    CHECK_FALSE(outage(ErrorClass::misconfigured, "http_401"));
}

TEST_CASE("messages for people are one short line and name the page that came") {
    const auto page = classify(
        response(200, "<html><title>Mysql\n Error - GLPI</title></html>", "text/html"),
        Expect::created, Effect::write
    );
    REQUIRE_FALSE(page.has_value());
    CHECK_THAT(page.error().message, ContainsSubstring("Mysql"));
    CHECK(page.error().message.find('\n') == std::string::npos);
    const auto longer = classify(
        response(400, error_text("ERROR_BAD_ARRAY", std::string(5000, 'x'))), Expect::created,
        Effect::write
    );
    REQUIRE_FALSE(longer.has_value());
    CHECK(longer.error().message.size() < 400);
}

TEST_CASE("the size of a list is taken from Content-Range") {
    auto answer = response(206, "[]");
    CHECK(classify(answer, Expect::list, Effect::read)->total == -1);
    answer.headers.push_back({"Content-Range", "0-1/62"});
    CHECK(classify(answer, Expect::list, Effect::read)->total == 62);
    answer.headers.back().value = "0-1/many";
    CHECK(classify(answer, Expect::list, Effect::read)->total == -1);
}

TEST_CASE("entities are decoded once") {
    CHECK(glpi::decode_entities("Disk &#60;full&#62; &#38; hot") == "Disk <full> & hot");
    CHECK(
        glpi::decode_entities("a &amp;lt; b &lt;c&gt; &quot;d&quot; &#039;e&#39;") ==
        "a &lt; b <c> \"d\" 'e'"
    );
    CHECK(glpi::decode_entities("R&D & co &unknown; &") == "R&D & co &unknown; &");
    CHECK(glpi::decode_entities("").empty());
}

TEST_CASE("numbers come as numbers, text, booleans or not at all") {
    const json row = json::parse(
        R"({"a":5,"b":"6","c":null,"d":"x","e":true,"f":-1,"g":18446744073709551615,"h":"7x","t":"text"})"
    );
    CHECK(glpi::number_in(row, "a") == 5);
    CHECK(glpi::number_in(row, "b") == 6);
    CHECK(glpi::number_in(row, "c") == 0);
    CHECK(glpi::number_in(row, "d") == 0);
    CHECK(glpi::number_in(row, "e") == 1);
    CHECK(glpi::number_in(row, "f") == 0);
    CHECK(glpi::number_in(row, "g") == 0);
    CHECK(glpi::number_in(row, "h") == 0);
    CHECK(glpi::number_in(row, "none") == 0);
    CHECK(glpi::text_in(row, "t") == "text");
    CHECK(glpi::text_in(row, "a") == "5");
    CHECK(glpi::text_in(row, "c").empty());
    CHECK(glpi::flag_in(row, "e"));
    CHECK_FALSE(glpi::flag_in(json::array(), "e"));
    CHECK(glpi::dump(json("\xff")) == "\"\xef\xbf\xbd\"");
}
