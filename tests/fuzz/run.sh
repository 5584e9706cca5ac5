#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: run.sh BUILD SECONDS [TARGET...]
#
# Runs the libFuzzer programs in BUILD one after the other, each for SECONDS, from the corpus in the
# repository and from what earlier runs found (BUILD/corpus/TARGET). Prints a line per target; ends
# with 1 if there was a finding. ./dev fuzz builds, then calls this.
#
# Lines covered: of the sources named below, how many the whole run has executed. The same build
# counts them (-fprofile-instr-generate); a target that ended with a finding leaves no count.
#
# To enlarge the corpus of the repository by what was found:
#   BUILD/tests/fuzz/fuzz_TARGET -merge=1 tests/fuzz/corpus/TARGET BUILD/corpus/TARGET

set -euo pipefail

build=$1
seconds=$2
shift 2
here=$(dirname "${BASH_SOURCE[0]}")
findings=$build/findings

# What a target is there for: the sources whose lines are counted.
sources_of() {
    case $1 in
        alertmanager) echo src/sources/{alertmanager,json_value,safe_json,values}.cpp ;;
        archive) echo src/storage/alert_json.cpp include/alert_bridge/storage/json_archive.hpp ;;
        configuration) echo src/config ;;
        form) echo src/sources/{form,fields}.cpp ;;
        generic) echo src/sources/{generic,json_value,safe_json,values}.cpp src/base/time_text.cpp ;;
        glpi_answer) echo src/glpi/{wire,rows,reply}.cpp ;;
        icinga) echo src/sources/{icinga,notification,fields,form,safe_json,values}.cpp ;;
        json) echo src/sources/safe_json.cpp ;;
        lifecycle) echo src/domain/lifecycle_*.cpp src/domain/{operation,alert_meaning}.cpp ;;
        nagios) echo src/sources/{nagios,notification,fields,form,safe_json,values}.cpp ;;
        request_parser) echo src/http/request_parser.cpp ;;
        rules)
            echo src/domain/{condition,pattern,pattern_index,rule_index,rule_check,rules}.cpp \
                src/domain/{plan_builder,placement,entity_tree,asset_query,network}.cpp
            ;;
        templates) echo src/domain/{render,template_check,template_values,title}.cpp ;;
        zabbix) echo src/sources/{zabbix,zabbix_tags,fields,form,safe_json,values}.cpp ;;
    esac
}

# coverage TARGET: "93.1 %" of the lines of its sources.
coverage() {
    local profile=$build/profiles/$1 sources
    if ! [[ -s $profile.profraw ]]; then
        echo "-"
        return
    fi
    read -ra sources <<<"$(sources_of "$1")"
    llvm-profdata-19 merge -o "$profile.profdata" "$profile.profraw"
    llvm-cov-19 export -summary-only -instr-profile="$profile.profdata" \
        "$build/tests/fuzz/fuzz_$1" "${sources[@]}" |
        jq -r '.data[0].totals.lines.percent * 10 | round / 10 | "\(.) %"'
}

# figure NAME LOG: a number of libFuzzer's final statistics.
figure() {
    sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

# Says what was found and how to go on; libFuzzer keeps the input in the folder of findings.
tell_finding() {
    local target=$1 log=$2 file
    file=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    grep -m 3 -E '^broken:|^invariant broken:|ERROR: |runtime error:|SUMMARY:' "$log" >&2 || true
    printf 'log:     %s\n' "$log" >&2
    if [[ -n $file ]]; then
        printf 'input:   %s\n' "$file" >&2
        printf 'again:   %s %s\n' "$build/tests/fuzz/fuzz_$target" "$file" >&2
        printf 'smaller: %s -minimize_crash=1 -runs=10000 %s\n' \
            "$build/tests/fuzz/fuzz_$target" "$file" >&2
        printf 'mended:  cp %s tests/fuzz/corpus/%s/\n' "$file" "$target" >&2
    fi
}

fuzz() {
    local target=$1 log=$build/logs/$1.log status=0
    mkdir -p "$build"/{corpus/"$target",findings,logs,profiles}
    rm -f "$build/profiles/$target.profraw"
    # A short stack per allocation and a small quarantine are up to a quarter more executions. To run
    # a finding again without these options shows the whole stacks.
    ASAN_OPTIONS=detect_stack_use_after_return=1:malloc_context_size=2:quarantine_size_mb=16 \
        UBSAN_OPTIONS=print_stacktrace=1 LLVM_PROFILE_FILE=$build/profiles/$target.profraw \
        nice "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$findings/$target-" \
        "$build/corpus/$target" "$here/corpus/$target" >"$log" 2>&1 || status=$?
    printf '%-15s %12s %8s %9s %9s\n' "$target" "$(figure number_of_executed_units "$log")" \
        "$(figure average_exec_per_sec "$log")" "$(coverage "$target")" "$((status != 0))"
    if ((status != 0)); then
        tell_finding "$target" "$log"
        return 1
    fi
}

targets=()
for path in "$build"/tests/fuzz/fuzz_*; do
    [[ -x $path && -f $path ]] && targets+=("${path##*/fuzz_}")
done
status=0
(($# > 0)) || set -- "${targets[@]}"
for target in "$@"; do
    if [[ ! -x $build/tests/fuzz/fuzz_$target ]]; then
        printf 'fuzz: no target is called %s; there are: %s\n' "$target" "${targets[*]}" >&2
        exit 2
    fi
done
printf '%-15s %12s %8s %9s %9s\n' target executions exec/s lines findings
for target in "$@"; do
    fuzz "$target" || status=1
done
exit "$status"
