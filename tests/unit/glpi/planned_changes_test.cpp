// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/planned_changes.hpp"

#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "client_bench.hpp"

using namespace alert_bridge;
using nlohmann::json;

namespace {

const WallTime kNow = from_unix_ms(1'795'466'910'000);  // 2026-11-23 20:48:30 UTC

json parsed(const char* text) {
    return json::parse(text);
}

json task(const char* begin, const char* end, int change_id = 7) {
    json out;
    out["changes_id"] = change_id;
    out["state"] = 1;
    out["begin"] = begin;
    out["end"] = end;
    return out;
}

std::vector<glpi::TaskWindow> windows(const json& row, const std::string& zone = "UTC") {
    return glpi::task_windows(json::array({row}), zone, kNow);
}

json change(int status, int validation) {
    json out;
    out["id"] = 7;
    out["name"] = "New disks";
    out["status"] = status;
    out["global_validation"] = validation;
    out["is_deleted"] = 0;
    return out;
}

std::string title(const json& name) {
    json row;
    row["name"] = name;
    return glpi::change_title(row);
}

}  // namespace

TEST_CASE("a task's hours are read in the zone of GLPI's user") {
    const json row = task("2026-11-23 21:30:00", "2026-11-24 01:00:00");
    const auto utc = windows(row);
    REQUIRE(utc.size() == 1);
    CHECK(utc[0].change_id == 7);
    CHECK(format_utc(utc[0].begin) == "2026-11-23T21:30:00Z");
    CHECK(format_utc(utc[0].end) == "2026-11-24T01:00:00Z");
    const auto paris = windows(row, "Europe/Paris");
    REQUIRE(paris.size() == 1);
    CHECK(format_utc(paris[0].begin) == "2026-11-23T20:30:00Z");
    CHECK(format_utc(paris[0].end) == "2026-11-24T00:00:00Z");
}

TEST_CASE("hours that are over, far ahead, empty or not planned do not count") {
    CHECK(windows(task("2026-11-23 10:00:00", "2026-11-23 20:48:31")).size() == 1);
    CHECK(windows(task("2026-11-23 10:00:00", "2026-11-23 20:48:30")).empty());
    CHECK(windows(task("2026-11-24 20:48:29", "2026-11-30 00:00:00")).size() == 1);
    CHECK(windows(task("2026-11-24 20:48:30", "2026-11-30 00:00:00")).empty());
    CHECK(windows(task("2026-01-01 00:00:00", "2027-01-01 00:00:00")).size() == 1);
    CHECK(windows(task("2026-11-24 01:00:00", "2026-11-24 01:00:00")).empty());
    CHECK(windows(task("2026-11-24 02:00:00", "2026-11-24 01:00:00")).empty());
    CHECK(windows(task("", "2026-11-24 01:00:00")).empty());
    CHECK(windows(task("2026-11-23", "2026-11-24")).empty());
    CHECK(windows(task("2026-11-31 00:00:00", "2026-12-24 01:00:00")).empty());
    CHECK(windows(task("0000-00-00 00:00:00", "2026-11-24 01:00:00")).empty());
    // 20:40 UTC
    CHECK(windows(task("2026-11-23 10:00:00", "2026-11-23 21:40:00"), "Europe/Paris").empty());
    json unplanned = task("", "");
    unplanned["begin"] = nullptr;
    unplanned["end"] = nullptr;
    CHECK(windows(unplanned).empty());
}

TEST_CASE("a task that is done, or of no change, does not count") {
    json row = task("2026-11-23 20:00:00", "2026-11-24 01:00:00");
    for (const auto& [state, count] :
         {std::pair(json(0), 1U), std::pair(json(1), 1U), std::pair(json("1"), 1U),
          std::pair(json(2), 0U), std::pair(json("2"), 0U), std::pair(json(nullptr), 1U)}) {
        INFO(state);
        row["state"] = state;
        CHECK(windows(row).size() == count);
    }
    row["state"] = 1;
    row["changes_id"] = 0;
    CHECK(windows(row).empty());
    row["changes_id"] = "12";
    CHECK(windows(row).at(0).change_id == 12);
    CHECK(windows(json("text")).empty());
    CHECK(windows(json(nullptr)).empty());
}

TEST_CASE("the list is left at the first page that reaches into the past") {
    const json coming = task("2026-11-25 20:00:00", "2026-11-26 01:00:00");
    const json running = task("2026-11-23 20:00:00", "2026-11-23 21:00:00");
    const json over = task("2026-11-23 10:00:00", "2026-11-23 11:00:00");
    const auto reaches = [](const json& rows) { return glpi::reaches_past(rows, "UTC", kNow); };
    CHECK_FALSE(reaches(json::array({coming, running})));
    CHECK(reaches(json::array({coming, running, over})));
    CHECK(reaches(json::array({coming, parsed(R"({"end":null})")})));
    CHECK(reaches(json::array({coming, json(1)})));
    CHECK(reaches(json::array()));
}

TEST_CASE("hours come in the order of their beginning, each once") {
    const auto at = [](int change_id, int begin, int end) {
        return glpi::TaskWindow{
            change_id, kNow + std::chrono::hours(begin), kNow + std::chrono::hours(end)};
    };
    const auto sorted = glpi::in_order({at(9, 3, 4), at(2, 1, 5), at(1, 3, 9), at(2, 1, 5)});
    CHECK(sorted == std::vector{at(2, 1, 5), at(1, 3, 9), at(9, 3, 4)});
}

TEST_CASE("what counts as approved") {
    struct Case {
        int status;
        bool by_status;
        bool when_validated;
    };
    for (const Case& expected :
         {Case{1, false, true}, Case{9, false, true}, Case{10, false, true}, Case{4, false, true},
          Case{7, true, true}, Case{11, true, true}, Case{12, true, true}, Case{5, false, false},
          Case{8, false, false}, Case{6, false, false}, Case{13, false, false},
          Case{14, false, false}, Case{0, false, false}, Case{99, false, true}}) {
        INFO(expected.status);
        for (const int validation : {1, 2}) {
            CHECK(glpi::is_approved(change(expected.status, validation)) == expected.by_status);
        }
        CHECK(glpi::is_approved(change(expected.status, 3)) == expected.when_validated);
        CHECK_FALSE(glpi::is_approved(change(expected.status, 4)));
    }
    json deleted = change(7, 3);
    deleted["is_deleted"] = 1;
    CHECK_FALSE(glpi::is_approved(deleted));
    CHECK(glpi::is_approved(parsed(R"({"status": "7", "global_validation": "1"})")));
    CHECK_FALSE(glpi::is_approved(json::object()));
    CHECK_FALSE(glpi::is_approved(json("7")));
}

TEST_CASE("a title is one bounded line of plain text, whatever stands in it") {
    CHECK(title("New disks") == "New disks");
    CHECK(title("  R&#38;D &#60;web01&#62; ") == "R&D <web01>");
    CHECK(title("a\r\nb\tc") == "a b c");
    CHECK(title("a\x1b[31mb\u202e\u200bc") == "a[31mbc");
    CHECK(title(std::string("a\xff") + "b") == "a\uFFFDb");
    CHECK(title(std::string("a\0b", 3)) == "ab");
    CHECK(title(nullptr).empty());
    CHECK(title(json::array({"x"})).empty());
    std::string longest;
    for (int i = 0; i < 300; ++i) {
        longest += "é";
    }
    const std::string cut = title(longest);
    CHECK(count_code_points(cut) == ports::PlannedChanges::kTitleMax);
    CHECK(cut.ends_with("…"));
}

TEST_CASE("items are those with a type and a number, and no more than the bound") {
    const json rows = parsed(R"([
        {"changes_id": 7, "itemtype": "Computer", "items_id": 4},
        {"changes_id": 7, "itemtype": "NetworkEquipment", "items_id": "9"},
        {"changes_id": 7, "itemtype": "Computer", "items_id": 0},
        {"changes_id": 7, "itemtype": null, "items_id": 4},
        {"changes_id": 7, "itemtype": "../Ticket?x=", "items_id": 4},
        {"changes_id": 7, "itemtype": "Glpi\\CustomAsset\\Server", "items_id": 4},
        7, null])");
    using Item = domain::PlannedChange::Item;
    CHECK(
        glpi::change_items(rows) == std::vector{Item{"Computer", 4}, Item{"NetworkEquipment", 9}}
    );
    json many = json::array();
    for (int i = 1; i <= 501; ++i) {
        json row;
        row["itemtype"] = "Computer";
        row["items_id"] = i;
        many.push_back(row);
    }
    CHECK(glpi::change_items(many).size() == ports::PlannedChanges::kItemsMax);
}

namespace {

using glpi_test::answer;
using glpi_test::Bench;
using glpi_test::SeenRequest;

// A GLPI whose tasks fill page after page, all of them planned for next year, and the last one for
// tonight.
test::Act far_tasks(const SeenRequest& request, int total) {
    const int first = std::stoi(request.target.substr(request.target.find("range=") + 6));
    json rows = json::array();
    for (int i = first; i < std::min(total, first + 200); ++i) {
        rows.push_back(
            i == total - 1 ? task("2026-11-23 20:00:00", "2026-11-23 23:00:00")
                           : task("2027-11-23 20:00:00", "2027-11-23 23:00:00")
        );
    }
    return answer(
        206, rows.dump(), "application/json",
        "Content-Range: " + std::to_string(first) + "-x/" + std::to_string(total) + "\r\n"
    );
}

}  // namespace

TEST_CASE("tasks are read page by page, and too many are told once until there are fewer") {
    Bench bench;
    int total = 450;
    bench.special = [&total](const SeenRequest& r) -> std::optional<test::Act> {
        if (r.target.find("/ChangeTask?sort=end&order=DESC&range=") != std::string::npos) {
            return far_tasks(r, total);
        }
        if (r.target.find("/Change/7?") != std::string::npos) {
            return answer(200, change(7, 1).dump());
        }
        if (r.target.find("/Change/7/Change_Item?range=0-499") != std::string::npos) {
            return answer(200, R"([{"itemtype":"Computer","items_id":4}])");
        }
        return std::nullopt;
    };
    const auto planned = [&bench] {
        const auto found = bench.run(bench.client->changes().planned(kNow));
        REQUIRE(found.has_value());
        return *found;
    };
    REQUIRE(planned().size() == 1);
    CHECK(planned().at(0).items == std::vector{domain::PlannedChange::Item{"Computer", 4}});
    CHECK(bench.events.count("glpi_changes_cut") == 0);
    total = 5'000;
    CHECK(planned().empty());
    CHECK(planned().empty());
    CHECK(bench.events.count("glpi_changes_cut") == 1);
    total = 450;
    CHECK(planned().size() == 1);
    total = 5'000;
    CHECK(planned().empty());
    CHECK(bench.events.count("glpi_changes_cut") == 2);
}

TEST_CASE("a change that is purged before its items are read is left out without a word") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<test::Act> {
        if (r.target.find("/ChangeTask?") != std::string::npos) {
            return far_tasks(r, 1);
        }
        if (r.target.find("/Change/7?") != std::string::npos) {
            return answer(200, change(7, 1).dump());
        }
        return std::nullopt;  // 404
    };
    const auto found = bench.run(bench.client->changes().planned(kNow));
    REQUIRE(found.has_value());
    CHECK(found->empty());
    CHECK(bench.count("/Change/7/Change_Item?range=0-499&get_hateoas=false") == 1);
    CHECK(bench.events.count("glpi_changes_unreadable") == 0);
}
