"""The catalogue holds together: every name in it, and in every flow, means something."""

import subprocess
import sys

import pytest

from flows.engine.catalogue import BEGUN_BY, FLOWS, HOME, INTERRUPTING, VISITING
from flows.shapes import Flow
from flows.understanding import vocabulary


def test_names() -> None:
    assert all(flow.name == name for name, flow in FLOWS.items())
    assert set(BEGUN_BY.values()) <= set(FLOWS)
    assert set(BEGUN_BY) <= set(vocabulary.current().keys("commands"))
    assert {HOME, VISITING, *INTERRUPTING} <= set(FLOWS)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_a_flow_refers_only_to_its_own_steps(flow: Flow) -> None:
    names = [step.name for step in flow.steps]
    assert len(set(names)) == len(names)
    assert {way for way in flow.refused.values() if isinstance(way, str)} <= set(names)
    assert not flow.questions_before or flow.questions_before in names


def test_the_machine_is_there_in_a_moment_and_in_silence() -> None:
    code = "import time; begun = time.process_time(); import flows.engine; print(time.process_time() - begun)"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert float(ran.stdout) < 5
