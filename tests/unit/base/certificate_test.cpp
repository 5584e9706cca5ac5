// SPDX-License-Identifier: MIT
#include "alert_bridge/base/certificate.hpp"

#include <openssl/err.h>

#include "catch.hpp"
#include "certificates.hpp"

using namespace alert_bridge;
using test::Issued;

TEST_CASE("all certificates of a text are read in their order, whatever stands around them") {
    const Issued one(test::named("one"));
    const Issued two(test::named("two"));
    const auto found = parse_certificates(
        "# ours\n" + one.certificate() + one.key() + "\nand more\n" + two.certificate() + "the end"
    );
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 2);
    const auto key_one = parse_private_key(Secret(one.key()));
    const auto key_two = parse_private_key(Secret(one.certificate() + two.key()));
    REQUIRE(key_one.has_value());
    REQUIRE(key_two.has_value());
    CHECK(belong_together(found->front(), *key_one));
    CHECK(belong_together(found->back(), *key_two));
    CHECK_FALSE(belong_together(found->front(), *key_two));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("what is no certificate, or a broken one, is told") {
    const std::string good = Issued(test::named("one")).certificate();
    struct Case {
        std::string text;
        std::string code;
    };
    std::string broken = good;
    broken.replace(broken.find('\n') + 5, 4, "????");
    for (const Case& c : {
             Case{"", "certificate_missing"},
             Case{"no PEM", "certificate_missing"},
             Case{good.substr(0, good.size() / 2), "certificate_damaged"},
             Case{broken, "certificate_damaged"},
             Case{good + broken, "certificate_damaged"},
         }) {
        INFO(c.text);
        const auto found = parse_certificates(c.text);
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error().code == c.code);
        CHECK(found.error().kind == ErrorClass::misconfigured);
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a key that is missing, encrypted or broken is told, without a word of it") {
    const Issued made(test::named("one"));
    std::string broken = made.key();
    const std::string middle = broken.substr(broken.find('\n') + 1, 20);
    broken.replace(broken.find('\n') + 30, 4, "????");
    struct Case {
        std::string text;
        std::string code;
    };
    for (const Case& c :
         {Case{made.certificate(), "key_missing"}, Case{made.key("passphrase"), "key_encrypted"},
          Case{broken, "key_damaged"}}) {
        const auto found = parse_private_key(Secret(c.text));
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error().code == c.code);
        CHECK(found.error().message.find(middle) == std::string::npos);
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("the validity of a certificate is read as it is written in it") {
    test::CertificateWish wish;
    wish.valid_from = "20200229123456Z";
    wish.valid_until = "21000101000000Z";
    const auto found = parse_certificates(Issued(wish).certificate());
    REQUIRE(found.has_value());
    const Validity validity = validity_of(found->front());
    CHECK(format_utc(validity.from) == "2020-02-29T12:34:56Z");
    CHECK(format_utc(validity.until) == "2100-01-01T00:00:00Z");
}
