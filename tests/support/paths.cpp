// SPDX-License-Identifier: MIT
#include "paths.hpp"

std::filesystem::path project_dir() {
    return PROJECT_DIR;
}

std::filesystem::path tests_dir() {
    return project_dir() / "tests";
}
