// SPDX-License-Identifier: MIT
//
// Preloaded into the daemon as it is shipped, to measure what its way of committing is worth. Each
// word is said on stderr when it was really done, so that the bench can tell that it was.
//
//   BENCH_SYNC_MS=5            every sync takes 5 ms longer: a slower disk
//   BENCH_SYNCHRONOUS=NORMAL   the store opens with synchronous=NORMAL instead of FULL
//   BENCH_COMMIT_EACH=1        each alert gets a commit of its own, inside the store's batch
#include <dlfcn.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace {

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void say_once(bool& said, const char* words) {
    if (!said) {
        said = true;
        std::fprintf(stderr, "bench: %s\n", words);
    }
}

void linger_after_sync() {
    static const char* const text = std::getenv("BENCH_SYNC_MS");
    static const std::chrono::milliseconds pause(text != nullptr ? std::atoi(text) : 0);
    if (pause.count() > 0) {
        static bool said = false;
        say_once(said, "slow disk");
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

extern "C" int fdatasync(int file) {
    static const auto real = next<int(int)>("fdatasync");
    const int code = real(file);
    linger_after_sync();
    return code;
}

extern "C" int fsync(int file) {
    static const auto real = next<int(int)>("fsync");
    const int code = real(file);
    linger_after_sync();
    return code;
}

extern "C" int sqlite3_exec(
    sqlite3* db, const char* sql, int (*row)(void*, int, char**, char**), void* user, char** error
) {
    static const auto real = next<decltype(sqlite3_exec)>("sqlite3_exec");
    static const char* const wanted = std::getenv("BENCH_SYNCHRONOUS");
    constexpr std::string_view kFull = "synchronous=FULL";
    std::string text(sql);
    const auto at = wanted == nullptr ? text.npos : text.find(kFull);
    if (at != text.npos) {
        static bool said = false;
        text.replace(at, kFull.size(), std::string("synchronous=") + wanted);
        say_once(said, wanted);
    }
    return real(db, text.c_str(), row, user, error);
}

// The store puts the alerts that wait into one transaction. After the last statement of each, the
// transaction is ended and the next begun.
extern "C" int sqlite3_step(sqlite3_stmt* statement) {
    static const auto real = next<decltype(sqlite3_step)>("sqlite3_step");
    static const bool wanted = std::getenv("BENCH_COMMIT_EACH") != nullptr;
    const int code = real(statement);
    if (!wanted || code != SQLITE_DONE) {
        return code;
    }
    const char* const text = sqlite3_sql(statement);  // none: one of SQLite's own
    if (std::string_view(text != nullptr ? text : "")
            .starts_with("INSERT OR REPLACE INTO dedup ")) {
        static bool said = false;
        say_once(said, "commit each");
        if (sqlite3_exec(
                sqlite3_db_handle(statement), "COMMIT; BEGIN IMMEDIATE", nullptr, nullptr, nullptr
            ) != SQLITE_OK) {
            std::abort();
        }
    }
    return code;
}
