// SPDX-License-Identifier: MIT
//
// Runs every file of cases/. A case is a piece of configuration; its first lines are comments that
// state everything the loader must say, and nothing else:
//
//   # 12:7: error: 'port' must be between 0 and 65535
//   # ok                                   (instead: a Config comes out, without a word)
//
// A piece without `sources:` or `glpi:` gets small valid ones appended, so that its lines stay its
// own.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "alert_bridge/config/loader.hpp"
#include "catch.hpp"
#include "certificates.hpp"
#include "paths.hpp"
#include "support.hpp"

using namespace alert_bridge::config;

namespace {

constexpr const char* kSources =
    "sources:\n  nagios:\n    type: nagios\n    auth: {bearer: {file: a.token}}\n";
constexpr const char* kGlpi =
    "glpi:\n  url: https://glpi.example.com\n  user_token: {file: a.token}\n  default_entity: "
    "Root\n";

std::string completed(std::string text) {
    const auto has = [&](const std::string& key) {
        return text.starts_with(key) || text.find("\n" + key) != std::string::npos;
    };
    if (!has("sources:")) {
        text += kSources;
    }
    if (!has("glpi:")) {
        text += kGlpi;
    }
    return text;
}

// The comment lines at the top, without "# ".
std::string expectation(const std::string& text) {
    std::istringstream lines(text);
    std::string line, result;
    while (std::getline(lines, line) && line.starts_with("# ")) {
        result += line.substr(2) + "\n";
    }
    return result;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

void write_certificates(const config_test::TemporaryDirectory& directory) {
    namespace test = alert_bridge::test;
    const test::Issued own(test::named("bridge"));
    directory.write("tls.pem", own.certificate(), 0644);
    directory.write("tls.key", own.key());
    directory.write("tls-group.key", own.key(), 0640);
    directory.write("tls-open.key", own.key(), 0644);
    directory.write("tls-group-writes.key", own.key(), 0660);
    directory.write("tls-encrypted.key", own.key("passphrase"));
    directory.write("tls-other.key", test::Issued(test::named("other")).key());
    directory.write("tls-ca.pem", test::authority("senders").certificate(), 0644);
    test::CertificateWish wish = test::named("bridge");
    wish.valid_until = "20200101000000Z";
    wish.valid_from = "20190101000000Z";
    directory.write("tls-expired.pem", own.again(wish).certificate(), 0644);
    wish.valid_from = "21200101000000Z";
    wish.valid_until = "21210101000000Z";
    directory.write("tls-later.pem", own.again(wish).certificate(), 0644);
    directory.write("empty.pem", "", 0644);
}

}  // namespace

TEST_CASE("every case of a configuration file is told exactly as its first lines say") {
    const config_test::TemporaryDirectory directory;
    directory.write("a.token", "secret-a\n");
    directory.write("b.token", "secret-b\n");
    directory.write("page.token", "a-token-of-some-length\n");
    directory.write("page2.token", "another-token-of-that\n");
    directory.write("hook.url", "https://hooks.example.org/a?sig=b\n");
    directory.write("open.token", "secret-c\n", 0644);
    directory.write("customers.csv", "code,entity,site\nacme,Root > ACME,Paris\n", 0644);
    directory.write("bad.csv", "code,entity\na\n", 0644);
    directory.write("empty.csv", "code,entity\n", 0644);
    directory.write("ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
    write_certificates(directory);
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(tests_dir() / "unit/config/cases")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() >= 60);
    for (const auto& file : files) {
        const std::string text = config_test::read_whole(file);
        const Loaded loaded = load_text(completed(text), "f", directory.path());
        std::string said = render(loaded.diagnostics);
        replace_all(said, "\nf:", "\n");
        replace_all(said, directory.path(), "DIR");
        said = said.starts_with("f:") ? said.substr(2) : said;
        INFO(file.filename().string());
        CHECK((said.empty() ? "ok\n" : said) == expectation(text));
        const bool has_errors = said.find(": error: ") != std::string::npos;
        CHECK(loaded.config.has_value() != has_errors);
    }
}
