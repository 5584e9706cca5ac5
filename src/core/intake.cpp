// SPDX-License-Identifier: MIT
#include "alert_bridge/core/intake.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/base/test_point.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::core {
namespace {

constexpr int kRetryWhenFull = 15;    // seconds: the correlator needs time to catch up
constexpr int kRetryWhenClosed = 30;  // a restart
constexpr std::size_t kQuarantineBytes = 64 * 1024;
constexpr std::size_t kReasonCodePoints = 512;

IntakeAnswer unavailable(std::string reason, int retry_after_s) {
    IntakeAnswer answer;
    answer.status = IntakeAnswer::Status::unavailable;
    answer.error = std::move(reason);
    answer.retry_after_s = retry_after_s;
    return answer;
}

// At most `limit` bytes of valid UTF-8 (a repair may lengthen the text, hence the second cut).
std::string bounded_text(std::string_view bytes, std::size_t limit) {
    std::string text = repair_utf8(bytes.substr(0, limit));
    if (text.size() > limit) {
        std::size_t end = limit;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text.resize(end);
    }
    return text;
}

ports::QuarantineEntry quarantine_entry(
    const std::string& source, std::string_view reason, std::string_view body, WallTime now
) {
    ports::QuarantineEntry entry;
    entry.source = source;
    entry.reason = cut_code_points(one_line(repair_utf8(reason)), kReasonCodePoints);
    if (body.size() > kQuarantineBytes) {
        entry.reason += " (only its first 64 KiB were kept: it cannot be retried)";
    }
    entry.body = bounded_text(body, kQuarantineBytes);
    entry.received_at = now;
    return entry;
}

}  // namespace

Intake::Intake(
    ports::Store& store, ports::Clock& clock, IdSource& ids, ports::Events& events,
    ports::Metrics& metrics, Decoders decoders, IntakeLimits limits
)
    : store_(store),
      clock_(clock),
      ids_(ids),
      events_(events),
      metrics_(metrics),
      decoders_(std::move(decoders)),
      limits_(limits) {}

void Intake::use(Decoders decoders) {
    decoders_ = std::move(decoders);
}

bool Intake::knows(std::string_view source) const {
    return decoders_.find(source) != decoders_.end();
}

boost::asio::awaitable<IntakeAnswer> Intake::submit(std::string source, std::string body) {
    const auto found = decoders_.find(source);
    if (found == decoders_.end()) {
        IntakeAnswer answer;
        answer.status = IntakeAnswer::Status::unknown_source;
        answer.error = "no such source";
        co_return answer;
    }
    if (auto refusal = full()) {
        co_return *std::move(refusal);
    }

    const WallTime now = clock_.now();
    // The decoder is held: a reload may swap the table while the store is awaited.
    const std::shared_ptr<const ports::AlertDecoder> decoder = found->second;
    auto decoded = decoder->decode(body, now);
    if (!decoded) {
        std::string reason = decoded.error().code + ": " + decoded.error().message;
        co_return co_await quarantine(std::move(source), std::move(body), std::move(reason), now);
    }
    const std::size_t count = decoded->alerts.size() + decoded->unusable.size();
    if (count > static_cast<std::size_t>(limits_.alerts_per_batch_max)) {
        std::string reason = "batch: " + std::to_string(count) + " alerts, the limit is " +
                             std::to_string(limits_.alerts_per_batch_max);
        co_return co_await quarantine(std::move(source), std::move(body), std::move(reason), now);
    }
    co_return co_await journal(std::move(source), std::move(decoded.value()), now);
}

Result<std::vector<domain::Alert>> Intake::read(const std::string& source, std::string_view body)
    const {
    const auto found = decoders_.find(source);
    if (found == decoders_.end()) {
        return Error{ErrorClass::later, "unknown_source", "there is no such source"};
    }
    auto decoded = found->second->decode(body, clock_.now());
    if (!decoded) {
        return decoded.error();
    }
    if (!decoded->unusable.empty()) {
        return Error{ErrorClass::later, "unusable", decoded->unusable.front().reason};
    }
    if (decoded->left_out > 0) {
        return Error{ErrorClass::later, "left_out", "the list is cut"};
    }
    return std::move(decoded->alerts);
}

boost::asio::awaitable<IntakeAnswer> Intake::admit(
    std::string source, std::vector<domain::Alert> alerts
) {
    if (auto refusal = full()) {
        co_return *std::move(refusal);
    }
    ports::Decoded decoded;
    decoded.alerts = std::move(alerts);
    co_return co_await journal(std::move(source), std::move(decoded), clock_.now());
}

std::optional<IntakeAnswer> Intake::full() {
    if (!closed_reason.empty()) {
        metrics_.count("intake_refused_total", {{"reason", "closed"}});
        return unavailable(closed_reason, kRetryWhenClosed);
    }
    if (pending >= limits_.journal_pending_max) {
        metrics_.count("intake_refused_total", {{"reason", "backlog"}});
        return unavailable("too many alerts wait to be processed", kRetryWhenFull);
    }
    return std::nullopt;
}

void Intake::stamp(std::vector<domain::Alert>& alerts, const std::string& source, WallTime now) {
    for (domain::Alert& alert : alerts) {
        alert.id = ids_.sortable(now);
        alert.source = source;
        alert.received_at = now;
    }
}

void Intake::count_fresh(const std::vector<ports::Receipt>& receipts) {
    const auto fresh =
        std::count_if(receipts.begin(), receipts.end(), [](const ports::Receipt& receipt) {
            return receipt.status == ports::ReceiptStatus::accepted;
        });
    if (fresh > 0) {
        pending += fresh;
        if (on_appended) {
            on_appended();
        }
    }
}

// Empty: one of them is new, or may be.
std::vector<AlertReceipt> Intake::repeats(const std::vector<domain::Alert>& alerts, WallTime now)
    const {
    std::vector<AlertReceipt> receipts;
    for (const domain::Alert& alert : alerts) {
        const std::string* const id = recent_.find(alert.idempotency_key, now);
        if (id == nullptr) {
            return {};
        }
        receipts.push_back({*id, "duplicate", ""});
    }
    return receipts;
}

boost::asio::awaitable<IntakeAnswer> Intake::journal(
    std::string source, ports::Decoded decoded, WallTime now
) {
    IntakeAnswer answer;
    if (decoded.unusable.empty()) {
        answer.alerts = repeats(decoded.alerts, now);
    }
    const std::int64_t left_out = decoded.left_out;
    const bool is_new = answer.alerts.empty();
    if (is_new && decoded.alerts.empty() && decoded.unusable.empty()) {
        co_return answer;  // an empty batch: nothing to keep, nothing wrong
    }
    if (is_new) {
        ports::Batch batch;
        for (const ports::Unusable& unusable : decoded.unusable) {
            batch.unusable.push_back(quarantine_entry(source, unusable.reason, unusable.body, now));
            answer.alerts.push_back({"", "rejected", batch.unusable.back().reason});
        }
        std::vector<std::string> keys;
        keys.reserve(decoded.alerts.size());
        for (const domain::Alert& alert : decoded.alerts) {
            keys.push_back(alert.idempotency_key);
        }
        stamp(decoded.alerts, source, now);
        batch.alerts = std::move(decoded.alerts);
        test_point("intake_before_commit");
        auto receipts = co_await store_.append(std::move(batch));
        test_point("intake_after_commit");
        if (!receipts) {
            co_return refuse(receipts.error());
        }
        const auto rejected = std::exchange(answer.alerts, take(*receipts, std::move(keys), now));
        answer.alerts.insert(answer.alerts.end(), rejected.begin(), rejected.end());
    }
    tell(source, answer.alerts, left_out);
    co_return answer;
}

// What has become durable, for the senders and for the correlator.
std::vector<AlertReceipt> Intake::take(
    const std::vector<ports::Receipt>& receipts, std::vector<std::string> keys, WallTime now
) {
    std::vector<AlertReceipt> taken;
    taken.reserve(receipts.size());
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        const bool is_new = receipts[i].status == ports::ReceiptStatus::accepted;
        taken.push_back({receipts[i].alert_id, is_new ? "accepted" : "duplicate", ""});
        if (is_new) {
            recent_.remember(std::move(keys.at(i)), receipts[i].alert_id, now);
        }
    }
    count_fresh(receipts);
    return taken;
}

void Intake::tell(
    const std::string& source, const std::vector<AlertReceipt>& receipts, std::int64_t left_out
) {
    std::size_t unusable = 0;
    for (const AlertReceipt& receipt : receipts) {
        metrics_.count("alerts_total", {{"source", source}, {"status", receipt.status}});
        if (receipt.id.empty() && ++unusable <= kLinesOfABody) {
            events_.log(
                ports::Level::warning, "alert_quarantined", "an alert could not be used",
                {{"source", source}, {"reason", receipt.error}}
            );
        }
    }
    if (unusable > kLinesOfABody) {
        events_.log(
            ports::Level::warning, "alerts_quarantined",
            "more alerts of the same body could not be used: see 'quarantine list'",
            {{"source", source}, {"more", std::to_string(unusable - kLinesOfABody)}}
        );
    }
    if (left_out > 0) {
        metrics_.count(
            "alerts_left_out_total", {{"source", source}}, static_cast<double>(left_out)
        );
        events_.log(
            ports::Level::warning, "alerts_left_out",
            "the sender has cut its list of alerts: raise its limit (Alertmanager: max_alerts)",
            {{"source", source}, {"left_out", std::to_string(left_out)}}
        );
    }
}

boost::asio::awaitable<IntakeAnswer> Intake::quarantine(
    std::string source, std::string body, std::string reason, WallTime now
) {
    ports::Batch batch;
    batch.unusable.push_back(quarantine_entry(source, reason, body, now));
    std::string shown = batch.unusable.back().reason;
    auto kept = co_await store_.append(std::move(batch));
    if (!kept) {
        // Saying 400 now would tell the sender to forget what nobody kept.
        co_return refuse(kept.error());
    }
    events_.log(
        ports::Level::warning, "body_quarantined", "a request body could not be read",
        {{"source", source}, {"reason", shown}}
    );
    metrics_.count("alerts_total", {{"source", source}, {"status", "unreadable"}});
    IntakeAnswer answer;
    answer.status = IntakeAnswer::Status::unreadable;
    answer.error = std::move(shown);
    co_return answer;
}

boost::asio::awaitable<Result<Intake::Readmission>> Intake::readmit(
    ports::OperatorStore& seat, ports::QuarantineEntry entry
) {
    const auto found = decoders_.find(entry.source);
    if (found == decoders_.end()) {
        co_return Readmission{false, "there is no source '" + entry.source + "' any more"};
    }
    if (const auto refusal = full()) {
        co_return Readmission{false, refusal->error + ", try again later"};
    }
    const WallTime now = clock_.now();
    const std::shared_ptr<const ports::AlertDecoder> decoder = found->second;
    auto decoded = decoder->decode(entry.body, now);
    if (!decoded) {
        co_return Readmission{
            false,
            "it still cannot be read: " + decoded.error().code + ": " + decoded.error().message};
    }
    if (!decoded->unusable.empty()) {
        co_return Readmission{
            false, "it still cannot be used: " + decoded->unusable.front().reason};
    }
    const std::size_t count = decoded->alerts.size();
    if (count > static_cast<std::size_t>(limits_.alerts_per_batch_max)) {
        co_return Readmission{
            false, "it holds " + std::to_string(count) + " alerts, the limit is " +
                       std::to_string(limits_.alerts_per_batch_max)};
    }
    stamp(decoded->alerts, entry.source, now);
    auto receipts = co_await seat.readmit(entry.id, std::move(decoded->alerts));
    if (!receipts) {
        co_return receipts.error();
    }
    if (!*receipts) {
        co_return Readmission{false, "it is gone"};
    }
    count_fresh(**receipts);
    std::string ids;
    for (const ports::Receipt& receipt : **receipts) {
        const bool is_new = receipt.status == ports::ReceiptStatus::accepted;
        const std::string status = is_new ? "accepted" : "duplicate";
        metrics_.count("alerts_total", {{"source", entry.source}, {"status", status}});
        ids += (ids.empty() ? "" : ", ") + status + " " + receipt.alert_id;
    }
    co_return Readmission{true, ids.empty() ? "it holds no alert" : ids};
}

IntakeAnswer Intake::refuse(const Error& error) {
    events_.log(
        ports::Level::error, "intake_store_failed", "alerts cannot be stored and are refused",
        {{"error", describe(error)}}
    );
    const bool no_room = error.code == "store_reserve" || error.code == "store_full";
    metrics_.count("intake_refused_total", {{"reason", no_room ? "disk" : "store"}});
    if (error.code == "store_io") {
        closed_reason = "the store failed";
    }
    return unavailable("the alert could not be stored", kRetryWhenFull);
}

}  // namespace alert_bridge::core
