#!/usr/bin/env bash
# Builds everything and runs the tests. The last line is `N passed, N failed, N skipped`; the status is 0 only when
# tests ran and none failed. Reasons of skipped tests stand above it.
#
#   ./test.sh                  all tests
#   ./test.sh unit             those that need neither reference data nor models
#   ./test.sh golden           comparisons with the reference data in PARLEY_GOLDEN (default: ../shared/golden)
#   ./test.sh e2e              real programs from end to end
#   ./test.sh unit -- -class 'Parley.Tests.Models.*'     options of the xunit runner after --
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=eng/setup.sh
. "$root/eng/setup.sh"

filter=()
case ${1:-} in
  unit) filter=(-trait- Group=golden -trait- Group=e2e) ;;
  golden | e2e) filter=(-trait "Group=$1") ;;
  '' | --) ;;
  *)
    say "Unknown group of tests: $1. Groups: unit, golden, e2e; none for all."
    exit 2
    ;;
esac
[ $# -gt 0 ] && [ "$1" != -- ] && shift
if [ $# -gt 0 ] && [ "$1" != -- ]; then
  say "Unexpected argument: $1. Options of the test runner come after --."
  exit 2
fi
[ $# -gt 0 ] && shift

names=(Parley.Tests Parley.Server.Tests)
for name in "${names[@]}"; do
  ensure "$name" "tests/$name" "$artifacts/bin/$name/release/$name.dll" "${program_sources[@]}" samples/csharp tests
done
need_ffmpeg
case ${filter[*]-} in
  '' | '-trait Group=e2e') need_test_programs ;;
esac

# The first <assembly ...> tag of a report carries the counts.
#   count REPORT NAME
count() {
  if [ -f "$1" ]; then
    sed -n "s/.*<assembly [^>]*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
  fi
}

# Programs that live for seconds have nothing of measuring their own code.
export DOTNET_TieredPGO=0

status=0 passed=0 failed=0 skipped=0
for name in "${names[@]}"; do
  report="$artifacts/$name-results.xml" ended=0
  rm -f "$report"
  "$dotnet" "$artifacts/bin/$name/release/$name.dll" -noColor -noLogo -noAutoReporters ${filter[@]+"${filter[@]}"} -xml "$report" "$@" </dev/null || ended=$?
  good=$(count "$report" passed) bad=$(count "$report" failed) errors=$(count "$report" errors) left=$(count "$report" skipped)
  bad=$((${bad:-0} + ${errors:-0}))
  if [ "$ended" != 0 ] && [ "$bad" = 0 ]; then
    say "The test program $name ended with status $ended before it could report a failure."
    bad=1
  fi
  passed=$((passed + ${good:-0})) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
done
if [ "$((passed + failed))" = 0 ]; then
  say "No test ran."
  status=1
fi
[ "$failed" = 0 ] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
