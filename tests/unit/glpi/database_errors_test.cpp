// SPDX-License-Identifier: MIT
// What GLPI's refusals say about its database, and what only looks so.
#include "alert_bridge/glpi/wire.hpp"
#include "catch.hpp"

using namespace alert_bridge;

TEST_CASE("the words of an alert in the statement that GLPI repeats are not its database's") {
    const std::string refusal =
        "MySQL query error: Data too long for column 'name' at row 1 (1406) in SQL query "
        "\"INSERT INTO `glpi_tickets` (`name`) VALUES ('Deadlock on db01')\"";
    CHECK(glpi::is_sql_text(refusal));
    CHECK_FALSE(glpi::is_database_busy(refusal));
    const std::string busy =
        "MySQL query error: Deadlock found when trying to get lock (1213) in SQL query "
        "\"INSERT INTO `glpi_tickets` (`name`) VALUES ('Disk full')\"";
    CHECK(glpi::is_database_busy(busy));
    CHECK(glpi::is_database_busy("Lost connection to MySQL server during query"));
}
