# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Kills a process as soon as another one is gone, and ends with either.

Usage: end_with.py OWNER_PID PID
"""

import os
import select
import signal
import sys

owner, process = int(sys.argv[1]), int(sys.argv[2])
# Descriptors, not numbers: a number may belong to another process by the time it is needed.
try:
    process_fd = os.pidfd_open(process)
except ProcessLookupError:
    sys.exit()
try:
    select.select([os.pidfd_open(owner), process_fd], [], [])
except ProcessLookupError:
    pass
try:
    signal.pidfd_send_signal(process_fd, signal.SIGKILL)
except ProcessLookupError:
    pass
