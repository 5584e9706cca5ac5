// SPDX-License-Identifier: MIT
//
// Recorded payloads, damaged at random: whatever comes in, the decoders answer with an alert that
// keeps its promises or with an error. The seed is fixed, so a failure repeats.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using std::string;

namespace {

std::vector<string> recorded_bodies(const string& sender) {
    std::set<std::filesystem::path> files;  // in a fixed order
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(TESTS_DIR) / "recorded" / "senders" / sender
         )) {
        files.insert(entry.path());
    }
    std::vector<string> bodies;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        const nlohmann::json recording = nlohmann::json::parse(file);
        bodies.push_back(recording.at("body").get<string>());
    }
    return bodies;
}

string damage(string body, std::mt19937& random) {
    constexpr std::array<const char*, 12> kPieces{"\"",       "\\",       "{",         "}",
                                                  "[[[[[[[[", "&",        "%",         "=",
                                                  "\\u0000",  "\xF0\x9F", "{HOST.IP}", "1e999"};
    const std::size_t edits = 1 + random() % 4;
    for (std::size_t i = 0; i < edits && !body.empty(); ++i) {
        const std::size_t at = random() % body.size();
        switch (random() % 5) {
            case 0:
                body[at] = static_cast<char>(random() % 256);
                break;
            case 1:
                body.insert(at, kPieces[random() % kPieces.size()]);
                break;
            case 2:
                body.erase(at, 1 + random() % 40);
                break;
            case 3:
                body.insert(at, body.substr(at / 2, random() % 200));
                break;
            default:
                body.resize(at);
        }
    }
    return body;
}

void check_text(const string& text, std::size_t limit) {
    REQUIRE(text.size() <= limit);
    REQUIRE(repair_utf8(text) == text);
}

void check_promises(const domain::Alert& alert, const string& source) {
    REQUIRE(alert.source == source);
    for (const string& key : {alert.problem_key, alert.idempotency_key}) {
        REQUIRE(key.starts_with(source + "/"));
        check_text(key, domain::kMaxText);
    }
    REQUIRE_FALSE(alert.episode.empty());
    for (const string& text : {alert.text, alert.details, alert.comment}) {
        check_text(text, domain::kMaxText);
    }
    for (const string& label :
         {alert.host.name, alert.host.visible_name, alert.host.address, alert.host.uuid,
          alert.host.serial, alert.host.inventory_number, alert.service, alert.problem_name,
          alert.author, alert.episode}) {
        check_text(label, domain::kMaxLabel);
    }
    REQUIRE(alert.problem_name.find('\n') == string::npos);
    REQUIRE(alert.tags.size() <= domain::kMaxTags);
    for (const domain::Tag& tag : alert.tags) {
        check_text(tag.name, domain::kMaxLabel);
        check_text(tag.value, domain::kMaxLabel);
    }
    for (const string& link : alert.links) {
        REQUIRE(link.starts_with("http"));
        check_text(link, 2048);
    }
    REQUIRE((alert.host.glpi_id == 0) == alert.host.glpi_type.empty());
}

}  // namespace

TEST_CASE("damaged payloads become an alert that keeps its promises, or an error with a reason") {
    std::mt19937 random(20261123);
    for (const string sender : {"zabbix", "nagios"}) {
        ports::SourceOptions options;
        options.name = "lab";
        options.type = sender;
        options.time_zone = "Europe/Paris";
        options.problem_key = "trigger+tag:customer";
        const auto decoder = sources::make_decoder(options);
        REQUIRE(decoder.has_value());
        std::size_t decoded_count = 0, refused_count = 0;
        for (const string& body : recorded_bodies(sender)) {
            for (int i = 0; i < 100; ++i) {
                const auto decoded = (*decoder)->decode(damage(body, random), {});
                if (!decoded) {
                    ++refused_count;
                    REQUIRE(decoded.error().kind == ErrorClass::refused);
                    check_text(decoded.error().message, 500);
                    REQUIRE_FALSE(decoded.error().message.empty());
                    continue;
                }
                ++decoded_count;
                for (const domain::Alert& alert : decoded->alerts) {
                    check_promises(alert, "lab");
                }
            }
        }
        CHECK(decoded_count > 300);
        CHECK(refused_count > 300);
    }
}

TEST_CASE("both decoders refuse what was meant for nobody") {
    for (const string type : {"zabbix", "nagios"}) {
        ports::SourceOptions options;
        options.name = "lab";
        options.type = type;
        const auto decoder = sources::make_decoder(options);
        REQUIRE(decoder.has_value());
        for (const string& body :
             {string(), string("{}"), string("[]"), string("null"), string("hello"), string("a=b"),
              string("<html>"), string(1000, '\0'), string(100'000, '['), string(100'000, '&'),
              string("{\"event_value\":\"1\"}"), string("PK\x03\x04=1")}) {
            const auto decoded = (*decoder)->decode(body, {});
            REQUIRE_FALSE(decoded.has_value());
            CHECK(decoded.error().kind == ErrorClass::refused);
            CHECK_FALSE(decoded.error().message.empty());
        }
    }
}
