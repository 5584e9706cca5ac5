// SPDX-License-Identifier: MIT
//
// The ceiling for one sender at a time: append a record to a growing file and sync it, again and
// again. Prints one line of JSON: syncs per second, and the median time of a sync with its write.
//
// usage: disk_loop FILE RECORD_BYTES SECONDS
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

int main(int count, char** arguments) {
    using Clock = std::chrono::steady_clock;
    using Microseconds = std::chrono::duration<double, std::micro>;
    if (count != 4) {
        std::fputs("usage: disk_loop FILE RECORD_BYTES SECONDS\n", stderr);
        return 2;
    }
    const std::string record(static_cast<std::size_t>(std::atoi(arguments[2])), 'x');
    const std::chrono::duration<double> length(std::atof(arguments[3]));
    const int file = ::open(arguments[1], O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    std::vector<double> times;
    const auto start = Clock::now();
    auto last = start;
    while (last - start < length) {
        const auto written = ::write(file, record.data(), record.size());
        if (written != static_cast<ssize_t>(record.size()) || ::fdatasync(file) != 0) {
            std::perror(arguments[1]);
            return 1;
        }
        const auto now = Clock::now();
        times.push_back(Microseconds(now - last).count());
        last = now;
    }
    const double seconds = std::chrono::duration<double>(last - start).count();
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    const double rate = static_cast<double>(times.size()) / seconds;
    std::printf("{\"syncs_per_s\": %.1f, \"p50_us\": %.1f}\n", rate, *middle);
    return ::close(file) == 0 ? 0 : 1;
}
