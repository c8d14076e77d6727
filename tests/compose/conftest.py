# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(ROOT / "tests/system"), str(ROOT / "sandbox")]
from engine import Engine, Unusable  # noqa: E402
from project import Project  # noqa: E402


@pytest.fixture(scope="session")
def engine():
    """TABRELAY_TEST_DOCKER_FOLDER keeps the engine's data, and so its layers, from run to run."""
    kept = os.environ.get("TABRELAY_TEST_DOCKER_FOLDER")
    folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="tabrelay-docker-"))
    try:
        started = Engine(folder)
    except Unusable as why:
        if os.environ.get("TABRELAY_REQUIRE_DOCKER") == "1":
            pytest.fail(f"DOCKER IS REQUIRED: {why}")
        pytest.skip(f"DOCKER IS NOT TESTED: {why}")
    yield started
    started.stop()
    if kept is None:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def images(engine):
    engine.make_base()
    engine.make_mysql()
    engine.make_others()


@pytest.fixture(scope="session")
def project(engine, images, tmp_path_factory):
    made = Project(engine, tmp_path_factory.mktemp("source"))
    try:
        yield made
    finally:
        made.remove()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The last lines of every service beside what failed."""
    report = (yield).get_result()
    made = item.funcargs.get("project") if report.failed else None
    if made is not None:
        report.sections.append(("services", made.logs()))
