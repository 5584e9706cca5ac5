// SPDX-License-Identifier: MIT
// Where the files that tests read are. Functions, so that only one source knows the folder and the
// compiler's cache serves every checkout of the project.
#pragma once

#include <filesystem>

[[nodiscard]] std::filesystem::path project_dir();
[[nodiscard]] std::filesystem::path tests_dir();
