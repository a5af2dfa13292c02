#!/bin/sh
# Double-click this on macOS: it finds a Python, then `run.py start` makes the weekly page and opens it.
# On Linux: sh "start/orderkit for macOS.command"

finish() {
    if [ -t 0 ]; then
        printf '\nPress Return to close this window. '
        read -r _
    fi
    exit "$1"
}

cd "$(dirname "$0")/.." || finish 4
if [ ! -f run.py ]; then
    echo "This starter belongs into the folder 'start' of orderkit, beside which run.py lies."
    echo "Unpack the whole download, and start it from there."
    finish 2
fi

# Apple's own /usr/bin/python3 is left out: it is too old, or offers to install developer tools
python=""
for name in python3.14 python3.13 python3.12 python3.11 /opt/homebrew/bin/python3 /usr/local/bin/python3 python3; do
    found=$(command -v "$name") || continue
    if [ "$found" = /usr/bin/python3 ] && [ "$(uname)" = Darwin ]; then
        continue
    fi
    if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$found
        break
    fi
done

if [ -z "$python" ]; then
    echo "orderkit needs Python 3.11 or later, and none was found on this computer."
    echo "1. Open https://www.python.org/downloads/ in your browser."
    echo "2. Download the newest Python 3 and install it, with the settings as they are."
    echo "3. Double-click this starter again."
    finish 2
fi

"$python" run.py start "$@"
finish $?
