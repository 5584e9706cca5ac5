// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/logging.hpp"

#include <fcntl.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "alert_bridge/observe/repeat_filter.hpp"

namespace alert_bridge::observe {
namespace {

constexpr Duration kRepeatWindow{60'000};
constexpr std::int64_t kLinesPerEvent = 50;  // in one window
constexpr std::chrono::seconds kFlushTime{2};
constexpr char kKeySeparator = '\x1f';

// Writes finished lines to a descriptor. Formatting was done by the caller of log().
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    LineSink(int descriptor, bool owned) noexcept : descriptor_(descriptor), owned_(owned) {}
    ~LineSink() override {
        if (owned_) {
            ::close(descriptor_);
        }
    }

    void replace(int descriptor) {
        const std::lock_guard lock(mutex_);
        if (owned_) {
            ::close(descriptor_);
        }
        descriptor_ = descriptor;
        owned_ = true;
    }

    // True when a flush that was asked for after `before` flushes has been carried out.
    [[nodiscard]] bool wait_flushed(std::uint64_t before) {
        std::unique_lock lock(flush_mutex_);
        return flushed_.wait_for(lock, kFlushTime, [&] { return flushes_ > before; });
    }
    [[nodiscard]] std::uint64_t flushes() {
        const std::lock_guard lock(flush_mutex_);
        return flushes_;
    }

  protected:
    // A line that cannot be written is lost: there is nobody to tell.
    void sink_it_(const spdlog::details::log_msg& message) override {
        std::string line(message.payload.data(), message.payload.size());
        line += '\n';
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
            if (written > 0) {
                rest.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno != EINTR) {
                return;
            }
        }
    }

    void flush_() override {
        const std::lock_guard lock(flush_mutex_);
        ++flushes_;
        flushed_.notify_all();
    }

  private:
    int descriptor_;
    bool owned_;
    std::mutex flush_mutex_;
    std::condition_variable flushed_;
    std::uint64_t flushes_ = 0;
};

int open_log(const std::string& file) noexcept {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

Error cannot_open(const std::string& file) {
    return Error{ErrorClass::misconfigured, "log_file", file + ": " + std::strerror(errno)};
}

std::string repeat_key(std::string_view event_id, const LogLine& line) {
    std::string key(event_id);
    key += kKeySeparator;
    key += line.message;
    for (const ports::Field& field : line.fields) {
        key += kKeySeparator;
        key += field.key;
        key += '=';
        key.append(field.value, 0, kValueMax);
    }
    return key;
}

}  // namespace

struct EventLog::Impl {
    LogLook look;
    std::atomic<ports::Level> level{ports::Level::info};
    std::string file;
    std::function<WallTime()> now;
    std::shared_ptr<LineSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
    std::mutex repeats_mutex;
    RepeatFilter repeats{kRepeatWindow};
    mutable std::mutex recent_mutex;
    std::deque<Recent> recent;  // the newest first

    void write(const LogLine& line) {
        const std::string text = format_line(look, line);
        logger->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
    }

    void keep(const LogLine& line) {
        const std::string text = format_line({LogStyle::journal, false, {}}, line);
        const std::size_t begin = std::min(text.find(": ") + 2, text.size());
        const std::lock_guard lock(recent_mutex);
        recent.push_front({line.time, line.level, std::string(line.event_id), text.substr(begin)});
        if (recent.size() > kRecentMax) {
            recent.pop_back();
        }
    }

    // Writes what was only counted; `at` decides whose window is over.
    void tell_repeats(WallTime at) {
        std::vector<RepeatFilter::Summary> summaries;
        {
            const std::lock_guard lock(repeats_mutex);
            summaries = repeats.ended(at);
        }
        for (const RepeatFilter::Summary& summary : summaries) {
            LogLine line;
            line.time = now();
            line.level = ports::Level::warning;
            const std::string_view key = summary.key;
            const std::size_t end = key.find(kKeySeparator);
            line.event_id = key.substr(0, end);
            line.message = "the same was reported again";
            line.fields.push_back({"repeated", std::to_string(summary.held_back)});
            if (end != std::string_view::npos) {
                std::string what(key.substr(end + 1));
                std::replace(what.begin(), what.end(), kKeySeparator, ' ');
                line.fields.push_back({"what", std::move(what)});
            }
            write(line);
        }
    }

    // Whether the failure is to be shown; adds the count of those that were not.
    [[nodiscard]] bool passes(LogLine& line) {
        const std::lock_guard lock(repeats_mutex);
        const auto same = repeats.see(repeat_key(line.event_id, line), 1, line.time);
        if (!same.show) {
            return false;
        }
        if (same.held_back > 0) {
            line.fields.push_back({"repeated", std::to_string(same.held_back)});
        }
        const auto event = repeats.see(std::string(line.event_id), kLinesPerEvent, line.time);
        if (event.held_back > 0) {
            line.fields.push_back({"others_held_back", std::to_string(event.held_back)});
        }
        return event.show;
    }
};

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventLog::~EventLog() {
    flush();
    impl_->pool.reset();  // joins its thread, which holds the logger as long as it has lines of it
    impl_->logger.reset();
}

void EventLog::log(
    ports::Level level, std::string_view event_id, std::string_view message,
    std::vector<ports::Field> fields
) {
    if (level < impl_->level.load(std::memory_order_relaxed)) {
        return;
    }
    LogLine line{impl_->now(), level, event_id, message, std::move(fields)};
    const bool is_failure = level >= ports::Level::warning;
    const bool is_shown = !is_failure || impl_->passes(line);
    impl_->tell_repeats(line.time);
    if (is_shown) {
        impl_->write(line);
    }
    if (is_shown && is_failure) {
        impl_->keep(line);
    }
}

std::vector<EventLog::Recent> EventLog::recent() const {
    const std::lock_guard lock(impl_->recent_mutex);
    return {impl_->recent.begin(), impl_->recent.end()};
}

void EventLog::set_level(ports::Level level) noexcept {
    impl_->level.store(level, std::memory_order_relaxed);
}

void EventLog::flush() {
    impl_->tell_repeats(impl_->now() + kRepeatWindow);
    const std::uint64_t before = impl_->sink->flushes();
    impl_->logger->flush();
    static_cast<void>(impl_->sink->wait_flushed(before));
}

Result<void> EventLog::reopen() {
    if (impl_->file.empty()) {
        return {};
    }
    flush();
    const int descriptor = open_log(impl_->file);
    if (descriptor < 0) {
        return cannot_open(impl_->file);
    }
    impl_->sink->replace(descriptor);
    return {};
}

std::size_t EventLog::dropped() const {
    return impl_->pool->overrun_counter();
}

Result<std::unique_ptr<EventLog>> make_events(LogOptions options) {
    auto impl = std::make_unique<EventLog::Impl>();
    int descriptor = STDERR_FILENO;
    if (!options.file.empty()) {
        descriptor = open_log(options.file);
        if (descriptor < 0) {
            return cannot_open(options.file);
        }
    }
    const bool in_journal = is_journal(descriptor, std::getenv("JOURNAL_STREAM"));
    impl->look.style = options.style.value_or(in_journal ? LogStyle::journal : LogStyle::console);
    impl->look.colours = ::isatty(descriptor) == 1 && std::getenv("NO_COLOR") == nullptr;
    impl->look.time_zone = std::move(options.time_zone);
    impl->level = options.level;
    impl->now = std::move(options.now);
    if (!impl->now) {
        impl->now = [] {
            return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
        };
    }
    impl->sink = std::make_shared<LineSink>(descriptor, !options.file.empty());
    impl->file = std::move(options.file);
    impl->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1);
    impl->logger = std::make_shared<spdlog::async_logger>(
        "bridge", impl->sink, impl->pool, spdlog::async_overflow_policy::overrun_oldest
    );
    impl->logger->set_level(spdlog::level::trace);
    return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

bool is_journal(int descriptor, const char* journal_stream) noexcept {
    struct stat status {};
    unsigned long long device = 0;
    unsigned long long inode = 0;
    return journal_stream != nullptr &&
           std::sscanf(journal_stream, "%llu:%llu", &device, &inode) == 2 &&
           ::fstat(descriptor, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

}  // namespace alert_bridge::observe
