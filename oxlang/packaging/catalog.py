"""Known distributions: archives that can be named by Python version, triple and flavor.

The records are data (`catalog.json`); a file named by `OXL_PYTHON_CATALOG` with the same shape is looked at first, so
newer archives need no new oxl.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from oxlang.diagnostics import error
from oxlang.records import dataclass

LOCAL = "local"
FLAVORS = ("standalone", "standalone_static", "standalone_dynamic", LOCAL)
DEFAULT_VERSION = "3.10"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDistribution:
    """One archive.

    Attributes:
        python: `3.10`.
        version: `3.10.9`.
        release: release of the archives' project.
        triple: where it runs.
        profile: how it was built.
        extension_files: whether extension modules in files can be loaded; a static musl build cannot.
        sha256: of the archive.
        url: address; made from the release unless the record says it.
    """

    python: str
    version: str
    release: str
    triple: str
    profile: str
    extension_files: bool
    sha256: str
    url: str

    @property
    def file_name(self) -> str:
        """Name of the archive."""
        return self.url.rsplit("/", 1)[-1].replace("%2B", "+")


@lru_cache(maxsize=4)
def known_distributions(path: str | None = None) -> tuple[KnownDistribution, ...]:
    """Gives the records of a catalog file, of the shipped one by default. Raises OX0619 when it cannot be read."""
    file = Path(path) if path else Path(__file__).with_name("catalog.json")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        address = data["address"]
        return tuple(
            KnownDistribution(
                python=one["python"],
                version=one["version"],
                release=one["release"],
                triple=one["triple"],
                profile=one["profile"],
                extension_files=bool(one["extension_files"]),
                sha256=one["sha256"],
                url=one.get("url") or address.format(**one),
            )
            for one in data["records"]
        )
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise error("OX0619", f"the catalog of Python archives `{file}` cannot be read: {failure}") from None


def parse_flavor(text: str) -> str:
    """Gives a flavor with underscores. Raises OX0610 for an unknown one."""
    flavor = text.replace("-", "_")
    if flavor not in FLAVORS:
        raise error(
            "OX0610",
            f"distribution flavor {text} not recognized",
            help=f"known are {', '.join(FLAVORS)}",
        )
    return flavor


def find_distribution(
    triple: str,
    version: str | None = None,
    flavor: str = "standalone",
    environment: Mapping[str, str] | None = None,
) -> KnownDistribution | None:
    """Gives the first record of a triple and version that a flavor accepts, None when there is none."""
    flavor = parse_flavor(flavor)
    own = (environment or {}).get("OXL_PYTHON_CATALOG")
    wanted = version or DEFAULT_VERSION
    records: Sequence[KnownDistribution] = (
        *(known_distributions(own) if own else ()),
        *known_distributions(),
    )
    for one in records:
        if one.triple != triple or wanted not in (one.python, one.version):
            continue
        if flavor == "standalone" or one.extension_files == (flavor == "standalone_dynamic"):
            return one
    return None


def mirrored(url: str, environment: Mapping[str, str]) -> str:
    """Gives the address of a file at the mirror that `OXL_PYTHON_MIRROR` names, else the same address.

    The mirror has the releases' files under `RELEASE/FILE`, as the original has them.
    """
    mirror = environment.get("OXL_PYTHON_MIRROR")
    if not mirror:
        return url
    tail = "/".join(url.rsplit("/", 2)[-2:])
    return f"{mirror.rstrip('/')}/{tail}"
