#!/bin/bash
# Shows that the laws have teeth: builds every mutant of Scripts/mutants/table.txt and runs the tests that must notice.
#
#     Scripts/mutants.sh [--list] [NAME...]     all, or those of these names (a part of a name is enough)
#
# Ends with 1 when a mutant survives, with 2 when the table no longer fits the sources or the mutants do not build.
# Works on a copy of the tree below .build/mutants, which is kept so that the next build is short.
set -euo pipefail
case "${1:-}" in -h|--help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
cd "$(dirname "$0")/.."
exec python3 Scripts/mutants/run.py "$@"
