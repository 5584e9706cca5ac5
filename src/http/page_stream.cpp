// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_stream.hpp"

#include <list>
#include <nlohmann/json.hpp>
#include <utility>

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr int kRetryMs = 2'000;

void append_event(std::string& out, std::string_view name, std::string_view data) {
    out += "event: ";
    out += name;
    out += "\ndata: ";
    out += data;
    out += "\n\n";
}

}  // namespace

struct PageStream::State {
    explicit State(Services given) : services(std::move(given)) {}
    [[nodiscard]] static asio::awaitable<void> watch(std::shared_ptr<State> self);
    void ring_all();

    Services services;
    std::list<PageFeed*> feeds;  // the oldest first
    std::string overview;        // the newest; empty while nobody looks
    std::uint64_t version = 0;   // of it
    bool is_watching = false;
    bool is_stopping = false;
};

class PageStream::PageFeed final : public Feed {
  public:
    PageFeed(std::shared_ptr<State> state, std::function<bool()> may_look)
        : state_(std::move(state)), may_look_(std::move(may_look)), bell_(state_->services.clock) {
        state_->feeds.push_back(this);
    }
    PageFeed(const PageFeed&) = delete;
    PageFeed& operator=(const PageFeed&) = delete;
    ~PageFeed() override { state_->feeds.remove(this); }

    asio::awaitable<std::string> next() override {
        std::string news = gather();
        // The bell may still ring for what was told already: one more wait.
        for (int waits = 0; news.empty() && goes_on() && waits < 2; ++waits) {
            co_await bell_.wait(kHeartbeat);
            news = gather();
        }
        if (news.empty()) {
            news = ":\n\n";
        }
        if (!goes_on()) {
            news.clear();
        }
        co_return news;
    }

    void ring() { bell_.ring(); }
    void end() override {
        has_ended_ = true;
        state_->feeds.remove(this);
        bell_.ring();
    }

  private:
    [[nodiscard]] bool goes_on() const {
        return !has_ended_ && !state_->is_stopping && may_look_();
    }
    [[nodiscard]] std::string gather();

    std::shared_ptr<State> state_;
    std::function<bool()> may_look_;
    core::Bell bell_;
    bool has_greeted_ = false;
    bool has_ended_ = false;
    std::uint64_t seen_version_ = 0;
    std::uint64_t seen_points_ = 0;
};

std::string PageStream::PageFeed::gather() {
    std::string out;
    const PageHistory& history = state_->services.history;
    if (!has_greeted_) {
        json hello;
        hello["now"] = to_unix_ms(state_->services.clock.now());
        hello["step"] = PageHistory::kStep.count() / 1000;
        hello["points_max"] = PageHistory::kPoints;
        out = "retry: " + std::to_string(kRetryMs) + "\n";
        append_event(out, "hello", hello.dump());
        has_greeted_ = true;
    }
    if (seen_points_ != history.added()) {
        append_event(out, "points", history.since(seen_points_).dump());
        seen_points_ = history.added();
    }
    if (seen_version_ != state_->version && !state_->overview.empty()) {
        append_event(out, "overview", state_->overview);
        seen_version_ = state_->version;
    }
    return out;
}

void PageStream::State::ring_all() {
    for (PageFeed* const feed : feeds) {
        feed->ring();
    }
}

// Ends when nobody is left who looks.
asio::awaitable<void> PageStream::State::watch(std::shared_ptr<State> self) {
    std::uint64_t points = self->services.history.added();
    while (!self->feeds.empty() && !self->is_stopping) {
        std::string text = co_await self->services.overview();
        const bool has_news = text != self->overview || points != self->services.history.added();
        if (text != self->overview) {
            self->overview = std::move(text);
            ++self->version;
        }
        if (has_news) {
            points = self->services.history.added();
            self->ring_all();
        }
        co_await self->services.clock.sleep(kLook);
    }
    self->overview = std::string();
    self->is_watching = false;
}

PageStream::PageStream(Services services) : state_(std::make_shared<State>(std::move(services))) {}

PageStream::~PageStream() {
    stop();
}

std::shared_ptr<Feed> PageStream::open(std::function<bool()> may_look) {
    if (state_->feeds.size() >= kFeedsMax) {
        state_->feeds.front()->end();
    }
    auto feed = std::make_shared<PageFeed>(state_, std::move(may_look));
    if (!state_->is_watching && !state_->is_stopping) {
        state_->is_watching = true;
        state_->services.tasks.spawn("page", State::watch(state_));
    }
    return feed;
}

std::size_t PageStream::feeds() const noexcept {
    return state_->feeds.size();
}

void PageStream::stop() {
    state_->is_stopping = true;
    state_->ring_all();
}

}  // namespace alert_bridge::http
