"""The tasks work with a service of their own process."""

import os

import pytest

from bot.jobs import tasks


@pytest.fixture
def _settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_kept", {})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_settings")
def test_one_service_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tasks.service()
    assert tasks.service() is mine
    monkeypatch.setattr(os, "getpid", lambda: -1)
    forked = tasks.service()
    assert forked is not mine
    for service in (mine, forked):
        service.close()


@pytest.mark.usefixtures("_settings")
def test_periodic_work_with_nothing_to_do() -> None:
    tasks.sweep()
    tasks.take_over()
    tasks.deliver(10**9)
    tasks.add_up()
    tasks.alert()
    tasks.service().close()
