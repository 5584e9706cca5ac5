// SPDX-License-Identifier: MIT
#include "alert_bridge/config/secrets.hpp"

#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/loader.hpp"
#include "catch.hpp"
#include "support.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;
using config_test::EnvironmentGuard;
using config_test::TemporaryDirectory;

namespace {

struct Read {
    std::vector<std::string> values;
    std::string problems;
};

Read read(const std::string& yaml, const std::string& base_dir) {
    Diagnostics diagnostics("f");
    Read result;
    const auto root = parse_yaml("token: " + yaml + "\n", diagnostics);
    if (root) {
        for (const Secret& secret :
             read_secrets(diagnostics, *root->find("token"), "token", base_dir)) {
            result.values.emplace_back(secret.reveal());
        }
    }
    result.problems = render(diagnostics.take());
    return result;
}

}  // namespace

TEST_CASE("a secret file is read relative to the configuration, without its line end") {
    const TemporaryDirectory directory;
    directory.write("unix", "abc\n");
    directory.write("dos", "abc\r\n", 0400);
    directory.write("bare", "abc");
    for (const char* name : {"unix", "dos", "bare"}) {
        INFO(name);
        const auto [values, problems] = read(std::string("{file: ") + name + "}", directory.path());
        CHECK(values == std::vector<std::string>{"abc"});
        CHECK(problems.empty());
    }
    CHECK(read("{file: " + directory.path() + "/unix}", "/nowhere").values.size() == 1);
}

TEST_CASE("a secret file that others may read is refused") {
    const TemporaryDirectory directory;
    for (const mode_t mode : {0640U, 0604U, 0644U, 0660U, 0610U}) {
        directory.write("token", "abc\n", mode);
        const auto [values, problems] = read("{file: token}", directory.path());
        INFO(mode);
        CHECK(values.empty());
        CHECK(
            problems == "f:1:8: error: 'token': '" + directory.path() +
                            "/token' can be read by others: chmod 600 it (chmod 400 if read-only)\n"
        );
    }
}

TEST_CASE("open secrets keep a configuration from being loaded, but for who asks for them") {
    const TemporaryDirectory directory;
    directory.write("open", "abc\n", 0644);
    directory.write("closed", "abc\n");
    const std::string text =
        "glpi: {url: https://glpi.example.com, user_token: {file: open}, default_entity: Root}\n"
        "sources: {n: {type: nagios, auth: {bearer: {file: closed}}}}\n";
    directory.write("bridge.yaml", text);
    const std::string path = directory.path() + "/bridge.yaml";
    const Loaded refused = load(path);
    CHECK_FALSE(refused.config);
    CHECK(refused.diagnostics.size() == 1);

    const Loaded warned = load(path, Secrets::may_be_open);
    REQUIRE(warned.config);
    CHECK(warned.config->glpi.user_token.reveal() == "abc");
    REQUIRE(warned.diagnostics.size() == 1);
    CHECK(warned.diagnostics[0].severity == Diagnostic::warning);
    CHECK(tells_of_open_secret(warned.diagnostics[0]));
    CHECK(
        warned.diagnostics[0].message ==
        "'user_token': '" + directory.path() +
            "/open' can be read by others: chmod 600 it (chmod 400 if read-only)"
    );

    directory.write("bridge.yaml", text + "sorces: 1\n");
    const Loaded wrong = load(path, Secrets::may_be_open);
    CHECK_FALSE(wrong.config);
    CHECK(wrong.diagnostics.size() == 2);
}

TEST_CASE("a secret file that is missing, a directory, empty or odd is refused") {
    const TemporaryDirectory directory;
    directory.write("empty", "\n");
    directory.write("two-lines", "abc\ndef\n");
    directory.write("blank", " abc\n");
    directory.write("accent", "caf\xC3\xA9\n");
    directory.write("nul", std::string("a\0b", 3));
    directory.write("long", std::string(5000, 'x'));
    struct Case {
        std::string name;
        std::string problem;
    };
    const std::vector<Case> cases{
        {"none", "No such file or directory"},
        {".", "is not a regular file"},
        {"empty", "the secret is empty"},
        {"two-lines", "must be one line of printable ASCII"},
        {"blank", "must be one line of printable ASCII"},
        {"accent", "must be one line of printable ASCII"},
        {"nul", "must be one line of printable ASCII"},
        {"long", "is larger than 4 KiB"},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        const auto [values, problems] = read("{file: " + each.name + "}", directory.path());
        CHECK(values.empty());
        CHECK_THAT(problems, ContainsSubstring(each.problem));
        CHECK(problems.find("caf") == std::string::npos);
    }
}

TEST_CASE("a FIFO in place of a secret file does not hang the start") {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK_THAT(
        read("{file: pipe}", directory.path()).problems, ContainsSubstring("is not a regular file")
    );
}

TEST_CASE("a secret in the configuration itself is refused and not repeated") {
    for (const char* text : {"hunter2", "'hunter2'", "[hunter2]", "{value: hunter2}"}) {
        const auto [values, problems] = read(text, "/");
        INFO(text);
        CHECK(values.empty());
        CHECK_THAT(problems, ContainsSubstring("error"));
        CHECK(problems.find("hunter2") == std::string::npos);
    }
    CHECK_THAT(read("hunter2", "/").problems, ContainsSubstring("must not stand in this file"));
}

TEST_CASE("a credential comes from the service manager's directory") {
    const TemporaryDirectory directory;
    directory.write("glpi", "abc\n", 0440);  // its rights are the service manager's business
    CHECK_THAT(
        read("{credential: glpi}", "/").problems,
        ContainsSubstring("$CREDENTIALS_DIRECTORY is not set")
    );
    const EnvironmentGuard guard("CREDENTIALS_DIRECTORY", directory.path());
    CHECK(read("{credential: glpi}", "/").values == std::vector<std::string>{"abc"});
    CHECK_THAT(read("{credential: none}", "/").problems, ContainsSubstring("No such file"));
    CHECK_THAT(
        read("{credential: ../glpi}", "/").problems,
        ContainsSubstring("is not the name of a credential")
    );
    CHECK_THAT(read("{credential: ..}", "/").problems, ContainsSubstring("is not the name"));
}

TEST_CASE("a secret from the environment works and is warned about") {
    CHECK_THAT(
        read("{env: BRIDGE_TEST_TOKEN}", "/").problems,
        ContainsSubstring("environment variable 'BRIDGE_TEST_TOKEN' is not set")
    );
    const EnvironmentGuard guard("BRIDGE_TEST_TOKEN", "abc");
    const auto [values, problems] = read("{env: BRIDGE_TEST_TOKEN}", "/");
    CHECK(values == std::vector<std::string>{"abc"});
    CHECK_THAT(problems, ContainsSubstring("f:1:8: warning: 'token' comes from the environment"));
}

TEST_CASE("several secrets are accepted at once, so that a token can be changed without a gap") {
    const TemporaryDirectory directory;
    directory.write("old", "one\n");
    directory.write("new", "two\n");
    const auto [values, problems] = read("[{file: old}, {file: new}]", directory.path());
    CHECK(values == std::vector<std::string>{"one", "two"});
    CHECK(problems.empty());
    CHECK_THAT(read("[]", "/").problems, ContainsSubstring("needs one to 8 secrets"));
    const auto partly = read("[{file: old}, {file: none}]", directory.path());
    CHECK(partly.values.size() == 1);
    CHECK_THAT(partly.problems, ContainsSubstring("error"));
}

TEST_CASE("a secret names exactly one place") {
    CHECK_THAT(
        read("{}", "/").problems, ContainsSubstring("needs exactly one of file, credential, env")
    );
    CHECK_THAT(
        read("{file: a, env: b}", "/").problems,
        ContainsSubstring("needs exactly one of file, credential, env")
    );
    CHECK_THAT(read("{fiel: a}", "/").problems, ContainsSubstring("unknown key 'fiel'"));
}

TEST_CASE("relative paths start at the configuration's directory, absolute ones stay") {
    CHECK(resolve_path("a/b", "/etc/x") == "/etc/x/a/b");
    CHECK(resolve_path("../b", "/etc/x") == "/etc/b");
    CHECK(resolve_path("/a", "/etc/x") == "/a");
}
