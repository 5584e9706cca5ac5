// SPDX-License-Identifier: MIT
// JsonApi: what counts as an answer, how long it is waited for, and how its values are read.
#include "alert_bridge/monitoring/json_api.hpp"

#include "alert_bridge/monitoring/numbers.hpp"
#include "api_bench.hpp"
#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using monitoring::json;
using monitoring::JsonApi;
using monitoring::kAnswerBytesMax;
using monitoring::number_in;
using monitoring::parse_bounded;

struct Bench {
    explicit Bench(ScriptedServer::Script script, Duration answer_within = Duration(5'000))
        : server(io, std::move(script)) {
        monitoring::BackOptions options;
        options.url = server.url();
        options.answer_within = answer_within;
        auto made = JsonApi::create(io.get_executor(), options);
        REQUIRE(made.has_value());
        api.emplace(std::move(*made));
    }
    Result<json> get() {
        JsonApi::Call call;
        call.path = "/x";
        return run(io, api->call(std::move(call)));
    }

    boost::asio::io_context io{1};
    ScriptedServer server;
    std::optional<JsonApi> api;
};

}  // namespace

TEST_CASE("behind a NUL byte anything could stand: such an answer is none", "[json_api]") {
    CHECK(parse_bounded("[1]") == json::parse("[1]"));
    CHECK(parse_bounded(std::string("[1]\0[2]", 7)).is_discarded());
    CHECK(parse_bounded(std::string("[1]\0", 4)).is_discarded());
    CHECK(parse_bounded(std::string(1, '\0')).is_discarded());
    CHECK(parse_bounded(std::string(100'000, '[')).is_discarded());
    Bench bench([](const SeenRequest&) { return answer(200, std::string("[]\0", 3)); });
    const auto got = bench.get();
    REQUIRE(got.has_error());
    CHECK(got.error().kind == ErrorClass::later);
    CHECK(got.error().code == "not_json");
}

TEST_CASE("an answer that is too long is none", "[json_api]") {
    const std::string blanks(kAnswerBytesMax, ' ');
    bool is_over = false;
    const auto script = [&](const SeenRequest&) {
        return answer(200, "[]" + blanks.substr(is_over ? 0 : 2));
    };
    Bench bench(script, Duration(60'000));
    CHECK(bench.get().has_value());
    is_over = true;
    const auto got = bench.get();
    REQUIRE(got.has_error());
    CHECK(got.error().kind == ErrorClass::later);
}

TEST_CASE("an answer that does not come is waited for only so long", "[json_api]") {
    std::size_t asked = 0;  // on a slow machine not in the first time that it is given
    for (Duration at_most{500}; asked == 0 && at_most < Duration(60'000); at_most *= 2) {
        Bench bench([](const SeenRequest&) { return hang(); }, at_most);
        const auto got = bench.get();
        REQUIRE(got.has_error());
        CHECK(got.error().kind == ErrorClass::later);
        asked = bench.server.seen.size();
    }
    CHECK(asked == 1);
}

TEST_CASE("after a stop nothing is asked any more", "[json_api]") {
    Bench bench([](const SeenRequest&) { return answer(200, "[]"); });
    CHECK(bench.get().has_value());
    bench.api->stop();
    CHECK(bench.get().error().code == "stopping");
    CHECK(bench.server.seen.size() == 1);
}

TEST_CASE("numbers of any size are read without harm", "[json_api]") {
    struct Row {
        const char* text;
        std::int64_t number;
    };
    for (const Row row :
         {Row{"7", 7}, Row{"\"7\"", 7}, Row{"1795466910.25", 1795466910},
          Row{"1e300", monitoring::kLargestWhole}, Row{"-1e300", -monitoring::kLargestWhole},
          Row{"\"1e300\"", monitoring::kLargestWhole}, Row{"\"nan\"", 0},
          Row{"\"inf\"", monitoring::kLargestWhole},
          Row{"18446744073709551615", monitoring::kLargestWhole}, Row{"\"7 \"", 0}, Row{"null", 0},
          Row{"true", 0}, Row{"[7]", 0}}) {
        CAPTURE(row.text);
        const json object = json::parse(R"({"n":)" + std::string(row.text) + "}");
        CHECK(number_in(object, "n") == row.number);
        CHECK(number_in(object, "m") == 0);
    }
    CHECK(number_in(json::array(), "n") == 0);
}

}  // namespace alert_bridge::test
