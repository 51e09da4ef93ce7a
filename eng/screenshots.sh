#!/usr/bin/env bash
# Takes the pictures of the page that the READMEs show, docs/images/page-light.png and page-dark.png: the sample interview, transcribed by the shipped
# models, in Chromium. Pictures of every view are left in artifacts/screenshots by ./test.sh e2e.
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec "$root/test.sh" -- -class Parley.Server.Tests.Browser.ReadmePictures -explicit only
