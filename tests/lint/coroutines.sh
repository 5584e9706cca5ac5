#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Finds the expressions around co_await that g++ 12 miscompiles (coroutine-matchers.txt: a lambda, a
# conditional of class type, a braced class or list in the same full expression).
#
# usage: coroutines.sh BUILD_DIR      with compile_commands.json in it; nothing needs to be built
#
# First proves on coroutine_samples.cpp that each matcher still finds its case and leaves good code
# alone, then looks at every file that contains co_await, on all cores. A file that clang cannot
# read is a failure too: what was not read was not checked.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build_dir=$1
here=tests/lint
matchers=$here/coroutine-matchers.txt
sample=$here/coroutine_samples.cpp

# query FILE: the findings as FILE:LINE:COLUMN: NAME; fails if the file could not be read.
query() {
    local output
    # The compile commands are g++'s: clang does not know all of its warnings and need not care.
    output=$(clang-query-14 --extra-arg=-Wno-everything -f "$matchers" -p "$build_dir" "$1" 2>&1) || {
        echo "$output"
        return 1
    }
    if grep -E '(^|: )(fatal )?error:|^Error ' <<<"$output"; then
        echo "$1: clang could not read it"
        return 1
    fi
    sed -nE 's/^(.*:[0-9]+:[0-9]+): note: "([A-Z_]+)" binds here$/\1: \2/p' <<<"$output" | sort -u
}

# Lines of the sample marked `// finds NAME` must be found with that name, and no others.
self_test() {
    local wanted found
    wanted=$(awk -F '// finds ' 'NF > 1 { n = split($2, names, " ")
        for (i = 1; i <= n; i++) print NR, names[i] }' "$sample" | sort -u)
    found=$(query "$sample") || {
        echo "$found"
        return 1
    }
    found=$(sed -E 's/^.*:([0-9]+):[0-9]+: /\1 /' <<<"$found" | sort -u)
    [[ -n $wanted && $found == "$wanted" ]] && return
    echo "the matchers do not find what $sample marks (< marked, > found):"
    diff <(echo "$wanted") <(echo "$found")
}

check_file() {
    local findings
    findings=$(query "$1") && [[ -z $findings ]] && return
    echo "$findings"
    return 1
}

if [[ ${2:-} == --one ]]; then
    check_file "$3"
    exit
fi

self_test
mapfile -t files < <(grep -rlw co_await include src tests --include='*.[ch]pp' |
    grep -vFx "$sample" | sort)
if ((${#files[@]} == 0)); then
    echo "no file contains co_await"
    exit 1
fi
printf '%s\0' "${files[@]}" |
    xargs -0 -n 1 -P "$(nproc)" bash "$here/coroutines.sh" "$build_dir" --one
echo "coroutines: ${#files[@]} files, 0 findings"
