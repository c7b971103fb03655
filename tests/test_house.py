"""The shape of the house: small folders, names that say what they name. `python -m tests.house` prints the figures."""

from tests import house

MAX_MODULES = 20
"""Of a folder: more is a crowd, in which nobody finds anything."""


def test_no_folder_holds_more_than_twenty_modules() -> None:
    assert {path: size for path, size in house.folder_sizes().items() if size > MAX_MODULES} == {}


def test_modules_are_named_by_nouns_and_verbs() -> None:
    assert len(house.bare_ing()) <= 0.03 * len(house.modules()), house.bare_ing()


def test_constants_say_what_they_bound() -> None:
    assert house.bare_constants() == []


def test_a_class_name_means_one_thing() -> None:
    assert {name: paths for name, paths in house.shared_class_names().items() if len(paths) > 2} == {}


def test_a_fixture_means_one_thing_wherever_a_test_stands() -> None:
    assert {name: paths for name, paths in house.fixtures().items() if len(paths) > 1} == {}
