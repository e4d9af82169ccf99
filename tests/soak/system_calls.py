"""Runs an intake under strace: to see its calls in order, or to make one fail."""

import ctypes
import os
import signal
import subprocess

from intake_runs import acknowledged, in_child

CALLS = "write pwrite64 fsync syncfs rename renameat2 unlink unlinkat ftruncate mkdir mkdirat chmod fchmodat openat"


def traced(deed, *options):
    """Run ``deed`` in a fork under strace; return (exit code, acknowledged ids, trace)."""

    def waiting(pipe):
        os.kill(os.getpid(), signal.SIGSTOP)
        deed(pipe)

    ctypes.CDLL(None).prctl(0x59616D61, -1, 0, 0, 0)  # PR_SET_PTRACER: Yama lets strace attach
    child, pipe = in_child(waiting)
    os.waitpid(child, os.WUNTRACED)
    command = ["strace", "-p", str(child), "-e", f"trace={CALLS.replace(' ', ',')}", *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
    first = tracer.stderr.readline()
    os.kill(child, signal.SIGCONT)
    trace = first + tracer.stderr.read()
    tracer.wait()
    ids = acknowledged(pipe)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ids, trace.decode(errors="replace")
