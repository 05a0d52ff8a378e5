"""The embedded server's settings follow the machine."""

from __future__ import annotations

import pytest

from broadbill.kernel.postgres.tuning import Machine, server_settings

GIBIBYTE = 1024**3


class TestServerSettings:
    # shared_buffers is a fifth of the memory, effective_cache_size a half, work_mem a four-hundredth.
    @pytest.mark.parametrize(
        ("memory", "shared", "cache", "work"),
        [
            (1 * GIBIBYTE, "204MB", "512MB", "4MB"),
            (8 * GIBIBYTE, "1638MB", "4096MB", "20MB"),
            (256 * GIBIBYTE, "8192MB", "131072MB", "128MB"),
        ],
    )
    def test_follow_the_memory(self, memory, shared, cache, work):
        settings = server_settings(Machine(memory_bytes=memory, cores=4))

        assert (settings["shared_buffers"], settings["effective_cache_size"], settings["work_mem"]) == (
            shared,
            cache,
            work,
        )

    def test_follow_the_cores(self):
        assert (
            server_settings(Machine(memory_bytes=GIBIBYTE, cores=1))["max_parallel_workers_per_gather"] == "0"
        )
        assert (
            server_settings(Machine(memory_bytes=GIBIBYTE, cores=16))["max_parallel_workers_per_gather"]
            == "2"
        )

    def test_never_trade_durability_for_speed(self):
        settings = server_settings(Machine(memory_bytes=GIBIBYTE, cores=2))

        assert not {"fsync", "synchronous_commit", "full_page_writes"} & settings.keys()
