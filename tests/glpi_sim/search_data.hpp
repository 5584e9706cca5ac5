// SPDX-License-Identifier: MIT
// The search options of both versions, JSON text embedded at build time from data/*.json.
//
// Each file maps itemtype to option id to the entry of listSearchOptions; entries that the
// recordings name without details carry the name only. Read by search_columns.cpp.
#pragma once

namespace glpi_sim {

extern const char* const kSearchOptions10;
extern const char* const kSearchOptions11;

}  // namespace glpi_sim
