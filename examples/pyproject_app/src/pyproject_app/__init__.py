"""Shows the version that its own metadata has, and a TOML document made by a dependency."""

import importlib.metadata

import tomlkit


def main() -> int:
    """Prints both."""
    print(importlib.metadata.version("pyproject-app"))
    document = tomlkit.document()
    document["answer"] = 42
    print(tomlkit.dumps(document).strip())
    return 0
