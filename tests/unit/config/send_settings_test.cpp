// SPDX-License-Identifier: MIT
#include "alert_bridge/config/send_settings.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;

namespace {

std::string mistakes(const std::string& text) {
    const LoadedSend loaded = read_send_settings(text, "send.yaml", "/etc");
    CHECK(loaded.is_sound == loaded.diagnostics.empty());
    return render(loaded.diagnostics);
}

}  // namespace

TEST_CASE("settings of send: everything can be written, relative paths start at the file") {
    const LoadedSend loaded = read_send_settings(
        "url: https://bridge.example.com:8480\nsource: nagios-dc1\ntoken_file: n.token\n"
        "hmac_key_file: /k\nca_file: ca.pem\nspool: /srv/spool\ntimeout: 2s\nspool_alerts: 5\n"
        "spool_bytes: 2MiB\n",
        "send.yaml", "/etc/nagios4"
    );
    REQUIRE(loaded.is_sound);
    CHECK(loaded.settings.url == "https://bridge.example.com:8480");
    CHECK(loaded.settings.source == "nagios-dc1");
    CHECK(loaded.settings.token_file == "/etc/nagios4/n.token");
    CHECK(loaded.settings.hmac_key_file == "/k");
    CHECK(loaded.settings.ca_file == "/etc/nagios4/ca.pem");
    CHECK(loaded.settings.spool == "/srv/spool");
    CHECK(loaded.settings.timeout == Duration(2'000));
    CHECK(loaded.settings.spool_alerts == 5);
    CHECK(loaded.settings.spool_bytes == 2 * 1024 * 1024);
}

TEST_CASE("settings of send: what is not written has its default, a missing file is one") {
    for (const LoadedSend& loaded :
         {read_send_settings("source: n\n", "send.yaml", "/etc"),
          load_send_settings("/nowhere/send.yaml", false)}) {
        REQUIRE(loaded.is_sound);
        CHECK(loaded.settings.url.empty());
        CHECK(loaded.settings.spool == "/var/spool/glpi-alert-bridge");
        CHECK(loaded.settings.timeout == Duration(8'000));
        CHECK(loaded.settings.spool_alerts == 10'000);
        CHECK(loaded.settings.spool_bytes == 64 * 1024 * 1024);
    }
    CHECK_FALSE(load_send_settings("/nowhere/send.yaml", true).is_sound);
}

TEST_CASE("settings of send: every mistake is told with its place") {
    const std::string said = mistakes("ulr: x\nsource: ../etc\ntimeout: 1h\nspool_alerts: 0\n");
    CHECK(said.find("send.yaml:1:1: error: ") != std::string::npos);
    CHECK(said.find("did you mean 'url'?") != std::string::npos);
    CHECK(said.find("send.yaml:2:9: error: 'source'") != std::string::npos);
    CHECK(said.find("send.yaml:3:10: error: ") != std::string::npos);
    CHECK(said.find("send.yaml:4:15: error: ") != std::string::npos);
    CHECK_FALSE(mistakes("token_file: {file: x}\n").empty());
}

TEST_CASE("settings of send: what has a mistake has its default, the rest is as written") {
    const LoadedSend loaded = read_send_settings(
        "source: n\nspool: []\ntimeout: soon\nspool_alerts: 0\nspool_bytes: x\nulr: x\n",
        "send.yaml", "/etc"
    );
    CHECK_FALSE(loaded.is_sound);
    CHECK(loaded.settings.source == "n");
    CHECK(loaded.settings.spool == "/var/spool/glpi-alert-bridge");
    CHECK(loaded.settings.timeout == Duration(8'000));
    CHECK(loaded.settings.spool_alerts == 10'000);
    CHECK(loaded.settings.spool_bytes == 64 * 1024 * 1024);
    CHECK(
        read_send_settings("a: [", "send.yaml", "/etc").settings.spool ==
        "/var/spool/glpi-alert-bridge"
    );
}

TEST_CASE("settings of send: a source's name is no path") {
    CHECK(is_source_name("nagios-dc1"));
    for (const char* name : {"", "..", "a/b", "a b", "a_b", "A", "\xc3\xa9"}) {
        CHECK_FALSE(is_source_name(name));
    }
    CHECK_FALSE(is_source_name(std::string(65, 'a')));
    CHECK(is_send_timeout(Duration(100)));
    CHECK_FALSE(is_send_timeout(Duration(0)));
    CHECK_FALSE(is_send_timeout(Duration(60'001)));
}

TEST_CASE("settings of send: a secret is a file that nobody else may read") {
    const std::string path =
        (std::filesystem::temp_directory_path() / "send_settings_secret").string();
    std::ofstream(path) << "the-token\n";
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    CHECK(read_secret_file(path, "token_file").value().reveal() == "the-token");
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    const auto refused = read_secret_file(path, "token_file");
    REQUIRE(!refused);
    CHECK(refused.error().message.find("chmod 600") != std::string::npos);
    std::filesystem::remove(path);
    CHECK(read_secret_file(path, "token_file").has_error());
}
