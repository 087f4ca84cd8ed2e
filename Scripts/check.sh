#!/bin/bash
# What CI checks besides the tests: format, warnings, imports, purity, literals, documents. Needs swift and a build
# directory only; changes nothing. All groups run; ends with 1 when one of them found something.
#
#     Scripts/check.sh [--no-build]     without the build: all that takes no time
set -uo pipefail
case "${1:-}" in -h|--help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
cd "$(dirname "$0")/.."

build=yes
case "${1:-}" in
"") ;;
--no-build) build=no ;;
*) echo "usage: Scripts/check.sh [--no-build]" >&2; exit 64 ;;
esac

failed=()
trees=(Sources Tests)
[ -d torture ] && trees+=(torture)
[ -d benchmarks ] && trees+=(benchmarks)

# Runs a group: whatever it prints is a finding.
group() {
    local name=$1 findings
    shift
    printf '%-66s' "check: $name"
    findings=$("$@" 2>&1)
    if [ -z "$findings" ]; then
        echo ok
    else
        echo FAILED
        sed 's/^/    /' <<<"$findings" | head -40
        failed+=("$name")
    fi
}

# Code without comments and without documentation, as `file:line:text`.
code() {
    grep -rnE --include='*.swift' "$@" | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//' || true
}

# Drops the findings in these files; each exemption has its reason beside it.
except() {
    local pattern
    pattern=$(printf '%s\n' "$@" | sed 's/[.+]/\\&/g' | paste -sd'|')
    grep -vE "^($pattern):" || true
}

format() {
    swift format lint --strict --recursive "${trees[@]}" Package.swift 2>&1
}

# Package.swift turns the warnings of our targets, and of no dependency, into errors when UPGRADER_STRICT is set.
warnings() {
    local log=.build/check-build.log
    mkdir -p .build
    if ! UPGRADER_STRICT=1 swift build --build-tests >"$log" 2>&1; then
        grep -E 'error:|warning:' "$log" | sort -u || tail -20 "$log"
    fi
}

imports() {
    code 'import CLibSSH' Sources | grep -v '^Sources/UpgradeSSH/' | sed 's/$/   <- only UpgradeSSH wraps libssh/'
    code 'import (FlyingFox|FlyingSocks)' Sources | grep -v '^Sources/UpgradeServe/' | sed 's/$/   <- only UpgradeServe serves/'
    code '^[a-z@ ]*import (Upgrade[A-Z]|upgrader)' Sources/UpgradeCore | sed 's/$/   <- no arrow leaves UpgradeCore/'
    code 'import UpgradeSSH' Sources/UpgradeSteps | sed 's/$/   <- steps know no transport/'
    code 'import UpgradeSteps' Sources/UpgradeSSH | sed 's/$/   <- the transport knows no steps/'
}

# What decides never waits, prints, reads a clock, a file or the environment.
purity() {
    local pure=(Sources/UpgradeCore/Machine Sources/UpgradeCore/Plan Sources/UpgradeCore/Vocabulary Sources/UpgradeSteps)
    # The planner and the survey of marks look at the cluster through the seam, the rehearsal walks a simulated one, and
    # ClusterAccess is the seam itself: async on purpose, and nothing else.
    code '\b(async|await)\b' "${pure[@]}" |
        except Sources/UpgradeCore/Plan/Planner.swift Sources/UpgradeCore/Plan/Rehearsal.swift \
            Sources/UpgradeCore/Vocabulary/ClusterAccess.swift Sources/UpgradeSteps/Recovery/MarkSurvey.swift
    code '^[a-z@ ]*import (Foundation|FoundationEssentials|Glibc|Dispatch)\b' "${pure[@]}"
    code '\bDate\(|\bprint\(|ContinuousClock|ProcessInfo|FileManager|\bTask *\{' "${pure[@]}"
}

# A version in code is knowledge that belongs into Hops/Data, with its source.
literals() {
    # HopCatalog names the embedded files. ScalarForm and the commands with --until, --from or a VERSION show an operator
    # how to write a version. Rendering and reading of other programs' formats is not version knowledge, nor is the
    # version of CloudEvents or OpenMetrics. Version.swift has the program's own.
    code '"[^"]*\b1\.[0-9]+' Sources |
        except Sources/UpgradeCore/Hops/HopCatalog.swift Sources/UpgradeCore/Playbook/ScalarForm.swift \
            Sources/upgrader/Commands/PathCommand.swift Sources/upgrader/Commands/RunCommand.swift Sources/upgrader/Commands/ResumeCommand.swift \
            Sources/upgrader/Commands/Session+Until.swift Sources/upgrader/Commands/PackageBuildCommand.swift \
            Sources/UpgradeNotices/News/CloudEvent.swift Sources/UpgradeServe/PageServer.swift Sources/upgrader/Version.swift
}

words() {
    code '\btry!|\bas!' "${trees[@]}"
    # In commands, comments and the data's sources the word may stand: there it is kubectl's or the API's own.
    code '\bdryRun\b' Sources | grep -vE '^Sources/upgrader/(Commands/|Worlds\.swift)' | sed 's/$/   <- a world is chosen once/'
    grep -rnE --include='*.swift' --include='*.sh' --include='*.py' '\b(TODO|FIXME|XXX)\b' \
        "${trees[@]}" Package.swift Scripts lab 2>/dev/null | grep -v '^Scripts/check.sh:'
    grep -rnE '(^|[^A-Za-z])/(work|Users)/' "${trees[@]}" Scripts docs playbooks README.md ARCHITECTURE.md 2>/dev/null |
        grep -v '^Scripts/check.sh:' | sed 's/$/   <- a path of one machine/'
}

sizes() {
    local file lines
    while IFS= read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 400 ] || echo "$file: $lines lines; split it at 400"
    done < <(find "${trees[@]}" -name '*.swift' -not -name '*.pb.swift' -not -path '*/.build/*' | sort)  # made, not written
    if [ -f CONTRIBUTING.md ] && [ "$(wc -l <CONTRIBUTING.md)" -gt 80 ]; then
        echo "CONTRIBUTING.md: more than 80 lines: nobody reads them"
    fi
}

# Every path that ARCHITECTURE.md puts in backquotes exists: the page is true or the build is red.
documents() {
    local path
    [ -f ARCHITECTURE.md ] || return 0
    grep -oE '`[A-Za-z0-9_.][A-Za-z0-9_./+-]*/[A-Za-z0-9_./+-]*`' ARCHITECTURE.md | tr -d '`' | sort -u |
        while IFS= read -r path; do
            [ -e "$path" ] && continue
            # Short forms below the sources, and names that exist only while a run does.
            compgen -G "Sources/*/$path" >/dev/null && continue
            compgen -G "Sources/$path" >/dev/null && continue
            compgen -G "Tests/*/$path" >/dev/null && continue
            case $path in state/*|build/*|.build/*) continue ;; esac
            echo "ARCHITECTURE.md names $path, which does not exist"
        done
}

group "format: swift format lint --strict" format
group "imports: who may import whom" imports
group "purity: machine, plan, vocabulary and steps only decide" purity
group "literals: no version in code" literals
group "words: no try!, as!, dryRun, TODO, path of one machine" words
group "sizes: files of at most 400 lines, CONTRIBUTING.md of 80" sizes
group "documents: paths in ARCHITECTURE.md exist" documents
[ "$build" = no ] || group "warnings: our targets build without any" warnings

if [ ${#failed[@]} -gt 0 ]; then
    echo "check: ${#failed[@]} failed"
    exit 1
fi
echo "check: all is well"
