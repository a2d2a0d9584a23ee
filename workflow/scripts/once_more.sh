#!/bin/sh
# Run a command; all that it says, from its first import on, goes to a file: once_more.sh LOG COMMAND.
# If a signal ends it that nobody sends on purpose (a crash, want of memory), say so and run it once
# more; an error of its own, a SIGTERM or a Ctrl-C ends it as it is.
log=$1
shift
MORES_TERMINAL=3
export MORES_TERMINAL
mkdir -p "$(dirname "$log")"
"$@" 3>&2 >"$log" 2>&1
status=$?
case $status in
    132 | 134 | 135 | 136 | 137 | 139)
        [ -t 2 ] && printf '\r\033[K' >&2 # the line of mores.study.watch
        echo "mores: ended by signal $((status - 128)); what was done so far is kept: once more" >&2
        exec "$@" 3>&2 >"$log" 2>&1
        ;;
esac
exit "$status"
