// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/pattern_index.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

using Ids = std::vector<std::uint32_t>;

constexpr std::int64_t kPlenty = 64LL * 1024 * 1024;

const std::vector<TextPattern>& samples() {
    static const std::vector<TextPattern> kSamples{
        TextPattern::of("web01"),
        TextPattern::of("web02"),
        TextPattern::of("web01"),  // the same text in another rule
        TextPattern::of("web*"),
        TextPattern::of("web?"),
        TextPattern::of("w*1"),
        TextPattern::of("*.example.com"),
        TextPattern::of("?eb01"),
        TextPattern::of("*lab*"),
        TextPattern::of("*"),
        TextPattern::of("a-very-long-literal-start-of-a-host-name-*"),
        TextPattern::of("*-a-very-long-literal-end-of-a-host-name-too"),
        TextPattern::of("db*.example.com"),
        TextPattern::regex("^web[0-9]+$"),
        TextPattern::regex("0"),
        TextPattern::regex("(lab|test)\\."),
        TextPattern::regex("^web[0-9]+$"),
        TextPattern::regex("é+"),
        TextPattern::regex("(?i)WEB"),
    };
    return kSamples;
}

const std::vector<std::string>& subjects() {
    static const std::vector<std::string> kSubjects{
        "web01",
        "web02",
        "web1",
        "web",
        "w1",
        "",
        "eb01",
        "xeb01",
        "my.lab.example.com",
        "a-very-long-literal-start-of-a-host-name-7",
        "x-a-very-long-literal-end-of-a-host-name-too",
        "db1.example.com",
        ".example.com",
        "example.com",
        "été",
        "WEB01",
        "test.web0",
        std::string(70'000, 'a')};
    return kSubjects;
}

PatternIndex index_of(const std::vector<TextPattern>& patterns, std::int64_t memory) {
    PatternIndex index;
    for (std::uint32_t id = 0; id < patterns.size(); ++id) {
        auto pattern = Pattern::compile(patterns[id]);
        REQUIRE(pattern.has_value());
        index.add(*pattern, id);
    }
    index.finish(memory);
    return index;
}

Ids found(const PatternIndex& index, const std::string& text) {
    Ids ids;
    index.find(text, ids);
    std::sort(ids.begin(), ids.end());
    return ids;
}

Ids one_by_one(const std::vector<TextPattern>& patterns, const std::string& text) {
    Ids ids;
    for (std::uint32_t id = 0; id < patterns.size(); ++id) {
        if (Pattern::compile(patterns[id])->matches(text)) {
            ids.push_back(id);
        }
    }
    return ids;
}

}  // namespace

TEST_CASE("the index finds what trying every pattern finds") {
    const PatternIndex index = index_of(samples(), kPlenty);
    REQUIRE(index.has_regex_set());
    for (const std::string& subject : subjects()) {
        INFO(subject.substr(0, 60));
        REQUIRE(found(index, subject) == one_by_one(samples(), subject));
    }
}

TEST_CASE("without memory for the set regexes are tried one by one, with the same result") {
    const PatternIndex index = index_of(samples(), 100);
    REQUIRE(index.has_regexes());
    REQUIRE_FALSE(index.has_regex_set());
    for (const std::string& subject : subjects()) {
        INFO(subject.substr(0, 60));
        REQUIRE(found(index, subject) == one_by_one(samples(), subject));
    }
}

TEST_CASE("a set that runs out of memory while it matches loses nothing") {
    // Enough to build the set, little for its state machine on long mixed text.
    std::vector<TextPattern> patterns;
    for (int i = 0; i < 40; ++i) {
        patterns.push_back(TextPattern::regex("a.{" + std::to_string(5 + i) + "}b[0-9]c.{12}d"));
    }
    std::string subject;
    std::uint32_t state = 3;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1664525U + 1013904223U;
        subject += "ab1cd"[(state >> 24U) % 5];
    }
    subject += "a12345b7c123456789012d";
    const Ids wanted = one_by_one(patterns, subject);
    REQUIRE_FALSE(wanted.empty());
    int sets = 0;
    for (const std::int64_t memory : {50'000LL, 100'000LL, 200'000LL, 400'000LL, 1'000'000LL}) {
        const PatternIndex index = index_of(patterns, memory);
        sets += index.has_regex_set() ? 1 : 0;
        INFO(memory);
        REQUIRE(found(index, subject) == wanted);
    }
    REQUIRE(sets > 0);
}

TEST_CASE("many expressions find what trying each of them finds") {
    std::vector<TextPattern> patterns = samples();
    for (const char* ending : {"$", ".*", "(?i)X?", "[0-9]*$"}) {
        for (int number = 0; number < 40; ++number) {
            patterns.push_back(TextPattern::regex(
                "^site[0-9]+-.*\\.customer-" + std::to_string(number) + "\\.example" + ending
            ));
        }
    }
    for (int same = 0; same < 80; ++same) {  // too many candidates: the set is asked
        patterns.push_back(TextPattern::regex("common.{" + std::to_string(same) + "}"));
    }
    for (const char* folded : {"(?i)SITE", "(?i)Été", "(?i)kelvin", "k", "", "^$", "a|b|web01"}) {
        patterns.push_back(TextPattern::regex(folded));
    }
    std::vector<std::string> texts = subjects();
    for (const char* text :
         {"site1-a.customer-7.example", "site1-a.customer-7.exampleX",
          "SITE1-a.customer-39.example", "site1-a.customer-7.example.customer-8.example",
          "site-a.customer-7.example", "common and much more of it", "\u212Aelvin", "kelvin",
          "ÉTÉ"}) {
        texts.emplace_back(text);
    }
    const PatternIndex index = index_of(patterns, kPlenty);
    for (const std::string& subject : texts) {
        INFO(subject.substr(0, 60));
        REQUIRE(found(index, subject) == one_by_one(patterns, subject));
    }
}

TEST_CASE("an index without patterns finds nothing") {
    PatternIndex index;
    index.finish(kPlenty);
    REQUIRE_FALSE(index.has_regexes());
    REQUIRE(found(index, "web01").empty());
}

TEST_CASE("random globs and texts agree with trying every pattern") {
    std::uint32_t state = 11;
    const auto random_text = [&state](const std::string& letters, std::size_t longest) {
        std::string text;
        state = state * 1664525U + 1013904223U;
        const std::size_t length = (state >> 20U) % longest;
        for (std::size_t i = 0; i < length; ++i) {
            state = state * 1664525U + 1013904223U;
            text += letters[(state >> 24U) % letters.size()];
        }
        return text;
    };
    std::vector<TextPattern> patterns;
    for (int i = 0; i < 400; ++i) {
        patterns.push_back(TextPattern::of(random_text("ab*?", 7)));
    }
    const PatternIndex index = index_of(patterns, kPlenty);
    for (int i = 0; i < 400; ++i) {
        const std::string subject = random_text("ab", 9);
        INFO(subject);
        REQUIRE(found(index, subject) == one_by_one(patterns, subject));
    }
}

}  // namespace alert_bridge::domain
