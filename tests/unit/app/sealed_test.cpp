// SPDX-License-Identifier: MIT
// Every key of the configuration is changed, one by one: a reload either applies it, or says that
// it needs a restart. Which keys there are is taken from the table of keys, not from a list in
// here.
#include "alert_bridge/app/sealed.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/keys.hpp"
#include "alert_bridge/config/loader.hpp"
#include "catch.hpp"
#include "certificates.hpp"

using namespace alert_bridge;
using config::Key;
using config::ValueType;

namespace {

// Whole sections that a reload puts into force: decoders, credentials, rules, texts. Of `tests` the
// daemon takes no notice.
const std::set<std::string> kAppliedSections{"sources", "defaults",   "priorities",  "maps",
                                             "rules",   "templates",  "maintenance", "storm",
                                             "tests",   "undelivered"};
// Single keys that Daemon::apply() puts into force.
const std::set<std::string> kAppliedKeys{
    "listen.public_url",        "log.level",           "glpi.app_token",
    "glpi.user_token",          "glpi.default_entity", "glpi.quarantine",
    "glpi.retry.first",         "glpi.retry.longest",  "glpi.retry.second_look",
    "glpi.retry.give_up_after", "glpi.webhook.secret"};

class Folder {
  public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sealed-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
        for (const char* name : {"one", "two"}) {
            write(name, name);
        }
        for (const char* name : {"page", "page2"}) {
            write(name, std::string("a-token-of-the-") + name);
        }
        write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
        const test::Issued own(test::named("bridge"));
        const std::map<std::string, std::string> tls_files{
            {"certificate", own.certificate()},
            {"key", own.key()},
            {"client_ca", own.certificate()}};
        for (const Key& key : config::kTls.parts.front()) {
            const std::string name(key.name);
            INFO("listen.tls." << name << " needs a value");
            REQUIRE(tls_files.count(name) == 1);
            write(name, tls_files.at(name));
            write("new-" + name, "The same in another file.\n" + tls_files.at(name));
        }
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path path;

  private:
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        std::filesystem::permissions(path / name, std::filesystem::perms(0600));
    }
};

// "a.b.c" and a value, as flow mappings; what must be there is added.
std::string document(const std::string& changed, const std::string& value) {
    std::map<std::string, std::string> values{
        {"glpi.url", "http://127.0.0.1"},
        {"glpi.user_token", "{file: one}"},
        {"glpi.default_entity", "Here"}};
    if (!changed.empty()) {
        values[changed] = value;
    }
    std::string text = "sources: {n: {type: nagios, auth: {bearer: {file: one}}}}\n";
    std::map<std::string, std::string> sections;
    for (const auto& [path, written] : values) {
        const std::vector<std::string> parts = split(path, ".");
        std::string inner = parts.back() + ": " + written;
        for (std::size_t i = parts.size() - 2; i > 0; --i) {
            inner = parts[i] + ": {" + inner + "}";
        }
        std::string& section = sections[parts.front()];
        section += (section.empty() ? "" : ", ") + inner;
    }
    for (const auto& [name, inner] : sections) {
        text += name + ": {" + inner + "}\n";
    }
    return text;
}

// The value of listen.tls, with another file for the key named.
std::string tls_value(std::string_view changed) {
    std::string text;
    for (const Key& key : config::kTls.parts.front()) {
        text += text.empty() ? "{" : ", ";
        text += std::string(key.name) + (key.name == changed ? ": new-" : ": ");
        text += key.name;
    }
    return text + "}";
}

// Of what the listener's settings are made, which a reload replaces as a whole.
std::vector<std::string> tls_settings(const config::Config& config) {
    const http::TlsOptions options = app::tls_options(config.listen.tls.value());
    return {options.certificate, std::string(options.key.reveal()), options.client_ca};
}

// A valid value that is not the default.
std::string another_value(const std::string& path, const Key& key) {
    switch (key.type) {
        case ValueType::integer:
            return std::to_string(
                std::to_string(key.minimum) == key.fallback ? key.maximum : key.minimum
            );
        case ValueType::size:
            return path == "limits.bodies_in_flight" ? "65MiB" : "5000";
        case ValueType::duration:
            return path == "glpi.retry.longest" ? "1h" : std::to_string(key.minimum) + "ms";
        case ValueType::choice:
            return split(key.choices, "|").front() == key.fallback
                       ? split(key.choices, "|").back()
                       : split(key.choices, "|").front();
        case ValueType::secret:
        case ValueType::secrets:
            return "{file: two}";
        case ValueType::texts:
            return "[Computer]";
        case ValueType::entity:
            return "There";
        default:
            break;
    }
    if (path.ends_with("time_zone")) {
        return "Europe/Paris";
    }
    if (path.ends_with("address")) {
        return "127.0.0.2";
    }
    return path.ends_with("ca_file") ? "ca.pem" : "http://127.0.0.9";
}

config::Config loaded(const Folder& folder, const std::string& text) {
    config::Loaded loaded = config::load_text(text, "test", folder.path.string());
    INFO(text << config::render(loaded.diagnostics));
    REQUIRE(loaded.config.has_value());
    return std::move(*loaded.config);
}

}  // namespace

TEST_CASE("every key that is changed is either put into force by a reload or named") {
    const Folder folder;
    const config::Config running = loaded(folder, document("", ""));
    REQUIRE(app::sealed_changes(running, running).empty());
    std::size_t sealed = 0;
    std::set<std::string> applied;
    for (const config::Section* section :
         {&config::kListen, &config::kAdmin, &config::kLimits, &config::kLog, &config::kSqlite,
          &config::kRetention, &config::kGlpi, &config::kPool, &config::kTimeouts, &config::kRetry,
          &config::kCache, &config::kWatch, &config::kWebhook}) {
        for (const Key& key : section->parts.front()) {
            if (key.type == ValueType::mapping) {
                continue;  // a section of its own
            }
            const std::string path = std::string(section->path) + "." + std::string(key.name);
            if (key.type == ValueType::choice && key.choices == key.fallback) {
                continue;  // nothing else can be written
            }
            INFO(path);
            const std::string value = another_value(path, key);
            const config::Config next = loaded(folder, document(path, value));
            const std::vector<std::string> named = app::sealed_changes(running, next);
            if (kAppliedKeys.count(path) > 0) {
                applied.insert(path);
                CHECK(named.empty());
                continue;
            }
            CHECK(named == std::vector<std::string>{path});
            ++sealed;
        }
    }
    CHECK(applied == kAppliedKeys);
    CHECK(sealed > 20);
}

TEST_CASE("every key of listen.tls reaches the settings that a reload gives the listener") {
    const Folder folder;
    const config::Config without = loaded(folder, document("", ""));
    const config::Config running = loaded(folder, document("listen.tls", tls_value("")));
    CHECK(app::sealed_changes(without, running).empty());
    for (const Key& key : config::kTls.parts.front()) {
        INFO(key.name);
        const config::Config next = loaded(folder, document("listen.tls", tls_value(key.name)));
        CHECK(app::sealed_changes(running, next).empty());
        CHECK(tls_settings(running) != tls_settings(next));
    }
}

TEST_CASE("the page's address needs a restart, its tokens do not") {
    const Folder folder;
    const auto with = [&folder](const std::string& page) {
        return loaded(folder, document("admin.page", page));
    };
    const config::Config running = with("{token: {file: page}}");
    using Names = std::vector<std::string>;
    CHECK(app::sealed_changes(running, with("{token: {file: page2}}")).empty());
    CHECK(
        app::page_tokens(with("{token: {file: page2}}")).front().reveal() !=
        app::page_tokens(running).front().reveal()
    );
    CHECK(
        app::sealed_changes(running, with("{token: {file: page}, port: 1}")) ==
        Names{"admin.page.port"}
    );
    CHECK(
        app::sealed_changes(running, with("{token: {file: page}, address: \"::1\"}")) ==
        Names{"admin.page.address"}
    );
    CHECK(
        app::sealed_changes(running, loaded(folder, document("", ""))) ==
        Names{"admin.page.address", "admin.page.port"}
    );
}

TEST_CASE("every section is known to the tests above") {
    std::set<std::string> known = kAppliedSections;
    for (const char* const name : {"listen", "admin", "limits", "log", "store", "glpi"}) {
        known.insert(name);
    }
    std::set<std::string> all;
    for (const Key& key : config::kRoot.parts.front()) {
        all.insert(std::string(key.name));
    }
    CHECK(all == known);
    // Sections below listen, glpi and store.
    for (const config::Section* section : {&config::kListen, &config::kGlpi, &config::kStore}) {
        for (const Key& key : section->parts.front()) {
            if (key.type == ValueType::mapping) {
                CHECK(
                    std::set<std::string>{
                        "tls", "pool", "timeouts", "retry", "cache", "watch", "webhook", "sqlite",
                        "retention"}
                        .count(std::string(key.name)) == 1
                );
            }
        }
    }
}
