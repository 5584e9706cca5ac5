// SPDX-License-Identifier: MIT
//
// FaultyVfs: SQLite's file layer with a disk that fails on demand. Registers itself under kName for
// its lifetime; everything is passed through to the system's layer until a fault is armed.
// Thread rule: arm from any thread; one at a time exists.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <functional>

namespace alert_bridge::test {

class FaultyVfs {
  public:
    static constexpr const char* kName = "faulty";

    FaultyVfs() {
        sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
        vfs_ = *system;
        vfs_.pNext = nullptr;
        vfs_.zName = kName;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + system->szOsFile;
        vfs_.xOpen = &open;
        sqlite3_vfs_register(&vfs_, 0);
    }
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;
    ~FaultyVfs() {
        sqlite3_vfs_unregister(&vfs_);
        on_sync = {};
    }

    // The n-th sync or write from now (1: the next) and all after it fail; 0 heals the disk.
    void fail_sync(int nth) { sync_countdown_ = nth; }
    void fail_write(int nth) { write_countdown_ = nth; }
    // Every write from now on finds the disk full.
    void fill_disk(bool full) { full_ = full; }
    [[nodiscard]] int syncs() const { return syncs_; }
    [[nodiscard]] int writes() const { return writes_; }
    // Called at each sync, on the thread that syncs.
    inline static std::function<void()> on_sync;

  private:
    struct File {
        sqlite3_file base;
        [[nodiscard]] sqlite3_file* inner() {
            return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(this) + sizeof(File));
        }
    };
    static sqlite3_file* inner(sqlite3_file* file) {
        return reinterpret_cast<File*>(file)->inner();
    }
    static bool fails(std::atomic<int>& countdown) {
        if (countdown == 0) {
            return false;
        }
        if (countdown > 1) {
            --countdown;
            return false;
        }
        return true;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
        file->pMethods = nullptr;
        const int code = system->xOpen(system, name, inner(file), flags, out_flags);
        if (code == SQLITE_OK) {
            file->pMethods = &methods();
        }
        return code;
    }
    static int close(sqlite3_file* f) { return inner(f)->pMethods->xClose(inner(f)); }
    static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
        return inner(f)->pMethods->xRead(inner(f), to, n, at);
    }
    static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        ++writes_;
        if (full_) {
            return SQLITE_FULL;
        }
        if (fails(write_countdown_)) {
            return SQLITE_IOERR_WRITE;
        }
        return inner(f)->pMethods->xWrite(inner(f), from, n, at);
    }
    static int truncate(sqlite3_file* f, sqlite3_int64 n) {
        return inner(f)->pMethods->xTruncate(inner(f), n);
    }
    static int sync(sqlite3_file* f, int flags) {
        ++syncs_;
        if (on_sync) {
            on_sync();
        }
        if (fails(sync_countdown_)) {
            return SQLITE_IOERR_FSYNC;
        }
        return inner(f)->pMethods->xSync(inner(f), flags);
    }
    static int size(sqlite3_file* f, sqlite3_int64* out) {
        return inner(f)->pMethods->xFileSize(inner(f), out);
    }
    static int lock(sqlite3_file* f, int level) {
        return inner(f)->pMethods->xLock(inner(f), level);
    }
    static int unlock(sqlite3_file* f, int level) {
        return inner(f)->pMethods->xUnlock(inner(f), level);
    }
    static int reserved(sqlite3_file* f, int* out) {
        return inner(f)->pMethods->xCheckReservedLock(inner(f), out);
    }
    static int control(sqlite3_file* f, int what, void* argument) {
        return inner(f)->pMethods->xFileControl(inner(f), what, argument);
    }
    static int sector(sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); }
    static int traits(sqlite3_file* f) {
        return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
    }
    static const sqlite3_io_methods& methods() {
        static const sqlite3_io_methods table = [] {
            sqlite3_io_methods result;
            std::memset(&result, 0, sizeof result);
            result.iVersion = 1;  // no shared memory: exclusive locking does without
            result.xClose = &close;
            result.xRead = &read;
            result.xWrite = &write;
            result.xTruncate = &truncate;
            result.xSync = &sync;
            result.xFileSize = &size;
            result.xLock = &lock;
            result.xUnlock = &unlock;
            result.xCheckReservedLock = &reserved;
            result.xFileControl = &control;
            result.xSectorSize = &sector;
            result.xDeviceCharacteristics = &traits;
            return result;
        }();
        return table;
    }

    sqlite3_vfs vfs_;
    inline static std::atomic<int> sync_countdown_{0};
    inline static std::atomic<int> write_countdown_{0};
    inline static std::atomic<bool> full_{false};
    inline static std::atomic<int> syncs_{0};
    inline static std::atomic<int> writes_{0};
};

}  // namespace alert_bridge::test
