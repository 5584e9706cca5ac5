// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/nagios_pipe.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "alert_bridge/base/open_file.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/monitoring/numbers.hpp"
#include "alert_bridge/monitoring/status_file.hpp"

namespace alert_bridge::monitoring {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
using ports::ProblemNow;

constexpr std::size_t kTextCodePoints = 500;
constexpr std::size_t kPieceBytes = 256 * 1024;

// A pipe whose reader has just gone raises SIGPIPE: taken back before anybody sees it.
ssize_t write_quietly(int descriptor, const std::string& bytes) {
    sigset_t pipe_signal, before;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    const int failure = errno;
    if (written < 0 && failure == EPIPE) {
        const timespec at_once{};
        ::sigtimedwait(&pipe_signal, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = failure;
    return written;
}

Error from_system(const std::string& path, int failure) {
    const std::string message = path + ": " + std::strerror(failure);
    if (failure == ENXIO || failure == EPIPE) {
        return {ErrorClass::later, "no_reader", path + ": Nagios does not read its pipe"};
    }
    if (failure == EAGAIN || failure == EINTR) {
        return {ErrorClass::later, "pipe_full", message};
    }
    return {ErrorClass::misconfigured, "pipe", message};
}

bool breaks_a_command(std::string_view name) {
    return name.empty() || std::any_of(name.begin(), name.end(), [](char letter) {
               return letter == ';' || static_cast<unsigned char>(letter) < 0x20;
           });
}

std::string state_word(const StatusBlock& block) {
    constexpr std::array<const char*, 3> kHost{"UP", "DOWN", "UNREACHABLE"};
    constexpr std::array<const char*, 4> kService{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    const auto state = static_cast<std::size_t>(std::clamp(block.state, 0, 3));
    return block.kind == StatusBlock::Kind::host ? kHost[std::min<std::size_t>(state, 2)]
                                                 : kService[state];
}

// As the notification command sends it; the decoder of the source reads both.
std::string notice_of(const StatusBlock& block) {
    const bool is_host = block.kind == StatusBlock::Kind::host;
    const std::string object = is_host ? "HOST" : "SERVICE";
    json notice = json::object();
    notice["NOTIFICATIONTYPE"] = "PROBLEM";
    notice["NOTIFICATIONNUMBER"] = "1";
    notice["HOSTNAME"] = block.host;
    if (!is_host) {
        notice["SERVICEDESC"] = block.service;
    }
    notice[object + "STATE"] = state_word(block);
    notice[object + "OUTPUT"] = block.output;
    notice["LONG" + object + "OUTPUT"] = block.long_output;
    notice[object + "PROBLEMID"] = std::to_string(block.problem_id);
    notice[object + "EVENTID"] = std::to_string(block.event_id);
    notice["LAST" + object + "STATECHANGE"] = std::to_string(block.last_change);
    notice["TIMET"] = std::to_string(block.last_change);
    return notice.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Very long names stand in a key with their end replaced by "~" and a fingerprint.
bool is_cut(const std::string& name) {
    return name.size() > 200 && name.find('~') != std::string::npos;
}

// Letters of it were no UTF-8: other names may look the same.
bool is_repaired(const std::string& name) {
    return name.find("\xEF\xBF\xBD") != std::string::npos;  // U+FFFD
}

// What the status file says about what is known, and what else it says.
class View {
  public:
    explicit View(const std::vector<ports::OpenProblem>& known) {
        sight.known.assign(known.size(), ProblemNow::gone);
        found_.assign(known.size(), false);
        for (std::size_t at = 0; at < known.size(); ++at) {
            const domain::KeyParts parts = domain::parts_of_key(known[at].problem_key);
            places_.emplace(Name(parts.first, parts.second), at);
            const bool is_its_name = !is_cut(parts.first) && !is_cut(parts.second) &&
                                     !is_repaired(parts.first) && !is_repaired(parts.second);
            if (!is_its_name) {
                sight.known[at] = ProblemNow::unknown;  // nothing can be concluded
            }
        }
    }

    void take(const StatusBlock& block) {
        if (block.kind == StatusBlock::Kind::info) {
            sight.as_of = from_unix_seconds(block.created);
            return;
        }
        const bool is_failing = block.state > 0 || block.flapping;
        if (block.kind == StatusBlock::Kind::host && block.state > 0) {
            down_.insert(block.host);
        }
        const auto [first, last] = places_.equal_range(Name(block.host, block.service));
        for (auto place = first; place != last; ++place) {
            const std::size_t at = place->second;
            ProblemNow now = is_failing ? ProblemNow::failing : ProblemNow::ok;
            const bool is_known = block.checked && block.state >= 0;
            const bool is_second = found_[at] && now != sight.known[at];
            sight.known[at] = is_known && !is_second ? now : ProblemNow::unknown;
            found_[at] = true;
        }
        const bool is_other = first == last && block.checked && block.state > 0 && block.hard;
        const bool has_room = sight.present.size() + sight.hushed.size() < NagiosPipe::kPresentMax;
        if (is_other && has_room) {
            (is_hushed(block) ? sight.hushed : sight.present).push_back(notice_of(block));
        }
    }

    ports::Sight sight;

  private:
    using Name = std::pair<std::string, std::string>;  // host and service

    [[nodiscard]] bool is_hushed(const StatusBlock& block) const {
        const bool on_down_host =
            block.kind == StatusBlock::Kind::service && down_.count(block.host) > 0;
        return !block.notifies || block.downtimes > 0 || block.acknowledged || block.flapping ||
               block.notifications == 0 || on_down_host;
    }

    std::multimap<Name, std::size_t> places_;
    std::vector<bool> found_;
    std::set<std::string> down_;  // hosts come first in the file
};

}  // namespace

Result<std::string> nagios_command(const domain::Notice& notice, WallTime now) {
    const domain::KeyParts parts = domain::parts_of_key(notice.problem_key);
    const bool is_service = parts.kind == "service";
    const bool is_bad = breaks_a_command(parts.first) ||
                        (is_service ? breaks_a_command(parts.second) : parts.kind != "host");
    if (is_bad) {
        return Error{
            ErrorClass::refused, "no_object", "its host or service cannot be named in a command"};
    }
    const bool acknowledges = notice.action == domain::NoticeAction::acknowledge;
    std::string line = "[" + std::to_string(to_unix_ms(now) / 1000) + "] ";
    line += acknowledges ? "ACKNOWLEDGE_" : "ADD_";
    line += is_service ? "SVC_" : "HOST_";
    line += acknowledges ? "PROBLEM;" : "COMMENT;";
    line += parts.first + ";" + (is_service ? parts.second + ";" : "");
    // Acknowledgement: not sticky, notifies nobody, not kept over a restart; comment: not kept.
    line += acknowledges ? "1;0;0;" : "0;";
    line += std::string(domain::kOwnAuthor) + ";";
    line += cut_code_points(one_line(notice.text), kTextCodePoints) + "\n";
    if (line.size() > NagiosPipe::kCommandMax) {
        return Error{ErrorClass::refused, "too_long", "the command would be too long"};
    }
    return line;
}

ports::Awaitable<Result<void>> NagiosPipe::tell(domain::Notice notice) {
    auto line = nagios_command(notice, clock_.now());
    if (!line) {
        co_return line.error();
    }
    const OpenFile pipe(::open(pipe_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (pipe.get() < 0) {
        co_return from_system(pipe_, errno);
    }
    struct stat about {};
    if (::fstat(pipe.get(), &about) != 0 || !S_ISFIFO(about.st_mode)) {
        co_return Error{ErrorClass::misconfigured, "pipe", pipe_ + " is not a pipe"};
    }
    if (write_quietly(pipe.get(), *line) < 0) {
        co_return from_system(pipe_, errno);
    }
    co_return Result<void>();
}

ports::Awaitable<Result<ports::Sight>> NagiosPipe::look(std::vector<ports::OpenProblem> known) {
    if (status_file_.empty()) {
        co_return Error{ErrorClass::refused, "no_status_file", "no status file is configured"};
    }
    // A pipe in its place blocks nobody.
    const OpenFile file(::open(status_file_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0) {
        const std::string message = status_file_ + ": " + std::strerror(errno);
        co_return Error{ErrorClass::misconfigured, "status_file", message};
    }
    struct stat about {};
    if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
        const std::string message = status_file_ + " is no regular file";
        co_return Error{ErrorClass::misconfigured, "status_file", message};
    }
    View view(known);
    StatusReader reader([&view](const StatusBlock& block) { view.take(block); });
    std::string piece(kPieceBytes, '\0');
    std::uint64_t total = 0;
    for (;;) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 || total > kFileMax) {
            co_return Error{ErrorClass::later, "status_file", status_file_ + " cannot be read"};
        }
        if (got == 0) {
            break;
        }
        total += static_cast<std::uint64_t>(got);
        reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
        co_await asio::post(executor_, asio::use_awaitable);
        if (stopped_) {
            co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
        }
    }
    const WallTime created = view.sight.as_of.value_or(WallTime{});
    if (!reader.complete() || created == WallTime{}) {
        co_return Error{ErrorClass::later, "status_file", status_file_ + " is cut short"};
    }
    if (clock_.now() - created > kStaleAfter) {
        const std::string message =
            status_file_ + " is of " + format_utc(created) + ": Nagios has not written it since";
        co_return Error{ErrorClass::later, "stale", message};
    }
    co_return std::move(view.sight);
}

}  // namespace alert_bridge::monitoring
