// SPDX-License-Identifier: MIT
#include "alert_bridge/core/busy.hpp"

#include <optional>

#include "catch.hpp"
#include "fake_back.hpp"

using namespace alert_bridge;
using core::Busy;

TEST_CASE("a source is busy as long as its mark lives") {
    Busy busy;
    {
        Busy::Mark mark = busy.mark("z");
        CHECK(busy.with("z"));
        CHECK_FALSE(busy.with("n"));
        const Busy::Mark moved = std::move(mark);
        CHECK(busy.with("z"));
    }
    CHECK_FALSE(busy.with("z"));
    Busy::Mark mark = busy.mark("z");
    mark.end();
    CHECK_FALSE(busy.with("z"));
    mark.end();
    CHECK_FALSE(busy.with("z"));
}

TEST_CASE("a stop reaches what is in use") {
    const auto back = std::make_shared<test::FakeBack>();
    const auto done = std::make_shared<test::FakeBack>();
    Busy busy;
    Busy::Mark waiting = busy.mark("w");  // uses none yet
    Busy::Mark mark = busy.mark("z");
    mark.uses(done);
    mark.uses(back);
    busy.stop();
    CHECK(back->stops == 1);
    CHECK(done->stops == 0);
}

TEST_CASE("a mark may outlive what it was made by") {
    std::optional<Busy> busy(std::in_place);
    Busy::Mark mark = busy->mark("z");
    busy.reset();
    mark.uses(nullptr);
    mark.end();
    CHECK_FALSE(busy.has_value());
}
