"""What a child process that parses evidence gives up, for good, before it sees the first byte.

No network and no other program (a seccomp filter on Linux; elsewhere Python's audit hook), no file
written, no core dump, few open files, the first to go when memory runs out. Per file it may use so
much address space and so many seconds; what exceeds the seconds is killed by the kernel.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import platform
import resource
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_OPEN_FILES = 64
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2  # prctl(2)
_KILL, _ALLOW, _REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | 1  # seccomp(2); refused with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # bpf(4): ld abs, jeq, jge, ret
_OTHER_ABI = 0x40000000  # x32 system calls on x86-64
_MACHINES = {
    # AUDIT_ARCH word, then socket, socketpair, ptrace, execve, execveat, io_uring_setup (unistd.h)
    "x86_64": (0xC000003E, (41, 53, 101, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 199, 117, 221, 281, 425)),
}
_REFUSED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork")


def enclose() -> None:
    """Give up what reading evidence does not need; cannot be undone. Import everything before."""
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    if not _filter_calls():
        sys.addaudithook(_refuse)


def processor_time() -> float:
    """Return the seconds of processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def allow(memory: int, until: float, patience: float) -> None:
    """Let this process go on until it has used ``until`` seconds of processor time or ``patience`` seconds
    have passed from now, and grow to ``memory`` bytes of address space in all."""
    _lower(resource.RLIMIT_CPU, math.ceil(until))
    _lower(resource.RLIMIT_AS, memory)
    signal.setitimer(signal.ITIMER_REAL, patience)


def lift() -> None:
    """Let the address space grow again while nothing is read: the next file has to be opened first."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def release() -> None:
    """Give back to the system what is no longer used, as far as the C library can."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _lower(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def rest() -> None:
    """Stop the clock while waiting for the next request."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def address_space() -> int:
    """Return the bytes of address space in use; 0 where the system does not say."""
    return _pages()[0] * resource.getpagesize()


def private_memory() -> int:
    """Return the bytes of memory in use that belong to no file; 0 where the system does not say."""
    _, resident, shared = _pages()
    return (resident - shared) * resource.getpagesize()


def _pages() -> tuple[int, int, int]:
    """Return pages of address space, in memory, and of those the pages of files (proc(5), statm)."""
    try:
        size, resident, shared = Path("/proc/self/statm").read_text().split()[:3]
    except OSError:
        return 0, 0, 0
    return int(size), int(resident), int(shared)


def _filter_calls() -> bool:
    """Install the seccomp filter; False where the system has none."""
    known = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None or sys.maxsize < 2**32:
        return False
    program = _program(*known)
    memory = ctypes.create_string_buffer(program)
    header = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(header), 0, 0) == 0)


def _program(machine: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter: another machine's calls kill, ``refused`` fail, all else passes.

    Each step is (code, jump if true, jump if false, value), as ``struct sock_filter``.
    """
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps.append((_AT_LEAST, len(refused) + 1, 0, _OTHER_ABI))
    steps += [(_EQUAL, len(refused) - at, 0, number) for at, number in enumerate(refused)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"{event} is refused while evidence is read (process {os.getpid()})")
