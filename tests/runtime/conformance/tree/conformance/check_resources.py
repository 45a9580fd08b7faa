"""`importlib.resources`: files of packages."""

import importlib.resources as resources
import io
import pathlib
import sys
import warnings

from conformance import raises

LEGACY = hasattr(resources, "read_text")


def quietly(function, *arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return function(*arguments, **keywords)


def check_read_text():
    assert (resources.files("sample") / "text.txt").read_text(encoding="utf-8") == "plain text\n"


def check_read_bytes():
    assert (resources.files("sample") / "binary.dat").read_bytes() == b"\x00\x01\x02\xff"


def check_package_object():
    import sample

    assert resources.files(sample).joinpath("text.txt").is_file()


def check_subpackage():
    assert resources.files("sample.sub").joinpath("settings.json").read_text(encoding="utf-8") == '{"k": 1}'


def check_subpackage_through_parent():
    file = (
        resources.files("sample").joinpath("sub", "settings.json")
        if sys.version_info >= (3, 11)
        else (resources.files("sample") / "sub" / "settings.json")
    )
    assert file.read_bytes() == b'{"k": 1}'


def check_folders():
    data = resources.files("sample") / "data"
    assert data.is_dir() and not data.is_file()
    assert sorted(child.name for child in data.iterdir()) == ["nested", "one.txt"]
    assert (data / "nested" / "two.txt").read_bytes() == b"two"
    assert resources.files("sample").joinpath("data/nested/two.txt").read_bytes() == b"two"


def check_names():
    files = resources.files("sample")
    assert files.name == "sample"
    assert (files / "data" / "one.txt").name == "one.txt"


def check_iterdir():
    names = {child.name for child in resources.files("sample").iterdir()} - {"__pycache__"}
    assert {"text.txt", "with space.txt", "data", "sub", "__init__.py", "plain.py", "empty.txt"} <= names


def check_iterdir_items():
    for child in resources.files("sample").iterdir():
        assert child.is_file() != child.is_dir(), child
    texts = [child for child in resources.files("sample").iterdir() if child.name == "text.txt"]
    assert texts[0].read_text(encoding="utf-8") == "plain text\n"


def check_source_is_a_file():
    source = resources.files("sample") / "plain.py"
    assert source.is_file() and source.read_text(encoding="utf-8").startswith("import warnings")


def check_missing_file():
    missing = resources.files("sample") / "nope.txt"
    assert not missing.is_file() and not missing.is_dir()
    raises(FileNotFoundError, missing.read_bytes)
    raises(FileNotFoundError, missing.read_text)
    raises(FileNotFoundError, missing.open)


def check_empty_file():
    assert (resources.files("sample") / "empty.txt").read_bytes() == b""


def check_encodings():
    files = resources.files("sample")
    assert (files / "utf8.txt").read_text(encoding="utf-8") == "grüße\n"
    assert (files / "utf16.txt").read_text(encoding="utf-16") == "hi"
    raises(UnicodeDecodeError, (files / "utf16.txt").read_text, encoding="utf-8")


def check_open_modes():
    file = resources.files("sample") / "text.txt"
    with file.open("rb") as stream:
        assert stream.read() == b"plain text\n"
        assert stream.seekable()
    with file.open("r", encoding="utf-8") as stream:
        assert isinstance(stream, io.TextIOBase) and list(stream) == ["plain text\n"]
    with file.open(encoding="ascii", errors="replace") as stream:
        assert stream.read() == "plain text\n"


def check_as_file():
    with resources.as_file(resources.files("sample") / "text.txt") as path:
        assert isinstance(path, pathlib.Path)
        assert path.read_bytes() == b"plain text\n" and path.name.endswith("text.txt")


def check_as_file_of_folder():
    if sys.version_info < (3, 12):
        return
    with resources.as_file(resources.files("sample") / "data") as path:
        assert (path / "nested" / "two.txt").read_bytes() == b"two"


def check_equality():
    assert resources.files("sample") / "data" == resources.files("sample") / "data"


def check_not_a_package():
    if sys.version_info < (3, 12):
        raises(TypeError, resources.files, "sample.plain")


def check_missing_package():
    raises(ModuleNotFoundError, resources.files, "nope_at_all")


def check_functions_for_text():
    if LEGACY:
        assert quietly(resources.read_text, "sample", "text.txt", encoding="utf-8") == "plain text\n"
        with quietly(resources.open_text, "sample", "utf8.txt", encoding="utf-8") as stream:
            assert stream.read() == "grüße\n"


def check_functions_for_bytes():
    if LEGACY:
        assert quietly(resources.read_binary, "sample", "binary.dat") == b"\x00\x01\x02\xff"
        with quietly(resources.open_binary, "sample", "binary.dat") as stream:
            assert stream.read() == b"\x00\x01\x02\xff"


def check_functions_for_paths():
    if LEGACY:
        with quietly(resources.path, "sample", "text.txt") as path:
            assert path.read_bytes() == b"plain text\n"


def check_functions_for_names():
    if LEGACY:
        assert quietly(resources.is_resource, "sample", "text.txt") is True
        assert "text.txt" in list(quietly(resources.contents, "sample"))


def check_functions_for_missing_files():
    if LEGACY:
        raises(FileNotFoundError, quietly, resources.read_binary, "sample", "nope.txt")
        raises(FileNotFoundError, quietly, resources.open_binary, "sample", "nope.txt")


def check_functions_with_errors_argument():
    if LEGACY:
        text = quietly(resources.read_text, "sample", "utf8.txt", encoding="ascii", errors="ignore")
        assert text == "gre\n"


def check_reader():
    import sample

    reader = sample.__loader__.get_resource_reader("sample")
    with reader.open_resource("text.txt") as stream:
        assert stream.read() == b"plain text\n"
    assert reader.is_resource("text.txt") is True
    assert "text.txt" in list(reader.contents())
    raises(FileNotFoundError, reader.open_resource, "nope.txt")


def check_traversable_protocol():
    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable
    assert isinstance(resources.files("sample"), Traversable)
    assert isinstance(resources.files("sample") / "text.txt", Traversable)


def check_json_of_resource():
    import json

    with (resources.files("sample.sub") / "settings.json").open("rb") as stream:
        assert json.load(stream) == {"k": 1}


def check_pkgutil_get_data():
    import pkgutil

    assert pkgutil.get_data("sample", "text.txt") == b"plain text\n"
    assert pkgutil.get_data("sample", "data/nested/two.txt") == b"two"
    assert pkgutil.get_data("sample.sub", "settings.json") == b'{"k": 1}'
    assert pkgutil.get_data("sample", "plain.py").startswith(b"import warnings")
    raises(OSError, pkgutil.get_data, "sample", "nope.txt")
