// SPDX-License-Identifier: MIT
//
// A spool in a folder of its own, for the tests of send_spool and send_queue.
// Thread rule: one test case. Tests: none, it is one.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "alert_bridge/app/send_spool.hpp"
#include "catch.hpp"

namespace alert_bridge::app {

inline constexpr std::int64_t kTestNow = 1'795'000'000'000;

class SpoolFolder {
  public:
    SpoolFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "spool-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        above_ = name;
        path = name + "/spool/nagios";
    }
    ~SpoolFolder() { std::filesystem::remove_all(above_); }
    SpoolFolder(const SpoolFolder&) = delete;
    SpoolFolder& operator=(const SpoolFolder&) = delete;

    [[nodiscard]] SendSpool open(SpoolLimits limits = {}) const {
        auto spool = SendSpool::open(path, limits);
        REQUIRE(spool.has_value());
        return std::move(*spool);
    }
    [[nodiscard]] static std::string add(
        SendSpool& spool, const std::string& body, std::int64_t now_ms = kTestNow
    ) {
        auto name = spool.add(body, from_unix_ms(now_ms));
        REQUIRE(name.has_value());
        return *name;
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file(path + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path + "/" + name, std::ios::binary) << text;
    }

    std::string path;

  private:
    std::string above_;
};

}  // namespace alert_bridge::app
