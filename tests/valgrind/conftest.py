# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "system")]
from fixtures import *  # noqa: E402,F401,F403
from fixtures import pytest_collection_modifyitems, pytest_runtest_makereport  # noqa: E402,F401
