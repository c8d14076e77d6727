# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "system")]
from fixtures import *  # noqa: E402,F401,F403
from fixtures import pytest_runtest_makereport  # noqa: E402,F401
from provoke import CHANGES  # noqa: E402
from world import World  # noqa: E402


@pytest.fixture(scope="module")
def shared_world(flavours, tmp_path_factory):
    """Everything together, watched by Prometheus: one for all tests of a file, on MariaDB."""
    cls, base = flavours("mariadb")
    world = World(cls(base, 91, ["--binlog-expire-logs-seconds=86400"]), tmp_path_factory.mktemp("world"), CHANGES)
    try:
        yield world.start()
    finally:
        world.end()


@pytest.fixture
def world(request, shared_world):
    """The same; its logs are printed when the test fails."""
    request.node.logs = shared_world.logs()
    return shared_world
