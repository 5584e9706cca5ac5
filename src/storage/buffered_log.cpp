// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/buffered_log.hpp"

#include <sqlite3.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace alert_bridge::storage {
namespace {

// Of a frame, which is a header and a page (SQLite, "WAL File Format"). In the last header of a
// transaction the length of the database stands, in all others zero.
constexpr int kFrameHeaderBytes = 24;
constexpr int kLengthAt = 4;
constexpr int kLengthBytes = 4;

class Log {
  public:
    explicit Log(sqlite3_file* file) noexcept : file_(file) {}

    int write(const char* bytes, int count, sqlite3_int64 at) {
        const auto size = static_cast<std::size_t>(count);
        const bool fits =
            held_ + size <= kLogBufferBytes && at == start_ + static_cast<sqlite3_int64>(held_);
        if (held_ > 0 && !fits) {
            if (const int code = flush(); code != SQLITE_OK) {
                return code;
            }
        }
        if (size > kLogBufferBytes) {
            return file_->pMethods->xWrite(file_, bytes, count, at);
        }
        start_ = held_ == 0 ? at : start_;
        std::memcpy(buffer_.get() + held_, bytes, size);
        held_ += size;
        if (count == kFrameHeaderBytes) {
            constexpr char kZero[kLengthBytes] = {};
            is_last_frame_ = std::memcmp(bytes + kLengthAt, kZero, kLengthBytes) != 0;
            return SQLITE_OK;
        }
        return std::exchange(is_last_frame_, false) ? flush() : SQLITE_OK;
    }

    // What the layer below does not take is kept: SQLite may go on with the transaction, and then
    // nothing of it may be missing.
    int flush() {
        if (held_ == 0) {
            return SQLITE_OK;
        }
        const auto size = static_cast<int>(held_);
        const int code = file_->pMethods->xWrite(file_, buffer_.get(), size, start_);
        held_ = code == SQLITE_OK ? 0 : held_;
        return code;
    }

    [[nodiscard]] bool holds(sqlite3_int64 at, int count) const noexcept {
        return at < start_ + static_cast<sqlite3_int64>(held_) && at + count > start_;
    }

    [[nodiscard]] sqlite3_file* below() const noexcept { return file_; }

  private:
    sqlite3_file* file_;
    std::unique_ptr<char[]> buffer_{new char[kLogBufferBytes]};  // not touched before it is used
    sqlite3_int64 start_ = 0;                                    // where in the file it belongs
    std::size_t held_ = 0;
    bool is_last_frame_ = false;
};

// What SQLite allocates for an open log; the file of the layer below follows it.
struct File {
    sqlite3_file base;
    Log* log;
};

Log& log_of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file)->log;
}

// Calls the layer below when all that was written is there.
template <class Call>
int after_flush(sqlite3_file* file, Call call) {
    Log& log = log_of(file);
    const int code = log.flush();
    return code == SQLITE_OK ? call(log.below()) : code;
}

int close_log(sqlite3_file* file) {
    const std::unique_ptr<Log> log(&log_of(file));
    static_cast<void>(log->flush());  // of no transaction that has ended
    return log->below()->pMethods->xClose(log->below());
}

// What a transaction that was rolled back has left must not be in the way of other reads.
int read_log(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
    Log& log = log_of(file);
    if (log.holds(at, count)) {
        if (const int code = log.flush(); code != SQLITE_OK) {
            return code;
        }
    }
    return log.below()->pMethods->xRead(log.below(), to, count, at);
}

int write_log(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
    return log_of(file).write(static_cast<const char*>(from), count, at);
}

int truncate_log(sqlite3_file* file, sqlite3_int64 size) {
    return after_flush(file, [=](sqlite3_file* below) {
        return below->pMethods->xTruncate(below, size);
    });
}

int sync_log(sqlite3_file* file, int flags) {
    return after_flush(file, [=](sqlite3_file* below) {
        return below->pMethods->xSync(below, flags);
    });
}

int size_log(sqlite3_file* file, sqlite3_int64* size) {
    return after_flush(file, [=](sqlite3_file* below) {
        return below->pMethods->xFileSize(below, size);
    });
}

int lock_log(sqlite3_file* file, int level) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xLock(below, level);
}

int unlock_log(sqlite3_file* file, int level) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xUnlock(below, level);
}

int check_lock_log(sqlite3_file* file, int* result) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xCheckReservedLock(below, result);
}

int control_log(sqlite3_file* file, int what, void* argument) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xFileControl(below, what, argument);
}

int sector_of_log(sqlite3_file* file) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xSectorSize(below);
}

int traits_of_log(sqlite3_file* file) {
    sqlite3_file* const below = log_of(file).below();
    return below->pMethods->xDeviceCharacteristics(below);
}

constexpr sqlite3_io_methods kMethods{
    1,  // no shared memory and no mapping: a log has neither
    close_log, read_log,   write_log,      truncate_log, sync_log,      size_log,
    lock_log,  unlock_log, check_lock_log, control_log,  sector_of_log, traits_of_log,
    nullptr,   nullptr,    nullptr,        nullptr,      nullptr,       nullptr,
};

struct Layer {
    sqlite3_vfs vfs{};
    std::string name;
    std::string below;
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const auto& layer = *static_cast<const Layer*>(vfs->pAppData);
    sqlite3_vfs* const below =
        sqlite3_vfs_find(layer.below.empty() ? nullptr : layer.below.c_str());
    file->pMethods = nullptr;
    if (below == nullptr) {
        return SQLITE_CANTOPEN;
    }
    if ((flags & SQLITE_OPEN_WAL) == 0) {
        return below->xOpen(below, name, file, flags, out_flags);
    }
    auto* const ours = reinterpret_cast<File*>(file);
    auto* const inner = reinterpret_cast<sqlite3_file*>(ours + 1);
    const int code = below->xOpen(below, name, inner, flags, out_flags);
    if (code != SQLITE_OK) {
        return code;
    }
    try {
        ours->log = new Log(inner);
    } catch (const std::bad_alloc&) {
        inner->pMethods->xClose(inner);
        return SQLITE_NOMEM;
    }
    ours->base.pMethods = &kMethods;
    return SQLITE_OK;
}

}  // namespace

std::string buffered_log(const std::string& below) {
    static std::mutex mutex;
    static auto& layers = *new std::map<std::string, Layer>;  // SQLite keeps pointers into it
    const sqlite3_vfs* const found = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
    if (found == nullptr) {
        return below;
    }
    const std::lock_guard lock(mutex);
    const auto [place, is_new] = layers.try_emplace(below);
    Layer& layer = place->second;
    if (is_new) {
        layer.below = below;
        layer.name = "buffered-log-" + below;
        layer.vfs = *found;
        layer.vfs.pNext = nullptr;
        layer.vfs.pAppData = &layer;
        layer.vfs.zName = layer.name.c_str();
        layer.vfs.szOsFile += static_cast<int>(sizeof(File));
        layer.vfs.xOpen = &open_file;
        sqlite3_vfs_register(&layer.vfs, 0);
    }
    return layer.name;
}

}  // namespace alert_bridge::storage
