# shellcheck shell=bash
# What the commands of this repository share: finding the tools, building once, and knowing that nothing changed since.
# Sourced by ./parley, ./test.sh and .ci/run; needs bash 3.2 or newer. $root is the repository. Nothing here writes to
# standard output or reads standard input.

artifacts="${root:?}/artifacts"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# The build is up to date when no source is newer than the stamp that the last good build left. Folders count, too: their
# time changes when a file goes away. The stamp holds the dotnet that built it.
#   is_current STAMP DLL SOURCE...
is_current() {
  local stamp=$1 dll=$2
  shift 2
  # The page's packages are no source, and their coming changes the folder around them.
  [ -f "$stamp" ] && [ -f "$dll" ] &&
    [ -z "$(cd "$root" && find "$@" -name node_modules -prune -o ! -path src/Parley.Web -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# Sets $dotnet to a dotnet that can run the program (cheap), or that has the SDK (a call of it).
find_dotnet() {
  local candidate
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet" /usr/share/dotnet/dotnet \
    /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet /opt/homebrew/bin/dotnet; do
    [ -x "$candidate" ] || continue
    dotnet=$candidate
    "$dotnet" --list-sdks 2>/dev/null </dev/null | grep -q '^10\.' && return
  done
  die "The .NET SDK 10 is needed and was not found. Install it with your package manager (dotnet-sdk-10.0, on a Mac: brew install dotnet-sdk)," \
    "or without any rights into your home directory: curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
}

# npm fetches ONNX Runtime and the packages of the page, node builds the page: only the first build, and one after a change of these, needs them.
need_npm() {
  command -v npm >/dev/null && command -v node >/dev/null && return
  die "Node.js 18 or newer with npm is needed to build, for ONNX Runtime and the web page, and was not found. Install it: apt-get install npm, dnf install npm," \
    "apk add npm, pacman -S npm, brew install node, or see https://nodejs.org."
}

# Installs ffmpeg where that needs no question; tries once for a checkout. PARLEY_NO_INSTALL=1 leaves the system alone.
need_ffmpeg() {
  command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null && return
  local tried="$artifacts/.ffmpeg-tried" as_root=()
  [ -e "$tried" ] && return
  if [ "${PARLEY_NO_INSTALL:-}" != 1 ]; then
    if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    fi
    if [ "$(id -u)" = 0 ] || [ ${#as_root[@]} -gt 0 ]; then
      say "ffmpeg is missing: installing it with the system's package manager ..."
      install_package ffmpeg ${as_root[@]+"${as_root[@]}"} >"$artifacts/ffmpeg.log" 2>&1 </dev/null || true
    elif command -v brew >/dev/null; then
      say "ffmpeg is missing: installing it with brew ..."
      brew install ffmpeg >"$artifacts/ffmpeg.log" 2>&1 </dev/null || true
    fi
  fi
  if ! command -v ffmpeg >/dev/null; then
    say "ffmpeg was not found: WAV files work, everything else needs it. Install it: apt-get install ffmpeg, dnf install ffmpeg-free," \
      "apk add ffmpeg, pacman -S ffmpeg, or brew install ffmpeg."
    : >"$tried" || true
  fi
}

# Programs that only tests need, on Debian; tries once for each in a checkout. Where one cannot be installed its tests are skipped and say so.
#   need_test_programs
need_test_programs() {
  local missing=()
  # It shows the page, and has a software Vulkan driver: a second device.
  [ -e /usr/lib/chromium/vk_swiftshader_icd.json ] || missing+=(chromium)
  # Chinese in pictures of the page; 7 MB, where fonts-noto-cjk has 56.
  fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-wqy-zenhei)
  ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 || missing+=(libvulkan1)
  # For a client in another language; the package serves the system's own Python, whichever comes first on the path.
  python3 -c 'import websockets' 2>/dev/null || /usr/bin/python3 -c 'import websockets' 2>/dev/null || missing+=(python3-websockets)
  if [ ${#missing[@]} = 0 ] || [ "${PARLEY_NO_INSTALL:-}" = 1 ] || ! command -v apt-get >/dev/null; then
    return 0
  fi
  local as_root=() package
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 0
    as_root=(sudo -n)
  fi
  mkdir -p "$artifacts"
  for package in "${missing[@]}"; do
    [ -e "$artifacts/.$package-tried" ] && continue
    : >"$artifacts/.$package-tried" || true
    say "$package is missing, which some tests need: installing it ..."
    install_package "$package" ${as_root[@]+"${as_root[@]}"} >"$artifacts/$package.log" 2>&1 </dev/null || true
  done
}

#   install_package NAME [sudo -n]
install_package() {
  local name=$1
  shift
  if command -v apt-get >/dev/null; then
    "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$name" ||
      { "$@" apt-get update && "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$name"; }
  elif command -v dnf >/dev/null; then
    "$@" dnf install -y "$name" || "$@" dnf install -y "$name-free"
  elif command -v apk >/dev/null; then
    "$@" apk add --no-cache "$name"
  elif command -v pacman >/dev/null; then
    "$@" pacman -S --noconfirm "$name"
  else
    return 1
  fi
}

# Runs a command while no other process of this checkout does; the lock ends with this shell.
with_lock() {
  mkdir -p "$artifacts" 2>/dev/null || true
  [ -w "$artifacts" ] || die "Cannot write to $artifacts; Parley is built there. Run this once as the owner of $root."
  if command -v flock >/dev/null; then
    exec 9>"$artifacts/.lock"
    flock -n 9 || { say "Another build of this checkout is running; waiting for it ..." && flock 9; }
    "$@" 9>&-
    exec 9>&-
    return
  fi
  local lock="$artifacts/.lock.d" owner waited=0
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null || true)
    # A lock without a living owner was left by a killed build. A moment passes between its making and its signing.
    if { [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; } || { [ -z "$owner" ] && [ "$waited" -gt 5 ]; }; then
      rm -rf "$lock"
    else
      [ "$waited" = 0 ] && say "Another build of this checkout is running; waiting for it ..."
      waited=$((waited + 1))
      sleep 1
    fi
  done
  echo "$$" >"$lock/pid"
  # shellcheck disable=SC2064 # the path is fixed now
  trap "rm -rf '$lock'" EXIT
  "$@"
  rm -rf "$lock"
  trap - EXIT
}

# Builds a project in Release below artifacts/ unless it is up to date by now.
#   build NAME PROJECT DLL SOURCE...
build() {
  local name=$1 project=$2 dll=$3 stamp="$artifacts/.$1-stamp" log="$artifacts/$1-build.log" started="$artifacts/.$1-started"
  shift 3
  is_current "$stamp" "$dll" "$@" && return # another process built it while this one waited
  find_dotnet
  need_npm
  need_ffmpeg
  if [ -d "$root/node_modules/onnxruntime-node" ]; then
    say "Building $name ..."
  else
    say "Setting $name up: fetching ONNX Runtime (about 300 MB) and building, once ..."
  fi
  # The time before the build: what is edited meanwhile is newer, and built the next time.
  echo "$dotnet" >"$started"
  # No build server may stay behind: it would hold on to the terminal and to the lock.
  if ! (cd "$root" && DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 "$dotnet" build "$project" -c Release -v quiet --disable-build-servers) >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    die "Building $name failed; the whole log is in $log."
  fi
  mv "$started" "$stamp"
}

# Makes sure that a project is built and sets $dotnet to what runs it.
#   ensure NAME PROJECT DLL SOURCE...
ensure() {
  local stamp="$artifacts/.$1-stamp" dll=$3
  if ! is_current "$stamp" "$dll" "${@:4}"; then
    with_lock build "$@"
  fi
  IFS= read -r dotnet <"$stamp"
  [ -x "$dotnet" ] || find_dotnet # .NET was moved since the build
}

# What the program is made of, relative to the repository.
# shellcheck disable=SC2034 # used by those who source this file
program_sources=(src package.json package-lock.json global.json Directory.Build.props Directory.Packages.props .editorconfig)
