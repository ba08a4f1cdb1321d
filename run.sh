#!/usr/bin/env bash
# Starts the keyserver and its dependencies on this machine. See ./run.sh --help.
set -euo pipefail
caller=$PWD
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. offline/setup.sh

arguments=() port=7071 once=false serve=false playground=false plc=false
while (($# > 0)); do
    case $1 in
        -h | --help)
            cat offline/DevStack/usage.txt
            exit 0
            ;;
        --once | --serve | --fresh | --memory | --playground)
            [[ $1 != --once ]] || once=true
            [[ $1 != --serve ]] || serve=true
            [[ $1 != --playground ]] || playground=true serve=true
            arguments+=("$1")
            ;;
        --port | --data | --plc | --did)
            [[ -n ${2:-} ]] || die "$1 needs a value."
            value=$2
            [[ $1 != --data || $2 == /* ]] || value=$caller/$2
            [[ $1 != --port ]] || port=$value
            [[ $1 != --plc ]] || plc=true serve=true
            [[ $1 != --plc || $value =~ ^https?://[^/] ]] || die "--plc must be the URL of a directory, not '$value'."
            arguments+=("$1" "$value")
            shift
            ;;
        *) die "Unknown option $1. See ./run.sh --help." ;;
    esac
    shift
done

# Before anything is built. CommandLine.cs of DevStack has the same checks and messages; a test compares them.
! $once || ! $serve ||
    die "--once cannot be combined with --serve, --playground or --plc, which skip the walkthrough."
! $playground || ! $plc ||
    die "--playground cannot be combined with --plc: its people have accounts at the emulated PDS."
[[ $port =~ ^[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) ||
    die "--port must be a number from 1 to 65535, not '$port'."
for address in 127.0.0.1 ::1; do
    ! (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null ||
        die "Port $port is in use. Choose another port with --port."
done

! $playground || FOR_PLAYGROUND=true
set_up Functions.sln -t:DevStack -t:Functions
exec dotnet "offline/DevStack/bin/$CONFIGURATION/net10.0/AtpKeyserver.DevStack.dll" "${arguments[@]}"
