"""The licence report: which software is in a program, under which terms (rust-project.md, section 8).

A *component* is a plain dictionary, because crates come from another room:

    {"kind": "distribution" | "package" | "library" | "crate", "name", "version", "spdx": EXPRESSION or "",
     "terms": [texts that are no SPDX], "public_domain": bool, "authors": […], "homepage", "source",
     "texts": [[file name, text], …]}

Nothing is dropped: what has no licence, or terms that are unknown, stands in the report as that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from oxlang.graph.nodes import Artifact, Compute

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.scan import Scan
    from oxlang.source import Span

LICENSES, LICENSES_VERSION = "packaging.licenses", 2
REPORT_FILE = "COPYING.txt"
Component = dict[str, Any]

# Our own table: licences of the libraries that CPython's extension modules commonly link. A distribution that says
# something itself is believed instead.
LIBRARY_LICENSES: dict[str, str] = {
    "ssl": "Apache-2.0",
    "crypto": "Apache-2.0",
    "z": "Zlib",
    "bz2": "bzip2-1.0.6",
    "ffi": "MIT",
    "lzma": "0BSD",
    "uuid": "BSD-3-Clause",
    "expat": "MIT",
    "ncursesw": "X11-distribute-modifications-variant",
    "ncurses": "X11-distribute-modifications-variant",
    "tinfo": "X11-distribute-modifications-variant",
    "panelw": "X11-distribute-modifications-variant",
    "panel": "X11-distribute-modifications-variant",
    "readline": "GPL-3.0-or-later",
    "gdbm": "GPL-3.0-or-later",
    "gdbm_compat": "GPL-3.0-or-later",
    "crypt": "LGPL-2.1-or-later",
    "nsl": "LGPL-2.1-or-later",
    "tirpc": "BSD-3-Clause",
    "sqlite3": "blessing",
    "tcl8.6": "TCL",
    "tk8.6": "TCL",
    "mpdec": "BSD-2-Clause",
    "zstd": "BSD-3-Clause",
    "db-5.3": "Sleepycat",
}

_CLASSIFIERS: dict[str, str] = {
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "ISC License (ISCL)": "ISC",
    "The Unlicense (Unlicense)": "Unlicense",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "Zope Public License": "ZPL-2.1",
    "zlib/libpng License": "Zlib",
    "Academic Free License (AFL)": "AFL-3.0",
    "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "Universal Permissive License (UPL)": "UPL-1.0",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "Public Domain": "",
}

# Full names and common spellings in `License:` headers.
_SPELLINGS: dict[str, str] = {
    "mit": "MIT",
    "mit license": "MIT",
    "the mit license": "MIT",
    "expat": "MIT",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "psf": "PSF-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "mpl 2.0": "MPL-2.0",
    "mpl2": "MPL-2.0",
    "mozilla public license 2.0": "MPL-2.0",
    "isc": "ISC",
    "isc license": "ISC",
    "lgpl": "LGPL-2.1-or-later",
    "gplv2": "GPL-2.0-only",
    "gplv3": "GPL-3.0-only",
    "gpl": "GPL-2.0-or-later",
    "unlicense": "Unlicense",
    "the unlicense": "Unlicense",
    "zpl 2.1": "ZPL-2.1",
    "zlib": "Zlib",
    "hpnd": "HPND",
}


def known_library_licenses(names: Sequence[str]) -> tuple[str, ...] | None:
    """Gives the licences of an extension module that links these libraries; None when one is not in our table."""
    found = ["Python-2.0"]
    for name in names:
        if name not in LIBRARY_LICENSES:
            return None
        found.append(LIBRARY_LICENSES[name])
    return tuple(dict.fromkeys(found))


def license_report(
    distribution: Distribution,
    scans: Iterable[Scan],
    components: Sequence[Component],
    *,
    extensions: Collection[tuple[str, str]] | None = None,
    origin: Span | None = None,
    name: str = "",
) -> Artifact:
    """Gives the report as `{"COPYING.txt"}`.

    Args:
        distribution: its own licence and those of its extension modules.
        scans: packages whose metadata is looked at.
        components: further components, such as crates.
        extensions: name and variant of the extension modules that the program has; None for all.
    """
    from oxlang.graph.compute import canonical

    inputs = [(f"scan-{number}", one.tree) for number, one in enumerate(scans) if not one.is_stdlib]
    params = {
        "distribution": distribution_components(distribution, extensions),
        "components": list(components),
        "name": name,
    }
    node = Compute(
        function=LICENSES,
        version=LICENSES_VERSION,
        params=canonical(params),
        inputs=tuple(inputs),
        description=f"licence report of {name}".strip(),
        origin=origin,
    )
    return Artifact(node)


def distribution_components(
    distribution: Distribution, extensions: Collection[tuple[str, str]] | None = None
) -> list[Component]:
    """Gives the components of a distribution: Python itself, then the libraries of its extension modules.

    Args:
        distribution: the distribution.
        extensions: name and variant of the extension modules that count; None for all.
    """
    text = ""
    if distribution.license_path:
        try:
            text = distribution.path(distribution.license_path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
    found: list[Component] = [
        {
            "kind": "distribution",
            "name": "Python",
            "version": distribution.version,
            "spdx": " OR ".join(distribution.licenses or ()),
            "homepage": "https://www.python.org/",
            "authors": ["Python Software Foundation"],
            "texts": [["LICENSE", text]] if text else [],
        }
    ]
    libraries: dict[str, Component] = {}
    for variants in distribution.extensions.values():
        for one in variants:
            if extensions is not None and (one.name, one.variant) not in extensions:
                continue
            for link in one.links:
                known = LIBRARY_LICENSES.get(link.name, "")
                libraries.setdefault(
                    link.name,
                    {
                        "kind": "library",
                        "name": link.name,
                        "version": "",
                        "spdx": known,
                        "remark": "licence from oxlang's own table" if known else "no licence information",
                    },
                )
    return found + [libraries[name] for name in sorted(libraries)]


def compute_licenses(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Reads the metadata of packages and writes the report."""
    from oxlang.graph.tree import FileEntry, Tree

    packages: dict[str, Component] = {}
    for _, tree in sorted(inputs.items()):
        for one in package_components(tree, context):
            packages.setdefault(f"{one['name'].lower()} {one['version']}", one)
    own = params["distribution"]
    crates = sorted(
        (one for one in params["components"]), key=lambda one: (one["name"], one.get("version", ""))
    )
    components = [own[0], *(packages[key] for key in sorted(packages)), *own[1:], *crates]
    return Tree.of({REPORT_FILE: FileEntry(context.put(license_document(components).encode()))})


def package_components(tree: Tree, context: ComputeContext) -> list[Component]:
    """Gives a component for each metadata folder at the root of a tree."""
    from oxlang.graph.tree import FileEntry
    from oxlang.graph.tree import Tree as TreeType

    found: list[Component] = []
    for folder, entry in tree.entries.items():
        if not folder.endswith((".dist-info", ".egg-info")) or not isinstance(entry, TreeType):
            continue
        metadata = entry.get("METADATA") or entry.get("PKG-INFO")
        if not isinstance(metadata, FileEntry):
            continue
        texts: list[list[str]] = []
        for path, one in entry.walk():
            base = path.rsplit("/", 1)[-1].upper()
            if isinstance(one, FileEntry) and base.startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE")):
                texts.append([path, context.read(one.digest).decode("utf-8", "replace")])
        component = metadata_component(context.read(metadata.digest))
        if component is not None:
            component["texts"] = texts
            found.append(component)
    return found


def metadata_component(content: bytes) -> Component | None:
    """Makes a component of a METADATA or PKG-INFO file; None without a name."""
    from oxlang.packaging.scan import read_headers

    headers = read_headers(content)
    if not headers.get("name"):
        return None
    expressions, terms, public = _licenses_of(headers)
    authors = [
        one
        for key in ("author", "author-email", "maintainer", "maintainer-email")
        for one in headers.get(key, [])
        if one and one != "UNKNOWN"
    ]
    return {
        "kind": "package",
        "name": headers["name"][0],
        "version": headers.get("version", [""])[0],
        # One unknown text makes the whole project unknown.
        "spdx": "" if terms else " OR ".join(expressions),
        "terms": terms,
        "public_domain": public and not expressions and not terms,
        "authors": authors,
        "homepage": next(iter(headers.get("home-page", [])), "") or _homepage(headers),
        "texts": [],
    }


def _homepage(headers: Mapping[str, list[str]]) -> str:
    for value in headers.get("project-url", []):
        label, _, url = value.partition(",")
        if label.strip().lower() in ("homepage", "home", "repository", "source", "source code", "github"):
            return url.strip()
    return ""


def _licenses_of(headers: Mapping[str, list[str]]) -> tuple[list[str], list[str], bool]:
    """Gives SPDX expressions, unknown texts, and whether the public domain is named."""
    from oxlang.packaging.spdx import is_expression

    if expression := headers.get("license-expression"):
        return [expression[0]], [], False
    expressions: list[str] = []
    terms: list[str] = []
    public = False
    for value in headers.get("classifier", []):
        if not value.startswith("License ::"):
            continue
        last = value.split("::")[-1].strip()
        if last == "Public Domain":
            public = True
        elif _CLASSIFIERS.get(last):
            expressions.append(_CLASSIFIERS[last])
        elif last != "OSI Approved":
            terms.append(last)
    for value in headers.get("license", []):
        text = " ".join(value.split())
        if not text or text == "UNKNOWN" or len(text) > 120:
            continue
        if is_expression(text):
            # The header is more exact than a classifier such as "BSD License".
            expressions = [text]
        elif text.lower().rstrip(".") in _SPELLINGS:
            expressions = expressions or [_SPELLINGS[text.lower().rstrip(".")]]
        elif "public domain" in text.lower():
            public = True
        elif not expressions:
            terms.append(text)
    return list(dict.fromkeys(expressions)), list(dict.fromkeys(terms)) if not expressions else [], public


def license_summary(components: Sequence[Component]) -> str:
    """Gives the summary: counts, and a table by licence."""
    from oxlang.packaging.spdx import is_copyleft, is_fsf_free, is_osi_approved, licence_ids

    counts: dict[str, int] = {}
    for one in components:
        for identifier in dict.fromkeys(licence_ids(one.get("spdx", ""))):
            counts[identifier] = counts.get(identifier, 0) + 1
    lacking = [one for one in components if _status(one) == "none"]
    unknown = [one for one in components if _status(one) == "unknown"]
    public = [one for one in components if one.get("public_domain")]
    copyleft = [one for one in components if any(map(is_copyleft, licence_ids(one.get("spdx", ""))))]
    title = "Software Licensing Summary"
    lines = [title, "=" * len(title), ""]
    lines += [
        f"{len(components)} distinct software components",
        f"{len(lacking)} lack a known software license",
        f"{len(unknown)} have unknown license expressions",
        f"{len(counts)} distinct SPDX licenses",
        f"{len(public)} components in the public domain",
        f"{len(copyleft)} have copyleft licenses",
        "",
        "Count   OSI   FSF-free   Copyleft   SPDX License",
    ]
    for identifier in sorted(counts, key=lambda one: (-counts[one], one)):
        marks = (is_osi_approved(identifier), is_fsf_free(identifier), is_copyleft(identifier))
        osi, fsf, left = ("[x]" if mark else "[ ]" for mark in marks)
        lines.append(f"{counts[identifier]:>5}   {osi}     {fsf}        {left}       {identifier}")
    return "\n".join(lines) + "\n"


def noteworthy(components: Sequence[Component]) -> str:
    """Gives a bullet for each component without licence, with unknown terms or with copyleft; may be empty."""
    from oxlang.packaging.spdx import can_avoid_copyleft, is_copyleft, licence_ids

    lines: list[str] = []
    for one in components:
        label = component_title(one)
        status = _status(one)
        if status == "none":
            lines.append(f"* {label} has no known license")
        elif status == "unknown":
            lines.append(f"* {label} has unknown terms: {', '.join(one['terms'])}")
        elif any(map(is_copyleft, licence_ids(one.get("spdx", "")))):
            how = "as an alternative" if can_avoid_copyleft(one["spdx"]) else "exclusively"
            lines.append(f"* {label} has a copyleft license ({how}): {one['spdx']}")
    return "\n".join(lines) + "\n" if lines else ""


def _status(one: Component) -> str:
    if one.get("spdx") or one.get("public_domain"):
        return "known"
    return "unknown" if one.get("terms") else "none"


def component_title(one: Component) -> str:
    """Gives a component's heading, such as `Rust crate pyembed 0.1.0`."""
    words = {"distribution": "", "package": "Python package ", "library": "Library ", "crate": "Rust crate "}
    version = f" {one['version']}" if one.get("version") else ""
    return f"{words.get(one['kind'], '')}{one['name']}{version}"


def license_document(components: Sequence[Component], *, with_noteworthy: bool = False) -> str:
    """Gives the whole report: summary, components with their texts, SPDX texts."""
    from oxlang.packaging.spdx import exception_ids, licence_ids

    out = [license_summary(components), ""]
    if with_noteworthy and (notes := noteworthy(components)):
        out += ["Noteworthy", "==========", "", notes]
    out += ["Software Components", "===================", ""]
    printed: dict[str, str] = {}
    identifiers: dict[str, None] = {}
    for one in components:
        title = component_title(one)
        out += [title, "-" * len(title), ""]
        for author in one.get("authors", ()):
            out.append(f"Author: {author}")
        for label, key in (("Homepage", "homepage"), ("Source", "source")):
            if one.get(key):
                out.append(f"{label}: {one[key]}")
        out.append(_license_line(one))
        expression = one.get("spdx", "")
        identifiers.update(dict.fromkeys([*licence_ids(expression), *exception_ids(expression)]))
        for file, text in one.get("texts", ()):
            key = " ".join(text.split())
            if key in printed:
                out += ["", f"The text of {file} is the same as that of {printed[key]}, see there."]
                continue
            printed[key] = f"{file} of {title}"
            out += ["", f"{file}:", "-" * 80, text.rstrip("\n"), "-" * 80]
        out.append("")
    if identifiers:
        out += ["SPDX License Texts", "==================", "", *_spdx_texts(sorted(identifiers))]
    return "\n".join(out).rstrip("\n") + "\n"


def _spdx_texts(identifiers: Sequence[str]) -> list[str]:
    """Gives the full texts of licences and exceptions; a text that several have stands there once."""
    from oxlang.packaging.spdx import full_name, license_text

    lines: list[str] = []
    printed: dict[str, str] = {}
    for identifier in identifiers:
        lines.append(f"{identifier} / {full_name(identifier)}")
        text = license_text(identifier)
        if text is None:
            place = "" if identifier.startswith("LicenseRef-") else f"; see https://spdx.org/licenses/{identifier}.html"
            lines += [f"    The text is not included here{place}", ""]
        elif text in printed:
            lines += [f"    The text is the same as that of {printed[text]}, see there.", ""]
        else:
            printed[text] = identifier
            lines += ["-" * 80, text.rstrip("\n"), "-" * 80, ""]
    return lines


def _license_line(one: Component) -> str:
    remark = f" ({one['remark']})" if one.get("remark") else ""
    if one.get("spdx"):
        return f"Licensed under: {one['spdx']}{remark}"
    if one.get("public_domain"):
        return "Licensing: public domain"
    if one.get("terms"):
        return f"Licensing: unknown terms: {', '.join(one['terms'])}"
    return f"Licensing: no license found{remark}"
