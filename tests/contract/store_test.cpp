// SPDX-License-Identifier: MIT
// Contract of ports::Store: intake, and what is kept beside the main path.
#include <sys/stat.h>

#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using ports::ReceiptStatus;

TEMPLATE_LIST_TEST_CASE("an appended alert waits in the journal as it came", "[store]", Stores) {
    TestType bench;
    auto alert = an_alert("a1");
    alert.text = "line one\nline two \xc3\xa9 \xf0\x9f\x94\xa5";
    alert.tags = {{"scope", "availability"}, {"scope", "capacity"}};
    alert.started_at = kNow - Duration(5000);
    const auto receipts = bench.run(bench.store().append(a_batch(alert)));
    REQUIRE(receipts.has_value());
    REQUIRE(receipts->size() == 1);
    CHECK(receipts->front().status == ReceiptStatus::accepted);
    CHECK(receipts->front().alert_id == "a1");
    const auto waiting = bench.run(bench.store().pending(0, 10));
    REQUIRE(waiting.has_value());
    REQUIRE(waiting->size() == 1);
    CHECK(waiting->front().seq == receipts->front().journal_seq);
    CHECK(waiting->front().alert == alert);
}

TEMPLATE_LIST_TEST_CASE(
    "a repeated delivery is answered with the first id and not journalled", "[store]", Stores
) {
    TestType bench;
    const auto first = bench.run(bench.store().append(a_batch(an_alert("a1"))));
    auto again = an_alert("a2");
    again.idempotency_key = an_alert("a1").idempotency_key;
    const auto second = bench.run(bench.store().append(a_batch(again)));
    REQUIRE(second.has_value());
    CHECK(second->front().status == ReceiptStatus::duplicate);
    CHECK(second->front().alert_id == "a1");
    CHECK(second->front().journal_seq == first->front().journal_seq);
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a repeat within one batch is a duplicate as well", "[store]", Stores) {
    TestType bench;
    ports::Batch batch;
    batch.alerts = {an_alert("a1"), an_alert("a2"), an_alert("a3")};
    batch.alerts[2].idempotency_key = batch.alerts[0].idempotency_key;
    const auto receipts = bench.run(bench.store().append(batch));
    REQUIRE(receipts.has_value());
    REQUIRE(receipts->size() == 3);
    CHECK((*receipts)[1].alert_id == "a2");
    CHECK((*receipts)[2].alert_id == "a1");
    CHECK((*receipts)[2].status == ReceiptStatus::duplicate);
}

TEMPLATE_LIST_TEST_CASE(
    "after seven days the same idempotency key is a new alert", "[store]", Stores
) {
    TestType bench;
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a1")))).has_value());
    auto just_before = an_alert("a2");
    just_before.idempotency_key = an_alert("a1").idempotency_key;
    just_before.received_at = kNow + 7 * storage::kDay - Duration(1);
    auto later = just_before;
    later.id = "a3";
    later.received_at = kNow + 7 * storage::kDay;
    CHECK(
        bench.run(bench.store().append(a_batch(just_before)))->front().status ==
        ReceiptStatus::duplicate
    );
    CHECK(bench.run(bench.store().append(a_batch(later)))->front().alert_id == "a3");
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 2);
}

TEMPLATE_LIST_TEST_CASE(
    "an alert without an idempotency key is never a duplicate", "[store]", Stores
) {
    TestType bench;
    auto one = an_alert("a1");
    auto two = an_alert("a2");
    one.idempotency_key.clear();
    two.idempotency_key.clear();
    CHECK(bench.run(bench.store().append(a_batch(one)))->front().status == ReceiptStatus::accepted);
    CHECK(bench.run(bench.store().append(a_batch(two)))->front().status == ReceiptStatus::accepted);
}

TEMPLATE_LIST_TEST_CASE("a batch is taken whole or not at all", "[store]", Stores) {
    TestType bench;
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("taken")))).has_value());
    ports::Batch batch;
    batch.alerts = {an_alert("new"), an_alert("taken")};
    batch.alerts[1].idempotency_key = "another";  // the same id twice cannot be stored
    batch.unusable.push_back({0, "zabbix", "shape", "{}", kNow});
    const auto failed = bench.run(bench.store().append(batch));
    REQUIRE(failed.has_error());
    CHECK(failed.error().kind == ErrorClass::later);
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 1);
    CHECK(bench.run(bench.seat().quarantined(0, 10))->empty());
    CHECK_FALSE(bench.run(bench.store().standing("new"))->has_value());
    batch.alerts.pop_back();
    CHECK(bench.run(bench.store().append(batch))->front().status == ReceiptStatus::accepted);
}

TEMPLATE_LIST_TEST_CASE("a failing call does not spoil those beside it", "[store]", Stores) {
    TestType bench;
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a1")))).has_value());
    auto clash = an_alert("a1");
    clash.idempotency_key = "another";
    std::vector<ports::Awaitable<Result<std::vector<ports::Receipt>>>> calls;
    calls.push_back(bench.store().append(a_batch(an_alert("a2"))));
    calls.push_back(bench.store().append(a_batch(clash)));
    calls.push_back(bench.store().append(a_batch(an_alert("a3"))));
    const auto results = bench.run_all(std::move(calls));
    CHECK(results[0].has_value());
    CHECK(results[1].has_error());
    CHECK(results[2].has_value());
    CHECK(bench.run(bench.store().pending(0, 10))->size() == 3);
}

TEMPLATE_LIST_TEST_CASE("pending alerts come in order and page by number", "[store]", Stores) {
    TestType bench;
    for (int i = 0; i < 7; ++i) {
        REQUIRE(
            bench.run(bench.store().append(a_batch(an_alert("a" + std::to_string(i))))).has_value()
        );
    }
    std::vector<std::string> seen;
    std::int64_t after = 0;
    for (auto page = bench.run(bench.store().pending(after, 3)); !page->empty();
         page = bench.run(bench.store().pending(after, 3))) {
        CHECK(page->size() <= 3);
        for (const auto& entry : *page) {
            CHECK(entry.seq > after);
            after = entry.seq;
            seen.push_back(entry.alert.id);
        }
    }
    CHECK(seen == std::vector<std::string>{"a0", "a1", "a2", "a3", "a4", "a5", "a6"});
}

TEMPLATE_LIST_TEST_CASE(
    "journal numbers are not given twice, even after pruning", "[store]", Stores
) {
    TestType bench;
    const auto first = bench.run(bench.store().append(a_batch(an_alert("a1"))));
    const auto seq = first->front().journal_seq;
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(applied()))).has_value());
    REQUIRE(*bench.run(bench.store().prune(kNow + 100 * storage::kDay, 100)) > 0);
    REQUIRE_FALSE(bench.run(bench.store().standing("a1"))->has_value());
    const auto second = bench.run(bench.store().append(a_batch(an_alert("a2"))));
    CHECK(second->front().journal_seq > seq);
}

TEMPLATE_LIST_TEST_CASE(
    "an unusable body is kept byte for byte, cut to 64 KiB", "[store]", Stores
) {
    TestType bench;
    ports::Batch batch;
    batch.unusable.push_back({0, "nagios", "form", std::string("a\0b\xff", 4), kNow});
    batch.unusable.push_back({0, "nagios", "json", std::string(100'000, 'x'), kNow});
    REQUIRE(bench.run(bench.store().append(batch)).has_value());
    const auto kept = bench.run(bench.seat().quarantined(0, 10));
    REQUIRE(kept->size() == 2);
    CHECK(kept->at(0).body == std::string("a\0b\xff", 4));
    CHECK(kept->at(0).source == "nagios");
    CHECK(kept->at(0).reason == "form");
    CHECK(kept->at(0).received_at == kNow);
    const auto whole = *bench.run(bench.seat().quarantine_entry(kept->at(1).id));
    CHECK(whole.value().body.size() == 64 * 1024);
    CHECK(bench.run(bench.seat().quarantined(kept->at(0).id, 10))->size() == 1);
    CHECK(bench.run(bench.store().figures())->quarantined == 2);
}

TEMPLATE_LIST_TEST_CASE(
    "the quarantine keeps the newest bodies within its bound", "[store]", Stores
) {
    TestType bench([](auto& options) { options.quarantine_rows_max = 5; });
    for (int i = 0; i < 12; ++i) {
        ports::Batch batch;
        batch.unusable.push_back({0, "zabbix", "json", std::to_string(i), kNow});
        REQUIRE(bench.run(bench.store().append(batch)).has_value());
    }
    const auto kept = bench.run(bench.seat().quarantined(0, 100));
    REQUIRE(kept->size() == 5);
    CHECK(kept->front().body == "7");
    CHECK(kept->back().body == "11");
}

TEMPLATE_LIST_TEST_CASE(
    "the standing of an alert tells pending, then the decision", "[store]", Stores
) {
    TestType bench;
    CHECK_FALSE(bench.run(bench.store().standing("a1"))->has_value());
    const auto seq = bench.run(bench.store().append(a_batch(an_alert("a1"))))->front().journal_seq;
    const auto before = *bench.run(bench.store().standing("a1"));
    REQUIRE(before.has_value());
    CHECK(before->pending);
    CHECK(before->state.empty());

    auto decision = applied("opens a ticket");
    decision.problem =
        domain::Problem{"zabbix/1", {7, 1}, domain::ProblemState::failing, {}, {}, kNow};
    auto incident = an_incident("i1");
    incident.ticket_id = 42;
    decision.incidents.push_back(incident);
    decision.episodes.push_back(an_episode("zabbix/1", "e1", "i1"));
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(decision))).has_value());
    for (const auto* key : {"a1", "zabbix/1"}) {
        const auto after = *bench.run(bench.store().standing(key));
        REQUIRE(after.has_value());
        CHECK_FALSE(after->pending);
        CHECK(after->incident_id == "i1");
        CHECK(after->state == "open");
        CHECK(after->ticket_id == 42);
        CHECK(after->decision == "opens a ticket");
    }
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_value());
    CHECK((*bench.run(bench.store().standing("zabbix/1")))->pending);
}

TEMPLATE_LIST_TEST_CASE(
    "a cached look-up is replaced and told with its expiry", "[store]", Stores
) {
    TestType bench;
    CHECK_FALSE(bench.run(bench.store().cached("host/web01"))->has_value());
    REQUIRE(bench.run(bench.store().cache("host/web01", {"[]", kNow})).has_value());
    REQUIRE(bench.run(bench.store().cache("host/web01", {"[1]", kNow + Duration(9)})).has_value());
    const auto lookup = *bench.run(bench.store().cached("host/web01"));
    REQUIRE(lookup.has_value());
    CHECK(lookup->value == "[1]");
    CHECK(lookup->expires_at == kNow + Duration(9));
}

TEMPLATE_LIST_TEST_CASE("a fact is what was written last", "[store]", Stores) {
    TestType bench;
    CHECK_FALSE(bench.run(bench.store().fact("glpi.url"))->has_value());
    REQUIRE(bench.run(bench.store().set_fact("glpi.url", "http://a")).has_value());
    REQUIRE(bench.run(bench.store().set_fact("glpi.url", "http://b")).has_value());
    CHECK(*bench.run(bench.store().fact("glpi.url")) == std::optional<std::string>("http://b"));
}

TEMPLATE_LIST_TEST_CASE("unmatched hosts are counted with first and last time", "[store]", Stores) {
    TestType bench;
    auto note = [&bench](const std::string& host, const std::string& reason, int at) {
        const auto when = kNow + Duration(at);
        return bench.run(bench.store().note_unmatched("zabbix", host, reason, when)).has_value();
    };
    REQUIRE(note("ghost", "not found", 1));
    REQUIRE(note("other", "not found", 2));
    REQUIRE(note("ghost", "several", 3));
    const auto hosts = bench.run(bench.seat().unmatched({}, 10));
    REQUIRE(hosts->size() == 2);
    CHECK(hosts->at(0).host == "ghost");
    CHECK(hosts->at(0).count == 2);
    CHECK(hosts->at(0).reason == "several");
    CHECK(hosts->at(0).first_seen == kNow + Duration(1));
    CHECK(hosts->at(0).last_seen == kNow + Duration(3));
    CHECK(hosts->at(1).count == 1);
    CHECK(bench.run(bench.seat().unmatched({}, 1))->size() == 1);
    const auto rest = bench.run(bench.seat().unmatched(hosts->at(0), 10));
    REQUIRE(rest->size() == 1);
    CHECK(rest->at(0).host == "other");
    CHECK(bench.run(bench.store().figures())->unmatched == 2);
}

TEMPLATE_LIST_TEST_CASE(
    "the unmatched list is bounded and forgets the host seen longest ago", "[store]", Stores
) {
    TestType bench([](auto& options) { options.unmatched_rows_max = 3; });
    for (const auto& [host, at] : std::vector<std::pair<std::string, int>>{
             {"a", 1}, {"b", 2}, {"c", 3}, {"a", 4}, {"d", 5}}) {
        const auto when = kNow + Duration(at);
        REQUIRE(bench.run(bench.store().note_unmatched("zabbix", host, "none", when)).has_value());
    }
    std::vector<std::string> names;
    for (const auto& host : *bench.run(bench.seat().unmatched({}, 10))) {
        names.push_back(host.host);
    }
    CHECK(names == std::vector<std::string>{"a", "c", "d"});
}

TEMPLATE_LIST_TEST_CASE("a restart keeps everything", "[store]", Stores) {
    TestType bench;
    const auto seq = bench.run(bench.store().append(a_batch(an_alert("a1"))))->front().journal_seq;
    auto decision = applied("opens a ticket");
    decision.problem =
        domain::Problem{"zabbix/1", {7, 1}, domain::ProblemState::failing, {}, {}, kNow};
    decision.incidents.push_back(an_incident("i1"));
    decision.episodes.push_back(an_episode("zabbix/1", "e1", "i1"));
    decision.operations.push_back(an_operation("i1", domain::OperationKind::open));
    decision.set_timers.push_back({"i1", domain::TimerKind::hold, kNow + Duration(60'000)});
    REQUIRE(bench.run(bench.store().decide(about_alert(seq), always(decision))).has_value());
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a2")))).has_value());
    REQUIRE(bench.run(bench.store().set_fact("name", "value")).has_value());
    const auto before = snapshot_for(bench, about_alert(0));
    const auto rows_before = whole_incidents(bench);

    bench.restart();
    const auto after = snapshot_for(bench, about_alert(0));
    CHECK(after.problem == before.problem);
    CHECK(after.episode == before.episode);
    CHECK(after.incident == before.incident);
    CHECK(after.operations == before.operations);
    CHECK(bench.run(bench.store().pending(0, 10))->front().alert == an_alert("a2"));
    CHECK(bench.run(bench.store().due_timers(kNow + Duration(60'000), 9))->size() == 1);
    CHECK(*bench.run(bench.store().fact("name")) == std::optional<std::string>("value"));
    CHECK(
        bench.run(bench.store().append(a_batch(an_alert("a1"))))->front().status ==
        ReceiptStatus::duplicate
    );
    const auto rows_after = whole_incidents(bench);
    REQUIRE(rows_after.size() == rows_before.size());
    CHECK(rows_after.front().operations == rows_before.front().operations);
}

}  // namespace
}  // namespace alert_bridge::test
