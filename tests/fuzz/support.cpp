// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/decoders.hpp"

namespace fuzz {
namespace {

using namespace alert_bridge;

constexpr auto kReceived = from_unix_ms(1'795'500'000'000);
constexpr std::string_view kSource = "lab";

constexpr std::array<std::string_view, 16> kWords{
    "web01",         "acme",    "customer",       "ACME > Lyon", "db*",  "192.0.2.10",
    "2001:db8::1",   "HTTP",    "10.0.0.0/8",     "p1",          "w?b*", "(?P<site>[a-z]+)\\d+",
    "{{host.name}}", "<b>&\"'", "\xE2\x80\xAE\n", "Root"};

void check_text(const std::string& text, std::size_t bytes_max) {
    require(repair_utf8(text) == text, "text of an alert is valid UTF-8", text);
    require(text.size() <= bytes_max, "text of an alert is bounded", text);
}

void check_host(const domain::Host& host) {
    for (const std::string* text :
         {&host.name, &host.visible_name, &host.address, &host.glpi_type, &host.uuid,
          &host.inventory_number, &host.serial}) {
        check_text(*text, domain::kMaxText);
    }
    require(host.glpi_id == 0 || !host.glpi_type.empty(), "an id of GLPI has a type");
    for (const std::string& group : host.groups) {
        check_text(group, domain::kMaxText);
    }
    for (const auto& [name, value] : host.inventory) {
        check_text(name, domain::kMaxText);
        check_text(value, domain::kMaxText);
    }
}

void check_alert(const domain::Alert& alert) {
    const std::string start = std::string(kSource) + "/";
    require(alert.problem_key.starts_with(start), "a problem key begins with its source");
    require(alert.idempotency_key.starts_with(start), "an idempotency key begins with its source");
    require(!alert.episode.empty(), "an alert belongs to an episode");
    require(alert.source == kSource, "an alert names its source");
    require(alert.received_at == kReceived, "an alert has the time it was given");
    require(alert.tags.size() <= domain::kMaxTags, "tags are bounded");
    for (const std::string* text :
         {&alert.problem_key, &alert.episode, &alert.idempotency_key, &alert.sender_state,
          &alert.service, &alert.problem_name, &alert.text, &alert.details, &alert.author,
          &alert.comment}) {
        check_text(*text, domain::kMaxText);
    }
    for (const domain::Tag& tag : alert.tags) {
        check_text(tag.name, domain::kMaxLabel);
        check_text(tag.value, domain::kMaxText);
    }
    for (const std::string& link : alert.links) {
        const bool web = to_lower_ascii(link).starts_with("http://") ||
                         to_lower_ascii(link).starts_with("https://");
        require(web && link.find_first_of("\"'<> \n") == link.npos, "links are web links", link);
    }
    check_host(alert.host);
}

// Each field from the member of its name; "x" holds a list of elements, "k" the kind.
ports::JsonMapping mapping() {
    ports::JsonMapping mapping;
    const auto field = [](const std::string& pointer) {
        ports::MappedField mapped;
        mapped.pointers.push_back(*parse_json_pointer(pointer));
        return mapped;
    };
    for (const char* name : {"key",     "episode",   "severity", "order",   "started",
                             "host",    "address",   "groups",   "service", "name",
                             "text",    "details",   "author",   "comment", "link",
                             "glpi_id", "glpi_type", "uuid",     "serial",  "inventory_number"}) {
        mapping.fields[name] = field(std::string("/") + name);
    }
    mapping.fields["kind"] = field("/k/0");
    mapping.fields["kind"].words = {{"up", "recovery"}, {"no", "ignore"}};
    mapping.tags["customer"] = field("/tags/customer");
    mapping.alerts = parse_json_pointer("/x");
    mapping.parts = {"one", "two"};
    return mapping;
}

std::shared_ptr<const ports::AlertDecoder> make(std::string_view type) {
    ports::SourceOptions options;
    options.name = kSource;
    options.type = type;
    options.time_zone = "Europe/Paris";
    if (type == "zabbix") {
        options.problem_key = "trigger+tag:customer";
    }
    options.mapping = mapping();
    auto decoder = sources::make_decoder(options);
    require(decoder.has_value(), "the target's own options are right");
    return *decoder;
}

}  // namespace

void broken(std::string_view promise, std::string_view detail) {
    std::fprintf(
        stderr, "broken: %.*s\n%.*s\n", static_cast<int>(promise.size()), promise.data(),
        static_cast<int>(detail.substr(0, 2000).size()), detail.data()
    );
    std::abort();
}

std::uint8_t Bytes::byte() noexcept {
    if (rest_.empty()) {
        return 0;
    }
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
}

std::string Bytes::text() {
    const std::size_t end = rest_.find('\0');
    std::string result(rest_.substr(0, end));
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    return result;
}

std::string Bytes::word() {
    if (!rest_.empty() && static_cast<std::uint8_t>(rest_.front()) < kWords.size()) {
        return std::string(kWords[byte()]);
    }
    return text();
}

domain::Alert alert_from(Bytes& bytes) {
    const auto label = [&bytes] { return repair_utf8(bytes.word()); };
    domain::Alert alert;
    alert.id = "01ALERT";
    alert.source = "zabbix";
    alert.kind = bytes.one_of(domain::AlertKind::note);
    alert.state = bytes.one_of(domain::ProblemState::failing);
    alert.severity = bytes.one_of(domain::Severity::disaster);
    alert.problem_key = "zabbix/trigger/1";
    alert.episode = "1";
    alert.host.name = label();
    alert.host.visible_name = label();
    alert.host.address = label();
    alert.host.groups = {label(), label()};
    alert.host.serial = label();
    alert.host.inventory["site"] = label();
    alert.service = label();
    alert.problem_name = label();
    alert.text = label();
    alert.details = label();
    alert.tags = {{"customer", label()}, {label(), label()}};
    alert.links = {"https://zabbix.example.com/tr_events.php?eventid=7&x=1"};
    alert.author = label();
    alert.comment = label();
    alert.sender_state = label();
    alert.received_at = kReceived;
    if (bytes.flag()) {
        alert.started_at = kReceived - std::chrono::minutes(bytes.byte());
    }
    return alert;
}

void decode_twice(std::string_view type, std::string_view body) {
    const auto decoder = make(type);
    const auto decoded = decoder->decode(body, kReceived);
    const auto again = decoder->decode(body, kReceived);
    require(decoded.has_value() == again.has_value(), "decoding has no memory");
    if (!decoded) {
        const std::string& code = decoded.error().code;
        require(decoded.error().kind == ErrorClass::refused, "an unreadable body is refused");
        require(code == "json" || code == "form" || code == "shape", "the code is stable", code);
        require(repair_utf8(decoded.error().message) == decoded.error().message, "clean message");
        return;
    }
    require(decoded->alerts == again->alerts, "decoding has no memory");
    require(decoded->alerts.size() <= ports::kMaxBatch, "alerts are bounded");
    for (const domain::Alert& alert : decoded->alerts) {
        check_alert(alert);
    }
}

}  // namespace fuzz
