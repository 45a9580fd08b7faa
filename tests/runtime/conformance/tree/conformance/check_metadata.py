"""`importlib.metadata`: what is installed."""

import importlib.metadata as metadata
import sys

from conformance import raises

NAME = "Sample.Dist"


def check_version():
    assert metadata.version(NAME) == "1.2.3"


def check_names_are_normalized():
    for name in (
        "sample-dist",
        "sample_dist",
        "SAMPLE.DIST",
        "sample--dist" if sys.version_info >= (3, 10) else NAME,
    ):
        assert metadata.version(name) == "1.2.3", name


def check_missing():
    error = raises(metadata.PackageNotFoundError, metadata.version, "nope-at-all")
    assert error.name == "nope-at-all"
    raises(metadata.PackageNotFoundError, metadata.distribution, "nope-at-all")


def check_metadata():
    found = metadata.metadata(NAME)
    assert found["Name"] == NAME and found["Summary"] == "A distribution for tests"
    assert found.get_all("Requires-Dist") == ["other (>=1)", 'extra-thing ; extra == "more"']
    assert "The description" in found.get_payload() or "The description" in (found["Description"] or "")


def check_requires():
    assert metadata.requires(NAME) == ["other (>=1)", 'extra-thing ; extra == "more"']


def check_files():
    files = metadata.files(NAME)
    assert [str(file) for file in files][:2] == ["sample/__init__.py", "sample/text.txt"]
    assert files[1].size == 11 and files[1].hash.mode == "sha256" and files[1].hash.value == "BBBB"
    assert files[1].dist.version == "1.2.3"


def check_file_content():
    text = next(file for file in metadata.files(NAME) if file.name == "text.txt")
    assert text.read_binary() == b"plain text\n" and text.read_text() == "plain text\n"
    assert text.locate().name == "text.txt"


def check_entry_points():
    scripts = metadata.distribution(NAME).entry_points
    names = {(point.group, point.name): point.value for point in scripts}
    assert names[("console_scripts", "sample-command")] == "sample:square"
    assert names[("sample.plugins", "second")] == "sample.sub.deep [more]"


def check_entry_points_of_all():
    points = metadata.entry_points(group="sample.plugins")
    assert sorted(point.name for point in points) == ["first", "second"]
    first = next(point for point in points if point.name == "first")
    assert first.load()() == "sample.plain"
    assert first.module == "sample.plain" and first.attr == "called"
    assert first.dist.name == NAME


def check_distribution():
    found = metadata.distribution(NAME)
    assert isinstance(found, metadata.Distribution)
    assert found.version == "1.2.3" and found.name == NAME
    assert found.read_text("top_level.txt") == "sample\n"
    assert found.read_text("no-such-file") is None
    assert found.metadata["Version"] == "1.2.3"


def check_from_name():
    assert metadata.Distribution.from_name(NAME).version == "1.2.3"
    raises(metadata.PackageNotFoundError, metadata.Distribution.from_name, "nope-at-all")


def check_discover():
    assert any(found.metadata["Name"] == NAME for found in metadata.Distribution.discover())
    named = list(metadata.Distribution.discover(name=NAME))
    assert [found.version for found in named] == ["1.2.3"]
    raises(
        ValueError, metadata.Distribution.discover, context=metadata.DistributionFinder.Context(), name="x"
    )


def check_distributions():
    assert NAME in {found.metadata["Name"] for found in metadata.distributions()}


def check_packages_distributions():
    assert NAME in metadata.packages_distributions()["sample"]


def check_locate_file():
    import os

    import sample

    located = metadata.distribution(NAME).locate_file("sample/__init__.py")
    assert os.fspath(located) == sample.__file__


def check_json():
    if hasattr(metadata.PackageMetadata, "json"):
        assert metadata.metadata(NAME).json["name"] == NAME
