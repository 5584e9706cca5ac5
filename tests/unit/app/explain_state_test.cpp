// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_state.hpp"

#include <filesystem>
#include <fstream>

#include "alert_bridge/storage/schema.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using app::KnownState;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "state-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
        config.store.path = path + "/bridge.db";
        config.admin.socket = path + "/admin.sock";
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    // Makes the store, or what is there already.
    [[nodiscard]] storage::Database open() const {
        storage::DatabaseOptions options;
        options.path = config.store.path;
        auto opened = storage::open_database(options);
        REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    std::string path;
    config::Config config;
};

ports::Subject some_problem() {
    ports::Subject subject;
    subject.problem_key = "z/1";
    subject.episode = "1";
    return subject;
}

}  // namespace

TEST_CASE("without a store nothing is known, and nothing is made") {
    const Folder folder;
    KnownState state(folder.config, "");
    CHECK_FALSE(state.is_known());
    CHECK_THAT(state.origin(), ContainsSubstring("does not exist"));
    CHECK_FALSE(state.snapshot(some_problem()).has_value());
    CHECK(state.alert("01").has_error());
    CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("a store without a daemon is read from a copy, which is removed") {
    const Folder folder;
    { (void)folder.open(); }
    const auto before = std::filesystem::last_write_time(folder.config.store.path);
    std::size_t files = 0;
    {
        KnownState state(folder.config, "");
        INFO(state.origin());
        REQUIRE(state.is_known());
        CHECK_THAT(state.origin(), ContainsSubstring("from a copy"));
        const auto known = state.snapshot(some_problem());
        REQUIRE(known.has_value());
        CHECK_FALSE(known->problem.has_value());
        CHECK(state.alert("01").error().code == "no_alert");
        for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
            files += file.is_regular_file() ? 1 : 0;
        }
    }
    CHECK(files == 1);
    CHECK(std::filesystem::last_write_time(folder.config.store.path) == before);
}

TEST_CASE("a store that cannot be read is told, and the rest goes on") {
    const Folder folder;
    std::ofstream(folder.config.store.path) << "no database, but long enough to be looked at";
    KnownState state(folder.config, "");
    CHECK_FALSE(state.is_known());
    CHECK_THAT(state.origin(), ContainsSubstring("cannot be read"));
}
