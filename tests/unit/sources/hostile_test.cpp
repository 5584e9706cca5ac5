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
#include "paths.hpp"

using namespace alert_bridge;
using std::string;

namespace {

std::vector<string> recorded_bodies(const string& sender) {
    std::set<std::filesystem::path> files;  // in a fixed order
    for (const auto& entry :
         std::filesystem::directory_iterator(tests_dir() / "recorded" / "senders" / sender)) {
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

// Of each payload: enough for every sender to have hundreds of both outcomes.
constexpr int kRounds = 300;

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

bool is_sound(const string& text, std::size_t limit) {
    return text.size() <= limit && repair_utf8(text) == text;
}

// Names the promise that the alert breaks; empty when it keeps all of them.
string broken_promise(const domain::Alert& alert, const string& source) {
    for (const string& key : {alert.problem_key, alert.idempotency_key}) {
        if (!key.starts_with(source + "/") || !is_sound(key, domain::kMaxText)) {
            return "key " + key;
        }
    }
    for (const string& text : {alert.text, alert.details, alert.comment}) {
        if (!is_sound(text, domain::kMaxText)) {
            return "text";
        }
    }
    for (const string& label :
         {alert.host.name, alert.host.visible_name, alert.host.address, alert.host.uuid,
          alert.host.serial, alert.host.inventory_number, alert.service, alert.problem_name,
          alert.author, alert.episode}) {
        if (!is_sound(label, domain::kMaxLabel)) {
            return "label";
        }
    }
    for (const domain::Tag& tag : alert.tags) {
        if (!is_sound(tag.name, domain::kMaxLabel) || !is_sound(tag.value, domain::kMaxLabel)) {
            return "tag";
        }
    }
    for (const string& link : alert.links) {
        if (!to_lower_ascii(link).starts_with("http") || !is_sound(link, 2048)) {
            return "link";
        }
    }
    const bool id_has_type = (alert.host.glpi_id == 0) == alert.host.glpi_type.empty();
    const bool one_line_name = alert.problem_name.find('\n') == string::npos;
    return alert.source == source && !alert.episode.empty() && id_has_type && one_line_name &&
                   alert.tags.size() <= domain::kMaxTags
               ? ""
               : "shape";
}

}  // namespace

TEST_CASE("damaged payloads become an alert that keeps its promises, or an error with a reason") {
    std::mt19937 random(20261123);
    for (const string sender : {"zabbix", "nagios", "icinga2", "alertmanager"}) {
        ports::SourceOptions options;
        options.name = "lab";
        options.type = sender;
        options.time_zone = "Europe/Paris";
        options.problem_key = "trigger+tag:customer";
        const auto decoder = sources::make_decoder(options);
        REQUIRE(decoder.has_value());
        std::size_t decoded_count = 0, refused_count = 0;
        for (const string& body : recorded_bodies(sender)) {
            for (int i = 0; i < kRounds; ++i) {
                const auto decoded = (*decoder)->decode(damage(body, random), {});
                if (!decoded) {
                    ++refused_count;
                    const string& message = decoded.error().message;
                    REQUIRE((!message.empty() && is_sound(message, 500)));
                    continue;
                }
                ++decoded_count;
                for (const domain::Alert& alert : decoded->alerts) {
                    REQUIRE(broken_promise(alert, "lab").empty());
                }
            }
        }
        CHECK(decoded_count > 300);
        CHECK(refused_count > 300);
    }
}

TEST_CASE("all decoders refuse what was meant for nobody") {
    for (const string type : {"zabbix", "nagios", "icinga2", "alertmanager"}) {
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
