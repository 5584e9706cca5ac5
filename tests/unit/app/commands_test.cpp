// SPDX-License-Identifier: MIT
#include "alert_bridge/app/commands.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"

using namespace alert_bridge;

namespace {

constexpr const char* kConfig = R"(glpi:
  url: https://glpi.example.com
  user_token: {file: a.token}
  default_entity: Root
sources:
  i:
    type: icinga2
    auth: {bearer: {file: a.token}}
    back: {url: "https://icinga.example.com:@PORT@", user: bridge, password: {file: a.token}@MORE@}
)";

class Checked {
  public:
    Checked(const std::string& port, const std::string& more) {
        std::string name = (std::filesystem::temp_directory_path() / "check-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        std::ofstream(folder_ + "/a.token") << "secret\n";
        REQUIRE(::chmod((folder_ + "/a.token").c_str(), 0600) == 0);
        std::string text = kConfig;
        text.replace(text.find("@PORT@"), 6, port);
        text.replace(text.find("@MORE@"), 6, more);
        std::ofstream(folder_ + "/bridge.yaml") << text;
        app::Options options;
        options.command = app::Command::check;
        options.config = folder_ + "/bridge.yaml";
        status = app::check_command(options);
    }
    ~Checked() { std::filesystem::remove_all(folder_); }
    Checked(const Checked&) = delete;
    Checked& operator=(const Checked&) = delete;

    int status = -1;

  private:
    std::string folder_;
};

}  // namespace

TEST_CASE("check finds what keeps the daemon from making a way back", "[check]") {
    CHECK(Checked("5665", "").status == EXIT_SUCCESS);
    CHECK(Checked("99999", "").status == EXIT_FAILURE);
    CHECK(Checked("5665", ", ca_file: nowhere.pem").status == EXIT_FAILURE);
    CHECK(Checked("5665", ", ca_file: a.token").status == EXIT_FAILURE);
}
