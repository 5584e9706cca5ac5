// SPDX-License-Identifier: MIT
#include "alert_bridge/base/id.hpp"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;

namespace {

class FixedBytes final : public IdSource {
  public:
    explicit FixedBytes(std::uint8_t value) { bytes_.fill(value); }
    std::array<std::uint8_t, 16> random_bytes() override { return bytes_; }

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace

TEST_CASE("an id is 26 letters, and a later id sorts behind an earlier one") {
    SystemIdSource ids;
    std::string before;
    for (const std::int64_t ms :
         {0LL, 1LL, 31LL, 32LL, 1'795'468'612'345LL, 1'795'468'612'346LL, 253'402'300'799'000LL}) {
        const std::string id = ids.sortable(from_unix_ms(ms));
        CHECK(id.size() == 26);
        CHECK(is_reference("GAB-" + id));
        CHECK(before < id);
        before = id;
    }
}

TEST_CASE("the encoding keeps all bits") {
    FixedBytes zeros(0);
    FixedBytes ones(0xFF);
    CHECK(zeros.reference() == "GAB-00000000000000000000000000");
    CHECK(ones.reference() == "GAB-7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    CHECK(zeros.sortable(from_unix_ms(1)) == "00000000010000000000000000");
    CHECK(ones.sortable(from_unix_ms(0)) == "0000000000ZZZZZZZZZZZZZZZZ");
    CHECK(zeros.sortable(from_unix_ms(-5)) == zeros.sortable(from_unix_ms(0)));
}

TEST_CASE("the same seed gives the same ids, another seed others") {
    SeededIdSource one(7), same(7), other(8);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string reference = one.reference();
        CHECK(reference == same.reference());
        CHECK(reference != other.reference());
        seen.insert(reference);
    }
    CHECK(seen.size() == 1000);
}

TEST_CASE("the system's references do not repeat, from several threads at once") {
    SystemIdSource ids;
    std::vector<std::vector<std::string>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made) {
        threads.emplace_back([&ids, &mine] {
            for (int i = 0; i < 500; ++i) {
                mine.push_back(ids.reference());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::set<std::string> all;
    for (const auto& mine : made) {
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 2000);
}

TEST_CASE("a seeded source shared by threads hands out no number twice") {
    SeededIdSource ids(1);
    std::vector<std::string> one, two;
    std::thread other([&ids, &two] {
        for (int i = 0; i < 500; ++i) {
            two.push_back(ids.reference());
        }
    });
    for (int i = 0; i < 500; ++i) {
        one.push_back(ids.reference());
    }
    other.join();
    std::set<std::string> all(one.begin(), one.end());
    all.insert(two.begin(), two.end());
    CHECK(all.size() == 1000);
}

TEST_CASE("only the exact form is a reference") {
    CHECK(is_reference("GAB-0123456789ABCDEFGHJKMNPQRS"));
    for (const char* text :
         {"", "GAB-", "GAB-0123456789ABCDEFGHJKMNPQR", "GAB-0123456789ABCDEFGHJKMNPQRST",
          "gab-0123456789ABCDEFGHJKMNPQRS", "GAB-0123456789abcdefghjkmnpqrs",
          "GAB-0123456789ABCDEFGHIKMNPQRS", "GAB-0123456789ABCDEFGHLKMNPQRS",
          "GAB-0123456789ABCDEFGHOKMNPQRS", "GAB-0123456789ABCDEFGHUKMNPQRS",
          "GAB_0123456789ABCDEFGHJKMNPQRS", " GAB-0123456789ABCDEFGHJKMNPQR"}) {
        CAPTURE(text);
        CHECK_FALSE(is_reference(text));
    }
}
