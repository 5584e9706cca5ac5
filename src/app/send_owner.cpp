// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_owner.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace alert_bridge::app {
namespace {

Error owner_error(const std::string& what, int code) {
    return {
        ErrorClass::misconfigured, "spool", what + ": " + std::generic_category().message(code)};
}

}  // namespace

Result<Done> act_as_owner(const std::string& folder) {
    if (::geteuid() != 0) {
        return Done{};
    }
    const std::string spool = std::filesystem::path(folder).parent_path().string();
    struct stat owner {};
    if (::stat(spool.c_str(), &owner) != 0) {
        return owner_error(
            "there is no folder " + spool + " yet, and root makes none; " +
                how_to_make_spool(spool),
            errno
        );
    }
    struct stat own {};
    if (owner.st_uid == 0 && ::lstat(folder.c_str(), &own) == 0) {
        owner = own;
    }
    if (owner.st_uid == 0) {
        return Done{};
    }
    // The owner's own group: that of the folder may be root's.
    const struct passwd* const user = ::getpwuid(owner.st_uid);
    const gid_t group = user != nullptr ? user->pw_gid : owner.st_gid;
    if (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 ||
        ::setresuid(owner.st_uid, owner.st_uid, owner.st_uid) != 0) {
        return owner_error("root cannot become the owner of " + folder, errno);
    }
    return Done{};
}

std::string how_to_make_spool(const std::string& spool) {
    return "as root: install -d -m 0700 -o USER " + spool +
           " (the user that the monitoring runs as), and chown -R USER " + spool +
           " if root has made folders in it";
}

}  // namespace alert_bridge::app
