from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from redis import Redis
from werkzeug.routing import Rule

from bot.service import Service
from tests.webhooks.stand_in import Lab, lab
from webhooks import create_app

BUILDERS = ("_build", "_build_unknown")
COMPILED = ("_parts", "_trace", "_converters", "arguments", *BUILDERS)
"""What werkzeug's Rule.compile leaves in a rule; the builders are bound to it."""


@pytest.fixture(scope="module")
def simulated(redis_url: str) -> Iterator[Lab]:
    """The simulator over doors that a test may tell what to say; served once for a module."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        with lab(client) as made:
            yield made


@pytest.fixture
def phones(simulated: Lab) -> Lab:
    """The simulator as it is at first: nothing sent, nothing heard, no trouble ordered."""
    simulated.start_anew()
    return simulated


@pytest.fixture(scope="session", autouse=True)
def rules_compiled_once() -> Iterator[None]:
    """How an address is read and written hangs on its rule's text alone: most of what making an application takes."""
    compile_rule, made = Rule.compile, dict[object, dict[str, Any]]()

    def once(rule: Rule) -> None:
        where: Any = rule.map
        of = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, where.host_matching)
        key = (*of, *where.converters.values())
        if known := None if rule.defaults else made.get(key):
            vars(rule).update(known, **{name: known[name].__func__.__get__(rule) for name in BUILDERS})
            return
        compile_rule(rule)
        if not rule.defaults:
            made[key] = {name: vars(rule)[name] for name in COMPILED}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates, compiled once for all applications of the run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(service: Service, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    made = create_app(service)
    made.jinja_env.bytecode_cache = compiled
    yield made
    made.extensions["simulator"].courier.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
