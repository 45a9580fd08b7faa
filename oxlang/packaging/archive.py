"""Distributions from archives: verified, unpacked once, read.

Unpacked archives lie in `<cache>/python_distributions/python.<first 12 digits of the hash>`. An archive is unpacked into
a folder beside it that is renamed when it is whole, so a broken extraction is never taken for a good one. The whole hash
is kept beside the folder, so that another one with the same beginning is noticed. Full archives describe themselves in
`python/PYTHON.json`; install-only archives are asked through their interpreter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics import OxError, error
from oxlang.packaging.distribution import Distribution
from oxlang.records import replace

if TYPE_CHECKING:
    from oxlang.graph.demand import Demand
    from oxlang.packaging.catalog import KnownDistribution
    from oxlang.source import Span

FOLDER = "python_distributions"
_EXPECTED = frozenset({"build", "install", "lib", "licenses", "LICENSE.rst", "PYTHON.json"})
_SUFFIXES = (".tar.zst", ".tar.gz", ".tgz", ".tar.xz", ".tar")


def archive_distribution(
    *,
    sha256: str,
    path: str | None = None,
    url: str | None = None,
    flavor: str = "standalone",
    cache_dir: Path | str,
    environment: Mapping[str, str] | None = None,
    demand: Demand | None = None,
    origin: Span | None = None,
    warn: Callable[[str], None] | None = None,
    store: Path | None = None,
) -> Distribution:
    """Gives the distribution of an archive.

    Args:
        sha256: of the archive, 64 lower-case digits.
        path: an archive on this machine.
        url: where it is fetched from, when there is no path; `OXL_PYTHON_MIRROR` may replace the address.
        flavor: as named in the config.
        cache_dir: the cache.
        environment: the caller's variables.
        demand: what downloads.
        origin: the call.
        warn: takes warnings.
        store: where archives are kept and unpacked; `python_distributions` in the cache unless given.

    Raises OX0618 when the archive is missing, of another hash, or unreadable; OX0611 for hostile members; OX0612 and
    OX0613 for its description.
    """
    try:
        store = store or Path(cache_dir) / FOLDER
        folder = store / f"python.{sha256[:12]}"
        if not _is_unpacked(folder, sha256):
            archive = _obtain(sha256, path, url, store, environment or {}, demand, origin)
            extract(archive, folder, sha256)
        return read_folder(folder, identity=sha256, flavor=flavor, warn=warn)
    except OxError as failure:
        raise failure.at(origin) from None


def _is_complete(folder: Path) -> bool:
    return (folder / "python").is_dir()


def _is_unpacked(folder: Path, sha256: str) -> bool:
    """Whether an archive of this hash lies unpacked in a folder; older versions of oxl did not keep the whole hash."""
    return _is_complete(folder) and _kept_hash(folder) in ("", sha256)


def _kept_hash(folder: Path) -> str:
    try:
        return _hash_file(folder).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _hash_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sha256")


def _obtain(
    sha256: str,
    path: str | None,
    url: str | None,
    store: Path,
    environment: Mapping[str, str],
    demand: Demand | None,
    origin: Span | None,
) -> Path:
    """Gives a verified archive on this machine."""
    if path is not None:
        archive = Path(path)
        if not archive.is_file():
            raise _no_archive(archive)
        _check_name(archive.name)
        verify(archive, sha256)
        return archive
    assert url is not None
    name = url.rsplit("/", 1)[-1].replace("%2B", "+").split("?", 1)[0] or "python.tar.zst"
    kept = store / name
    if kept.is_file() and file_hash(kept) == sha256:
        return kept
    if environment.get("OXL_OFFLINE") == "1":
        raise error(
            "OX0618", f"the archive `{name}` has to be downloaded, and `OXL_OFFLINE=1` forbids it", argument="url",
            help=f"unset it, or put the archive into `{kept.parent}`",
        )  # fmt: skip
    if demand is None:
        raise error(
            "OX0618", f"the archive `{name}` has to be downloaded, and nothing may be downloaded here", argument="url"
        )
    return _download(sha256, url, name, kept, environment, demand, origin)


def _no_archive(path: Path) -> OxError:
    """Makes OX0618 for a path where no archive lies."""
    if path.is_dir():
        return error(
            "OX0618", f"`{path}` is a folder, not an archive", argument="local_path",
            help="name the archive itself; `oxl python-distribution-pack` makes one of an installed Python",
        )  # fmt: skip
    return error(
        "OX0618", f"the archive `{path}` does not exist", argument="local_path",
        help="a relative path counts from the working directory, then from the config's folder",
    )  # fmt: skip


def _check_name(name: str) -> None:
    if not name.endswith(_SUFFIXES):
        raise error(
            "OX0618", f"unhandled distribution format: {name}", help=f"known are {', '.join(_SUFFIXES)}",
            argument="local_path",
        )  # fmt: skip


def _download(
    sha256: str,
    url: str,
    name: str,
    kept: Path,
    environment: Mapping[str, str],
    demand: Demand,
    origin: Span | None,
) -> Path:
    from oxlang.graph.nodes import Artifact, Fetch
    from oxlang.packaging.catalog import mirrored

    node = Fetch(
        url=mirrored(url, environment),
        digest=sha256,
        filename=name,
        description=f"download {name}",
        origin=origin,
    )
    try:
        tree = demand.demand(Artifact(node), origin)
    except OxError as failure:
        if failure.diagnostic.code.id == "OX0707":
            raise _mismatch(name, sha256, failure.diagnostic.message) from None
        if failure.diagnostic.code.id == "OX0706":
            told = failure.diagnostic
            notes = (*told.notes, f"`OXL_PYTHON_MIRROR` names a mirror; an archive put into `{kept.parent}` is used as well")
            failure.diagnostic = replace(told, notes=notes)
        raise
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f"{kept.name}.{os.getpid()}.tmp")
    aside.write_bytes(demand.read(tree.file(name).digest))
    os.replace(aside, kept)
    return kept


def file_hash(path: Path) -> str:
    """Gives the SHA-256 of a file."""
    from hashlib import sha256  # The fast one, which takes 3 ms to load.

    running = sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            running.update(chunk)
    return running.hexdigest()


def verify(archive: Path, sha256: str) -> None:
    """Raises OX0618 when an archive has another hash."""
    found = file_hash(archive)
    if found != sha256:
        raise _mismatch(archive.name, sha256, f"it is {found}")


def _mismatch(name: str, sha256: str, found: str) -> OxError:
    return error(
        "OX0618",
        f"sha256 of Python distribution does not validate: `{name}`",
        notes=(f"expected {sha256}", found),
        help="get the archive again, or correct the hash in the config",
        argument="sha256",
    )


def extract(archive: Path, folder: Path, sha256: str) -> None:
    """Unpacks a verified archive to a folder of the cache; several processes may want the same at once."""
    import shutil

    from oxlang.packaging.unpack import unpack

    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / "distribution-extract-lock"):
        if _is_unpacked(folder, sha256):
            return
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        for left in folder.parent.glob(f".{folder.name}.*"):
            # Of a process that was killed: the lock says that nobody else is at it.
            shutil.rmtree(left, ignore_errors=True)
        try:
            unpack(archive, aside)
            if not _is_complete(aside):
                raise error("OX0613", f"`{archive.name}` has no folder `python`")
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(aside, folder)
            _hash_file(folder).write_text(sha256 + "\n", encoding="ascii")
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock while the body runs; on systems without `fcntl` the rename alone has to do."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(path, "a+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def read_folder(
    folder: Path, *, identity: str, flavor: str = "standalone", warn: Callable[[str], None] | None = None
) -> Distribution:
    """Gives the distribution of an unpacked archive: a folder with `python/` in it."""
    from oxlang.packaging.compose import with_libpython
    from oxlang.packaging.python_json import read_python_json

    root = folder / "python"
    description = root / "PYTHON.json"
    if not description.is_file():
        return _install_only(root, identity, flavor)
    if warn is not None:
        for name in sorted({entry.name for entry in root.iterdir()} - _EXPECTED):
            warn(f"the Python distribution has an unknown entry `{name}`")
    try:
        data = json.loads(description.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise error("OX0613", f"`PYTHON.json` of the distribution cannot be read: {failure}") from None
    found = read_python_json(data, root, kind="archive", identity=identity, warn=warn)
    found = _completed(with_libpython(replace(found, flavor=flavor)))
    if warn is not None and found.bitcode:
        how = "libpython is linked dynamically" if found.shared_lib else "programs cannot be linked with it"
        warn(f"the object files of Python {found.version} are LLVM bitcode, which only the LLVM that made them reads; {how}")
    return found


def _completed(found: Distribution) -> Distribution:
    """Adds what a description does not say: whether the archive fits position-independent programs, the soname."""
    from oxlang.packaging.elf import ElfError, is_bitcode_archive, is_position_independent, read_elf_facts

    changes: dict[str, object] = {}
    if found.static_lib and found.static_lib_pic is None and found.platform.is_linux:
        archive = found.path(found.static_lib)
        try:
            changes["static_lib_pic"] = is_position_independent(archive)
            changes["bitcode"] = found.bitcode or is_bitcode_archive(archive)
        except (ElfError, OSError, ValueError):
            pass
    if found.shared_lib and found.platform.is_linux:
        try:
            changes["soname"] = read_elf_facts(found.path(found.shared_lib)).soname or found.soname
        except (ElfError, OSError):
            pass
    return replace(found, **changes) if changes else found  # type: ignore[arg-type]  # names are fields


def _install_only(root: Path, identity: str, flavor: str) -> Distribution:
    """Describes an archive without `PYTHON.json` by asking its interpreter."""
    from oxlang.packaging.local import describe

    for place in ("bin/python3", "python.exe", "install/bin/python3"):
        if (root / place).is_file():
            found = describe(root / place)
            return replace(found, kind="archive", identity=identity, flavor=flavor)
    raise error(
        "OX0613",
        "the archive has neither `PYTHON.json` nor an interpreter",
        help="use a full or install-only archive of python-build-standalone, or one of `oxl python-distribution-pack`",
    )


def default_distribution(
    version: str | None,
    *,
    triple: str,
    host_triple: str,
    flavor: str = "standalone",
    environment: Mapping[str, str],
    cache_dir: Path | str,
    demand: Demand | None = None,
    origin: Span | None = None,
    store: Path | None = None,
) -> Distribution:
    """Gives the distribution that a config gets without naming one.

    For this machine: an interpreter that `OXL_PYTHON` or `PYO3_PYTHON` names, else an archive of the catalog that oxl
    unpacked into the cache before, else an installed Python (the only choice with the flavor `local`). For another
    platform, or when no installed one fits, an archive of the catalog, fetched when that is not forbidden.
    Archives are kept and unpacked in `store`, by default in the cache.

    Raises OX0601 when there is none, or for a version that the runtime cannot embed.
    """
    from oxlang.packaging.catalog import LOCAL, find_distribution, parse_flavor
    from oxlang.packaging.describe import OLDEST
    from oxlang.packaging.local import local_distribution

    flavor = parse_flavor(flavor)
    if version is not None and tuple(int(part) for part in version.rstrip("t").split(".")[:2]) < OLDEST:
        raise error(
            "OX0601",
            f"Python {version} cannot be embedded; 3.9 is the oldest that can",
            span=origin,
            help="ask for Python 3.10 or newer (3.9 works, but is not promised)",
        )
    folder = store or Path(cache_dir) / FOLDER
    named = environment.get("OXL_PYTHON") or environment.get("PYO3_PYTHON")
    cached = flavor != LOCAL and not named and _unpacked_before(folder, triple, version, flavor, environment)
    problem: OxError | None = None
    if triple == host_triple and not cached:
        try:
            return local_distribution(version, environment, cache_dir=Path(cache_dir))
        except OxError as failure:
            if environment.get("OXL_PYTHON"):  # Somebody chose; another Python would be a surprise.
                raise failure.at(origin) from None
            problem = failure
    known = None if flavor == LOCAL else find_distribution(triple, version, flavor, environment)
    forbidden = environment.get("OXL_OFFLINE") == "1"
    if known is None or (forbidden and not _is_at_hand(folder, known)):
        raise _nothing_fits(known, triple, version, flavor, problem).at(origin)
    return archive_distribution(
        sha256=known.sha256,
        url=known.url,
        flavor=flavor,
        cache_dir=cache_dir,
        environment=environment,
        demand=demand,
        origin=origin,
        store=folder,
    )


def _unpacked_before(
    folder: Path, triple: str, version: str | None, flavor: str, environment: Mapping[str, str]
) -> bool:
    """Whether the archive that a request would fetch was unpacked by oxl; the catalog is read only if any was."""
    try:
        if not any(name.endswith(".sha256") for name in os.listdir(folder)):
            return False
    except OSError:
        return False
    from oxlang.packaging.catalog import find_distribution

    known = find_distribution(triple, version, flavor, environment)
    if known is None:
        return False
    place = folder / f"python.{known.sha256[:12]}"
    return _is_complete(place) and _kept_hash(place) == known.sha256


def _is_at_hand(folder: Path, known: KnownDistribution) -> bool:
    """Whether an archive of the catalog can be used without a network."""
    kept = folder / known.file_name
    return _is_unpacked(folder / f"python.{known.sha256[:12]}", known.sha256) or kept.is_file()


def _nothing_fits(
    known: KnownDistribution | None, triple: str, version: str | None, flavor: str, problem: OxError | None
) -> OxError:
    """Makes OX0601; what was wrong with the installed Pythons says more than that there is no archive."""
    if problem is not None:
        return problem
    wanted = f"Python {version}" if version else "a Python"
    if flavor == "local":
        return error(
            "OX0601", f"{wanted} for {triple} cannot be a local one: an installed Python is for this machine only",
            help='leave the flavor out, or say "standalone"',
        )  # fmt: skip
    if known is not None:
        return error(
            "OX0601", f"{wanted} for {triple} has to be downloaded, and `OXL_OFFLINE=1` forbids it",
            help=f"unset it, or put `{known.file_name}` into the folder `{FOLDER}` of the cache",
        )  # fmt: skip
    from oxlang.packaging.catalog import known_distributions

    triples = sorted({one.triple for one in known_distributions()})
    help = (
        "name an archive with `PythonDistribution(sha256=…, local_path=…)`; `oxl python-distribution-pack` makes one of an "
        "installation for that platform"
    )
    if triple not in triples:
        alike = [one for one in triples if one.partition("-")[0] == triple.partition("-")[0]]
        help = f"triples of known archives are {', '.join(alike or triples)}"
    return error(
        "OX0601",
        f"could not find default Python distribution for {triple}" + (f" and Python {version}" if version else ""),
        help=help,
    )
