// SPDX-License-Identifier: MIT
// A change, its tasks and its items, of a --seed file. Columns are those of GLPI's schema that a
// reader of planned work may want; no recorded exchange shows them.
#include "params.hpp"
#include "state.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

void add_tasks(World& world, Id change, const Json& tasks) {
    for (const Json& given : elements(tasks)) {
        Json row = {{"id", nullptr}, {"uuid", nullptr}, {"changes_id", change}};
        row["state"] = given.value("state", 1);
        row["date"] = world.now_text();
        row["begin"] = at_or_null(given, "begin");
        row["end"] = at_or_null(given, "end");
        row["users_id_tech"] = 0;
        row["content"] = stored_text(world.major, given.value("content", "<p>work</p>"));
        row["actiontime"] = 0;
        row["is_private"] = 0;
        world.table("ChangeTask").insert(std::move(row));
    }
}

void add_items(World& world, Id change, const Json& items) {
    for (const Json& given : elements(items)) {
        Json row = {{"id", nullptr}, {"changes_id", change}};
        row["itemtype"] = at_or_null(given, "itemtype");
        row["items_id"] = at_or_null(given, "items_id");
        world.table("Change_Item").insert(std::move(row));
    }
}

}  // namespace

void add_change(World& world, const Json& given) {
    Json row = {{"id", at_or_null(given, "id")}};
    row["name"] = stored_text(world.major, given.value("name", "change"));
    row["entities_id"] = given.value("entities_id", Id{0});
    row["is_recursive"] = given.value("is_recursive", 0);
    row["is_deleted"] = given.value("is_deleted", 0);
    row["status"] = given.value("status", 1);
    row["content"] = stored_text(world.major, given.value("content", "<p>work</p>"));
    row["date_mod"] = world.now_text();
    row["date"] = world.now_text();
    row["users_id_recipient"] = 2;
    for (const char* key : {"urgency", "impact", "priority"})
        row[key] = 3;
    row["global_validation"] = given.value("global_validation", 1);
    const Id id = to_int(world.table("Change").insert(std::move(row))["id"]);
    add_tasks(world, id, given.value("tasks", Json::array()));
    add_items(world, id, given.value("items", Json::array()));
}

}  // namespace glpi_sim
