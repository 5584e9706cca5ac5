// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/lookup_cache.hpp"

#include <boost/asio/io_context.hpp>

#include "alert_bridge/glpi/single_flight.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
using glpi::LookupCache;

namespace {

struct Bench {
    test::asio::io_context io;
    test::FakeStore store;
    test::JumpingClock clock;

    LookupCache cache(std::size_t entries = 10) {
        return LookupCache(store, clock, Duration(1'000'000), entries);
    }
    void put(LookupCache& cache, const std::string& key, const std::string& value) {
        test::run(io, cache.put(key, value, Duration(1000)));
    }
    std::optional<LookupCache::Entry> get(LookupCache& cache, const std::string& key) {
        return test::run(io, cache.get(key));
    }
};

}  // namespace

TEST_CASE("an entry is fresh for its life and stale, not lost, beyond it") {
    Bench bench;
    auto cache = bench.cache();
    CHECK_FALSE(bench.get(cache, "a").has_value());
    bench.put(cache, "a", "1\n2");
    REQUIRE(cache.fresh("a") != nullptr);
    CHECK(*cache.fresh("a") == "1\n2");
    bench.clock.time += Duration(1000);
    CHECK(cache.fresh("a") == nullptr);
    const auto stale = bench.get(cache, "a");
    REQUIRE(stale.has_value());
    CHECK(stale->value == "1\n2");
    CHECK_FALSE(cache.is_fresh(*stale));
    bench.put(cache, "a", "new");
    CHECK(*cache.fresh("a") == "new");
    CHECK(cache.size() == 1);
}

TEST_CASE("another memory reads what the first left on disk, until that has expired") {
    Bench bench;
    auto first = bench.cache();
    bench.put(first, "a", "value");
    auto second = bench.cache();
    CHECK(second.fresh("a") == nullptr);
    const auto found = bench.get(second, "a");
    REQUIRE(found.has_value());
    CHECK(found->value == "value");
    CHECK(second.is_fresh(*found));
    CHECK(second.fresh("a") != nullptr);
    bench.clock.time += Duration(1'001'000);
    auto third = bench.cache();
    CHECK_FALSE(bench.get(third, "a").has_value());
}

TEST_CASE("what cannot be read on disk is unknown") {
    Bench bench;
    auto cache = bench.cache();
    for (const char* spoilt : {"", "x", "12", "\nvalue", "12x\nvalue"}) {
        INFO(spoilt);
        bench.store.cache_table["a"].value = spoilt;
        bench.store.cache_table["a"].expires_at = bench.clock.time + Duration(1000);
        CHECK_FALSE(bench.get(cache, "a").has_value());
    }
}

TEST_CASE("memory is bounded and forgets what was used longest ago") {
    Bench bench;
    auto cache = bench.cache(3);
    for (const char* key : {"a", "b", "c"}) {
        bench.put(cache, key, key);
    }
    REQUIRE(bench.get(cache, "a").has_value());
    bench.put(cache, "d", "d");
    CHECK(cache.size() == 3);
    CHECK(cache.fresh("b") == nullptr);
    CHECK(cache.fresh("a") != nullptr);
    CHECK(cache.fresh("d") != nullptr);
    CHECK(bench.get(cache, "b")->value == "b");
}

namespace {

using Flights = glpi::SingleFlight<int>;

test::asio::awaitable<void> follow(std::shared_ptr<Flights::Flight> flight, std::vector<int>& log) {
    const Result<int> result = co_await Flights::wait(std::move(flight));
    log.push_back(result ? *result : -1);
}

}  // namespace

TEST_CASE("followers of a flight get what its leader lands, or that it was given up") {
    test::asio::io_context io;
    Flights flights(io.get_executor());
    std::vector<int> log;
    CHECK(flights.under_way("a") == nullptr);
    {
        auto landing = flights.lead("a");
        REQUIRE(flights.under_way("a") != nullptr);
        CHECK(flights.under_way("b") == nullptr);
        for (int i = 0; i < 3; ++i) {
            test::asio::co_spawn(io, follow(flights.under_way("a"), log), test::asio::detached);
        }
        io.poll();
        CHECK(log.empty());
        landing->land(7);
    }
    CHECK(flights.under_way("a") == nullptr);
    io.restart();
    io.run();
    CHECK(log == std::vector<int>{7, 7, 7});

    log.clear();
    {
        const auto landing = flights.lead("a");
        test::asio::co_spawn(io, follow(flights.under_way("a"), log), test::asio::detached);
        io.restart();
        io.poll();
    }
    io.restart();
    io.run();
    CHECK(log == std::vector<int>{-1});
}
