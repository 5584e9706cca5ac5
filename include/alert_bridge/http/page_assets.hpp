// SPDX-License-Identifier: MIT
//
// The files of the status page, as they were when the program was built: those of src/http/page/
// and dygraphs from Debian's libjs-dygraphs. CMake writes the table (src/http/page_assets.cpp.in).
// Guarantees: the bytes are read-only data of the program; nothing is copied. Thread rule:
// constants. Tests: tests/unit/http/page_endpoints_test.cpp
#pragma once

#include <span>
#include <string_view>

namespace alert_bridge::http {

struct PageAsset {
    std::string_view path;  // "/page.js"
    std::string_view content_type;
    std::string_view bytes;
};

[[nodiscard]] std::span<const PageAsset> page_assets() noexcept;

}  // namespace alert_bridge::http
