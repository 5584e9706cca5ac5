// SPDX-License-Identifier: MIT
#include "alert_bridge/config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "alert_bridge/base/open_file.hpp"

namespace alert_bridge::config {
namespace {

std::string last_error() {
    return std::generic_category().message(errno);
}

}  // namespace

FileText read_file(const std::string& path, std::size_t bytes_max) {
    FileText result;
    // Non-blocking, so that opening a FIFO does not wait for a writer.
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        result.problem = "cannot open '" + path + "': " + last_error();
        return result;
    }
    if (!S_ISREG(status.st_mode)) {
        result.problem = "'" + path + "' is not a regular file";
        return result;
    }
    result.others_may_read = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    result.is_loose = (status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0;
    char buffer[16 * 1024];
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer, sizeof(buffer));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            result.problem = "cannot read '" + path + "': " + last_error();
            return result;
        }
        if (count == 0) {
            return result;
        }
        result.text.append(buffer, static_cast<std::size_t>(count));
        if (result.text.size() > bytes_max) {
            result.text.clear();
            result.problem =
                "'" + path + "' is larger than " + std::to_string(bytes_max / 1024) + " KiB";
            return result;
        }
    }
}

std::string resolve_path(const std::string& path, const std::string& base_dir) {
    return (std::filesystem::path(base_dir) / path).lexically_normal().string();
}

}  // namespace alert_bridge::config
