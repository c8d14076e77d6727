# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: each test is a case, and its first docstring line is the fault's name in the table (tests/faults/matrix).

    world            everything under a steady load of both sides (fault_world.py), on a server that others share
    own_world        the same on a server of the test's own, which may be stopped and killed
    make_world       make_world(own server?, ...) for what is to be special from the start
"""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "system")]
import fixtures  # noqa: E402
from fixtures import *  # noqa: E402,F401,F403
from fixtures import pytest_runtest_makereport  # noqa: E402,F401
from load import MAPPINGS, TABLES  # noqa: E402
from fault_world import IS_WHOLE, World  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes; runs with `make fault-matrix` only")


def pytest_collection_modifyitems(config, items):
    fixtures.pytest_collection_modifyitems(config, items)
    ours = pathlib.Path(__file__).parent
    slow = [item for item in items if ours in item.path.parents and item.get_closest_marker("slow")]
    if slow and not IS_WHOLE:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def fault_of(item):
    """The name of the case: its docstring, with its parameters filled in."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return item.function.__doc__.strip().splitlines()[0].format(**params)


def _world(request, make, **options):
    request.node.user_properties.append(("fault", fault_of(request.node)))
    begin = options.pop("begin", True)
    stack = make(MAPPINGS, tables=TABLES, start=False, log_level="info", **options)
    made = World(stack, request.node)
    request.addfinalizer(made.end)
    return made.start() if begin else made


@pytest.fixture
def make_world(request, make_stack):
    """make_world(begin=False): nothing of ours runs yet."""
    return lambda **options: _world(request, make_stack, **options)


@pytest.fixture
def make_own_world(request, make_own_stack):
    return lambda **options: _world(request, make_own_stack, **options)


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def own_world(make_own_world):
    return make_own_world()
