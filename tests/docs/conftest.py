# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "docs"), str(TESTS / "system"), str(TESTS / "packaging")]
from fixtures import *  # noqa: E402,F401,F403
from fixtures import pytest_runtest_makereport  # noqa: E402,F401
