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

name=Parley.Tests
dll="$artifacts/bin/$name/release/$name.dll"
ensure tests "tests/$name" "$dll" "${program_sources[@]}" samples/csharp tests
need_ffmpeg
case ${filter[*]-} in
  '' | '-trait Group=e2e') need_software_gpu ;;
esac

report="$artifacts/test-results.xml"
rm -f "$report"
status=0
"$dotnet" "$dll" -noColor -noLogo -noAutoReporters ${filter[@]+"${filter[@]}"} -xml "$report" "$@" </dev/null || status=$?

# The first <assembly ...> tag of the report carries the counts.
count() {
  if [ -f "$report" ]; then
    sed -n "s/.*<assembly [^>]*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -n 1
  fi
}
passed=$(count passed) failed=$(count failed) errors=$(count errors) skipped=$(count skipped)
failed=$((${failed:-0} + ${errors:-0}))
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
  say "The test program ended with status $status before it could report a failure."
  failed=1
fi
if [ "$((${passed:-0} + failed))" = 0 ]; then
  say "No test ran."
  status=1
fi
[ "$failed" = 0 ] || status=1
echo "${passed:-0} passed, $failed failed, ${skipped:-0} skipped"
exit "$status"
