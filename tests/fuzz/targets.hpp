// SPDX-License-Identifier: MIT
//
// The fuzz targets: each takes any bytes, gives them to one part of the bridge, and requires more
// of it than not to crash: what its header guarantees.
//
// Two programs call them: fuzz_NAME (fuzz_main.cpp, libFuzzer, clang) and fuzz_replay (replay.cpp,
// any compiler), which runs the files of corpus/NAME among the ordinary tests.
// Guarantees: no clock, no network, no randomness: the same input does the same. Only
// `configuration` touches files, below a folder of its own.
// Thread rule: one thread.
#pragma once

#include <string_view>

namespace fuzz {

void alertmanager(std::string_view input);
void archive(std::string_view input);
void configuration(std::string_view input);
void form(std::string_view input);
void generic(std::string_view input);
void glpi_answer(std::string_view input);
void icinga(std::string_view input);
void json(std::string_view input);
void lifecycle(std::string_view input);
void nagios(std::string_view input);
void request_parser(std::string_view input);
void rules(std::string_view input);
void templates(std::string_view input);
void zabbix(std::string_view input);

}  // namespace fuzz
