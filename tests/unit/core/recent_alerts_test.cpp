// SPDX-License-Identifier: MIT
#include "alert_bridge/core/recent_alerts.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using core::RecentAlerts;

namespace {

const WallTime kNow = from_unix_ms(1'750'000'000'000);
constexpr Duration kMoment{1};

}  // namespace

TEST_CASE("a recent alert is known by its key, and by no other") {
    RecentAlerts recent;
    CHECK(recent.find("z/disk", kNow) == nullptr);
    recent.remember("z/disk", "01A", kNow);
    REQUIRE(recent.find("z/disk", kNow) != nullptr);
    CHECK(*recent.find("z/disk", kNow) == "01A");
    CHECK(recent.find("z/disc", kNow) == nullptr);
    CHECK(recent.find("", kNow) == nullptr);
}

TEST_CASE("an alert is recent for its time, by a clock that goes forward") {
    RecentAlerts recent;
    recent.remember("z/disk", "01A", kNow);
    CHECK(recent.find("z/disk", kNow + RecentAlerts::kLife - kMoment) != nullptr);
    CHECK(recent.find("z/disk", kNow + RecentAlerts::kLife) == nullptr);
    CHECK(recent.find("z/disk", kNow - kMoment) == nullptr);
    recent.remember("z/disk", "01B", kNow + RecentAlerts::kLife);
    CHECK(*recent.find("z/disk", kNow + RecentAlerts::kLife) == "01B");
}

TEST_CASE("an alert without a key, or with a long one, is not remembered") {
    RecentAlerts recent;
    recent.remember("", "01A", kNow);
    CHECK(recent.find("", kNow) == nullptr);
    std::string key(RecentAlerts::kKeyBytesMax, 'k');
    recent.remember(key, "01A", kNow);
    CHECK(recent.find(key, kNow) != nullptr);
    key += 'k';
    recent.remember(key, "01A", kNow);
    CHECK(recent.find(key, kNow) == nullptr);
}

TEST_CASE("newer alerts take the places of older ones, and no answer is mixed up") {
    RecentAlerts recent;
    constexpr int kMany = 20 * static_cast<int>(RecentAlerts::kSlots);
    for (int i = 0; i < kMany; ++i) {
        recent.remember("z/" + std::to_string(i), std::to_string(i), kNow);
    }
    std::size_t known = 0;
    for (int i = 0; i < kMany; ++i) {
        const std::string* const id = recent.find("z/" + std::to_string(i), kNow);
        if (id != nullptr) {
            CHECK(*id == std::to_string(i));
            ++known;
        }
    }
    CHECK(known > RecentAlerts::kSlots / 2);
    CHECK(known <= RecentAlerts::kSlots);
    CHECK(recent.find("z/" + std::to_string(kMany - 1), kNow) != nullptr);
}
