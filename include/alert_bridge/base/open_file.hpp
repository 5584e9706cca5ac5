// SPDX-License-Identifier: MIT
//
// OpenFile: a file descriptor that is closed when it dies.
//
// Guarantees: one owner; closing leaves errno alone, so that it may be looked at after an early
// return. get() is below zero when there is none, as open(2) gave it. Thread rule: a value.
// Tests: those of its users.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace alert_bridge {

class OpenFile {
  public:
    explicit OpenFile(int descriptor = -1) noexcept : descriptor_(descriptor) {}
    ~OpenFile() {
        if (descriptor_ >= 0) {
            const int code = errno;
            ::close(descriptor_);
            errno = code;
        }
    }
    OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

  private:
    int descriptor_;
};

}  // namespace alert_bridge
