// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_owner.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "send_folder.hpp"

using namespace alert_bridge;
using namespace alert_bridge::app;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kUser = 12'345;
constexpr gid_t kGroup = 12'346;

void give(const std::string& path) {
    REQUIRE(::lchown(path.c_str(), kUser, kGroup) == 0);
}

// In a process of its own, since there is no way back.
enum class Became { root, owner, refused, something_else };
Became become(const std::string& folder, uid_t user = kUser, gid_t group = kGroup) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto became = Became::something_else;
        if (!act_as_owner(folder)) {
            became = Became::refused;
        } else if (::getuid() == 0 && ::geteuid() == 0) {
            became = Became::root;
        } else if (::getuid() == user && ::geteuid() == user && ::getegid() == group && ::getgroups(0, nullptr) == 0 && ::seteuid(0) != 0) {
            became = Became::owner;
        }
        ::_exit(static_cast<int>(became));
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return static_cast<Became>(WEXITSTATUS(status));
}

}  // namespace

TEST_CASE("root sends as the owner of the alerts that wait, and makes no spool of its own") {
    const SpoolFolder folder;
    const std::string spool = fs::path(folder.path).parent_path().string();
    if (::geteuid() != 0) {
        CHECK(act_as_owner(folder.path).has_value());  // nothing to leave
        return;
    }
    const auto missing = act_as_owner(folder.path);
    REQUIRE(!missing);
    CHECK(missing.error().message.find("install -d -m 0700 -o USER " + spool) != std::string::npos);
    CHECK_FALSE(fs::exists(spool));

    (void)folder.open();
    CHECK(become(folder.path) == Became::root);  // all is root's
    SECTION("the spool is the user's") {
        give(spool);
    }
    SECTION("the spool is root's, and the source's folder in it the user's") {
        give(folder.path);
    }
    SECTION("the spool is the user's, who made a link of the source's folder") {
        give(spool);
        fs::remove_all(folder.path);
        fs::create_directory_symlink("/etc", folder.path);
    }
    CHECK(become(folder.path) == Became::owner);
}

TEST_CASE("root takes the owner's own group, whatever the folder's is") {
    const passwd* const user = ::getpwnam("nobody");
    if (::geteuid() != 0) {
        CHECK(act_as_owner("/").has_value());  // nothing to leave
        return;
    }
    REQUIRE(user != nullptr);
    const SpoolFolder folder;
    (void)folder.open();
    const std::string spool = fs::path(folder.path).parent_path().string();
    REQUIRE(::lchown(spool.c_str(), user->pw_uid, 0) == 0);
    CHECK(become(folder.path, user->pw_uid, user->pw_gid) == Became::owner);
}

TEST_CASE("root does nothing in a folder that is another's, or behind a link") {
    const SpoolFolder folder;
    (void)folder.open();
    if (::geteuid() == 0) {
        give(folder.path);
        const auto others = SendSpool::open(folder.path, {});
        REQUIRE(!others);
        CHECK(others.error().message.find("must belong to the user") != std::string::npos);
    }
    fs::rename(folder.path, folder.path + "-elsewhere");
    fs::create_directory_symlink(folder.path + "-elsewhere", folder.path);
    CHECK(SendSpool::open(folder.path, {}).has_error());
}

TEST_CASE("a link where the spool has its own files is not followed") {
    const SpoolFolder folder;
    auto spool = folder.open();
    folder.write("precious", "precious");
    fs::create_symlink(folder.path + "/precious", folder.path + "/.sending");
    CHECK(spool.take_turn().has_error());
    const auto name = SpoolFolder::add(spool, "bad");
    fs::create_directory(folder.path + "/refused");
    fs::create_symlink(folder.path + "/precious", folder.path + "/refused/" + name + ".reason");
    CHECK(spool.set_aside(name, "why").has_value());
    CHECK(folder.text("precious") == "precious");
}
