#!/usr/bin/env bash
# Starts the keyserver and its dependencies on this machine. See ./run.sh --help.
set -euo pipefail
caller=$PWD
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. offline/setup.sh

arguments=()
while (($# > 0)); do
    case $1 in
        -h | --help)
            cat offline/DevStack/usage.txt
            exit 0
            ;;
        --once | --serve | --fresh | --memory) arguments+=("$1") ;;
        --port | --data | --plc | --did)
            (($# > 1)) || die "$1 needs a value. See ./run.sh --help."
            value=$2
            [[ $1 != --data || $2 == /* ]] || value=$caller/$2
            arguments+=("$1" "$value")
            shift
            ;;
        *) die "Unknown option $1. See ./run.sh --help." ;;
    esac
    shift
done

set_up Functions.sln -t:DevStack -t:Functions
exec dotnet "offline/DevStack/bin/$CONFIGURATION/net10.0/AtpKeyserver.DevStack.dll" "${arguments[@]}"
