// SPDX-License-Identifier: MIT
//
// Test points: named places where the tests kill the process, to prove that a kill there loses and
// doubles nothing, or stop the thread that passes, to prove that a daemon that is stuck is noticed.
//
// In a build with the CMake option BRIDGE_TEST_POINTS, the environment variable
// BRIDGE_KILL_AT=NAME:N makes the N-th passage of the point NAME a SIGKILL, and
// BRIDGE_HANG_AT=NAME:N one that never ends. Without the option, as in a release, the call is
// nothing at all. The option is defined only for the sources that have a point (CMakeLists.txt
// lists them).
//
// Does not promise anything about what other threads are doing at that moment; a kill never does.
// Thread rule: any thread. Tests: tests/system/fault_test.py, class KillAtPoints, and
// tests/system/watchdog_test.py
#pragma once

namespace alert_bridge {

#ifdef BRIDGE_TEST_POINTS
void test_point(const char* name) noexcept;
#else
inline void test_point(const char* /*name*/) noexcept {}
#endif

}  // namespace alert_bridge
