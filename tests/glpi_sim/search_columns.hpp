// SPDX-License-Identifier: MIT
// The columns of GLPI's search: which options an itemtype has, and their values for a row.
//
// Called by search_api.cpp. Options come from the tables in data/, taken from listSearchOptions of
// the recorded servers; values are computed for those that a client of tickets and assets uses, the
// rest are null. Topics 05, 06, 07 and 14 of tests/recorded/glpi test them.
#pragma once

#include <string>
#include <vector>

#include "api.hpp"

namespace glpi_sim {

// All options of the itemtype as listSearchOptions shows them; null for an unknown itemtype.
const Json& search_options(int major, const std::string& itemtype);
bool option_exists(int major, const std::string& itemtype, int option);
bool option_searchable(int major, const std::string& itemtype, int option);

// The column's value where it is a column of the row itself, without a copy; null when it is not.
const Json* plain_value(const Call& call, const std::string& itemtype, const Json& row, int option);
// The values of a column: none, one, or several (addresses, groups).
std::vector<Json> column_values(
    const Call& call, const std::string& itemtype, const Json& row, int option
);
// The id that `equals` compares for a column that shows a name; -1 when it compares the value.
std::vector<Id> column_ids(
    const Call& call, const std::string& itemtype, const Json& row, int option
);
// True when the column shows ids of other items or belongs to joined rows.
bool compares_ids(const std::string& itemtype, int option);
bool is_date(const std::string& itemtype, int option);
bool is_number_column(const std::string& itemtype, int option);

// Columns shown when nothing is asked for, and those that always come.
std::vector<int> default_columns(const Call& call, const std::string& itemtype);
std::vector<int> fixed_columns(const Call& call, const std::string& itemtype);

}  // namespace glpi_sim
