"""Settings of the embedded PostgreSQL, sized to the machine it starts on.

Durability is never traded for speed: fsync, full_page_writes and synchronous_commit stay as PostgreSQL ships them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

MEBIBYTE = 1024 * 1024
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Machine:
    """What the server may use: bytes of memory and processor cores."""

    memory_bytes: int
    cores: int


def this_machine() -> Machine:
    """The machine, or the part of it that this process's container may use."""
    memory_bytes = psutil.virtual_memory().total
    for limit in CGROUP_LIMITS:
        if limit.exists() and (said := limit.read_text().strip()).isdigit():
            memory_bytes = min(memory_bytes, int(said))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(memory_bytes=memory_bytes, cores=cores)


def server_settings(machine: Machine) -> dict[str, str]:
    """Every setting that differs from PostgreSQL's own default, as written into the configuration file.

    The server shares the machine with web and worker processes, so it plans with a fifth of the memory for its
    own pages and believes that the system caches files in another half.
    """
    memory = machine.memory_bytes // MEBIBYTE
    shared_buffers = _between(memory // 5, 64, 8192)
    return {
        "shared_buffers": f"{shared_buffers}MB",
        "effective_cache_size": f"{max(memory // 2, 2 * shared_buffers)}MB",
        # A sort or hash may take this much several times over in one query, and 20 of them may run at once.
        "work_mem": f"{_between(memory // 400, 4, 128)}MB",
        "maintenance_work_mem": f"{_between(memory // 20, 64, 1024)}MB",
        "max_connections": "100",
        "max_worker_processes": str(max(8, machine.cores)),
        "max_parallel_workers": str(machine.cores),
        "max_parallel_workers_per_gather": str(min(2, max(0, machine.cores - 1))),
        "max_parallel_maintenance_workers": str(min(4, max(1, machine.cores // 2))),
        # Bill runs write in bursts. Few, long checkpoints write each page once; compression halves the page images.
        "wal_compression": "on",
        "wal_buffers": "16MB",
        "max_wal_size": f"{_between(memory // 4, 1024, 8192)}MB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        # Solid-state disks read a page anywhere nearly as fast as the next one.
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "log_line_prefix": "'%m [%p] %q%a '",
        "log_checkpoints": "off",
        "log_min_duration_statement": "2000",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "datestyle": "'iso, ymd'",
        "lc_messages": "'C'",
    }


def _between(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))
