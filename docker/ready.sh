#!/bin/bash
# Ends well where the process at that port of this container says that it can do its work. Bash alone, as a Node for every question would
# cost three hundred milliseconds of processor, and the image has no curl or wget.
exec 3<> "/dev/tcp/127.0.0.1/${1:-8080}" || exit 1
printf 'GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 4 line <&3 || exit 1
[[ $line == 'HTTP/1.1 2'* ]]
