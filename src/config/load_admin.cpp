// SPDX-License-Identifier: MIT
//
// The section admin.
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {

AdminConfig read_admin(const MapReader& reader, const std::string& base_dir) {
    AdminConfig admin;
    const std::string socket = reader.text("socket").value_or("none");
    if (socket != "none") {
        admin.socket = resolve_path(socket, base_dir);
    }
    admin.mode = reader.choice("mode") == "0600" ? 0600 : 0660;
    return admin;
}

}  // namespace alert_bridge::config
