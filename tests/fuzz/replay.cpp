// SPDX-License-Identifier: MIT
//
// usage: fuzz_replay TARGET FOLDER
//
// Runs every file of a target's corpus once, so that what fuzzing found stays tested by any
// compiler and without libFuzzer. A finding ends the program; the last name that was printed is the
// file that brought it. An unknown target or an empty folder is a failure too.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "targets.hpp"

namespace {

using Target = void (*)(std::string_view);

const std::map<std::string_view, Target>& targets() {
    static const std::map<std::string_view, Target> kTargets{
        {"alertmanager", fuzz::alertmanager},
        {"archive", fuzz::archive},
        {"configuration", fuzz::configuration},
        {"form", fuzz::form},
        {"generic", fuzz::generic},
        {"glpi_answer", fuzz::glpi_answer},
        {"icinga", fuzz::icinga},
        {"json", fuzz::json},
        {"lifecycle", fuzz::lifecycle},
        {"nagios", fuzz::nagios},
        {"request_parser", fuzz::request_parser},
        {"rules", fuzz::rules},
        {"templates", fuzz::templates},
        {"zabbix", fuzz::zabbix},
    };
    return kTargets;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int count, char** arguments) {
    const auto target = count == 3 ? targets().find(arguments[1]) : targets().end();
    if (target == targets().end()) {
        std::fputs("usage: fuzz_replay TARGET FOLDER\n", stderr);
        return 2;
    }
    const auto files = files_of(arguments[2]);
    for (const auto& path : files) {
        std::fprintf(stderr, "%s\n", path.c_str());
        std::ifstream file(path, std::ios::binary);
        const std::string input(std::istreambuf_iterator<char>(file), {});
        if (!file) {
            std::fputs("cannot be read\n", stderr);
            return 1;
        }
        target->second(input);
    }
    std::printf("%zu files\n", files.size());
    return files.empty() ? 1 : 0;
}
