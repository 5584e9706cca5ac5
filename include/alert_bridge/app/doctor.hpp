// SPDX-License-Identifier: MIT
//
// The checks of `doctor`: what was found out -> findings. Pure: the asking is done before, by
// glpi/survey, monitoring/zabbix_api and app/doctor_local.
//
// To add a check: write `Findings check_something(const Examined&)` in one of the doctor_*.cpp
// files, declare it in app/doctor_checks.hpp and put it into the table of doctor_checks.cpp, with
// what it needs. A check says what is wrong, why that matters and what to do; or with one `ok` that
// all is well; or with `skipped` why it could not look.
// Guarantees: findings hold no secret. Names from GLPI may hold anything: whoever prints them
// scrubs them (doctor_text). Thread rule: values and pure functions.
// Tests: tests/unit/app/doctor_*_test.cpp, tests/system/doctor_test.py
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/glpi/survey.hpp"
#include "alert_bridge/monitoring/media_type.hpp"
#include "alert_bridge/net/http_message.hpp"
#include "alert_bridge/storage/disk_guard.hpp"

namespace alert_bridge::app {

enum class Level { ok, skipped, warning, error };
[[nodiscard]] std::string_view to_string(Level level) noexcept;

struct Finding {
    Level level = Level::ok;
    std::string check;  // filled in by run_checks()
    std::string what;
    std::string why;    // it matters
    std::string to_do;  // next
    bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] Findings fine(std::string what);
[[nodiscard]] Findings not_checked(std::string why);

// The daemon's own port, asked for /healthz.
struct ListenerFacts {
    std::string address;  // "http://127.0.0.1:8480"
    net::Exchange exchange;
    bool demands_certificate = false;
};

struct StoreFacts {
    std::string directory;
    std::string problem;    // the directory is not there, or cannot be looked at
    std::string owner;      // root, who may write everywhere, looked: then the owner is judged
    bool is_roots = false;  // the owner is root
    bool is_writable = false;
    bool others_may_read = false;
    std::optional<storage::DiskSpace> space;
    std::int64_t reserve_bytes = 0;
};

struct ZabbixFacts {
    std::string source;
    Result<std::vector<monitoring::MediaType>> media_types;
};

// A name that the configuration wants GLPI to know, and every place that wants it.
struct NameInUse {
    glpi::NameQuestion question;
    std::vector<std::string> places;  // "rule 'network gear': category"
};
struct EntityInUse {
    domain::EntityRef ref;
    std::string where;  // "glpi.default_entity"
};
// Each question once.
[[nodiscard]] std::vector<NameInUse> names_in(const config::Config& config);
[[nodiscard]] std::vector<EntityInUse> entities_in(const config::Config& config);
// Item types that the bridge reads: those of the configuration, and addresses and changes.
[[nodiscard]] std::vector<std::string> item_types_in(const config::Config& config);

struct Examined {
    config::Loaded loaded;
    Result<Done> tried_out = Done{};      // see commands.hpp
    std::vector<NameInUse> names;         // in step with glpi.names
    std::vector<std::string> item_types;  // in step with glpi.item_types
    glpi::Survey glpi;
    domain::EntityTree tree;
    std::optional<ListenerFacts> listener;  // none: `listen` cannot be read
    std::optional<StoreFacts> store;
    std::vector<ZabbixFacts> zabbix;
    // Requires: what is asked for was loaded.
    [[nodiscard]] const config::Config& config() const { return *loaded.config; }
};

enum class Needs { nothing, config, login };

struct Check {
    std::string_view name;
    Needs needs = Needs::login;
    Findings (*run)(const Examined&) = nullptr;
};
[[nodiscard]] std::span<const Check> all_checks() noexcept;

// All of them, in the table's order; those whose needs are not met are skipped, with the reason.
[[nodiscard]] Findings run_checks(const Examined& examined);

// 0: nothing worse than ok and skipped; 1: an error; 3: warnings.
[[nodiscard]] int exit_status(const Findings& findings) noexcept;

// For people: `width` 0 is no terminal, where nothing is coloured; below 40 nothing is wrapped.
// What was skipped for one and the same reason is told together.
[[nodiscard]] std::string findings_as_text(const Findings& findings, std::size_t width);
// One object a line: level, check, what, why, to_do. ASCII: a terminal is safe from it, too.
[[nodiscard]] std::string findings_as_json(const Findings& findings);

}  // namespace alert_bridge::app
