"""Which releases of Linux distributions have a version of glibc or of GCC's runtime: facts of their package lists."""

from __future__ import annotations

# Oldest first. The numbers are those of the C library, and of libgcc_s, in the release as first published.
GLIBC: dict[str, tuple[tuple[str, str], ...]] = {
    "Debian": (("7", "2.13"), ("8", "2.19"), ("9", "2.24"), ("10", "2.28"), ("11", "2.31"), ("12", "2.36"), ("13", "2.41")),
    "Fedora": (
        ("16", "2.14"), ("17", "2.15"), ("18", "2.16"), ("19", "2.17"), ("20", "2.18"), ("21", "2.20"), ("22", "2.21"),
        ("23", "2.22"), ("24", "2.23"), ("25", "2.24"), ("26", "2.25"), ("27", "2.26"), ("28", "2.27"), ("29", "2.28"),
        ("30", "2.29"), ("31", "2.30"), ("32", "2.31"), ("33", "2.32"), ("34", "2.33"), ("35", "2.34"), ("36", "2.35"),
        ("37", "2.36"), ("38", "2.37"), ("39", "2.38"), ("40", "2.39"), ("41", "2.40"), ("42", "2.41"),
    ),
    "openSUSE": (
        ("13.1", "2.18"), ("13.2", "2.19"), ("42.1", "2.19"), ("42.2", "2.22"), ("15.0", "2.26"), ("15.3", "2.31"),
        ("15.6", "2.38"),
    ),
    "RHEL": (("6", "2.12"), ("7", "2.17"), ("8", "2.28"), ("9", "2.34"), ("10", "2.39")),
    "Ubuntu": (
        ("12.04", "2.15"), ("14.04", "2.19"), ("16.04", "2.23"), ("18.04", "2.27"), ("20.04", "2.31"), ("22.04", "2.35"),
        ("24.04", "2.39"), ("25.04", "2.41"),
    ),
}  # fmt: skip
GCC: dict[str, tuple[tuple[str, str], ...]] = {
    "Debian": (("7", "4.7"), ("8", "4.9"), ("9", "6.3"), ("10", "8.3"), ("11", "10.2"), ("12", "12.2"), ("13", "14.2")),
    "Fedora": (
        ("16", "4.6"), ("17", "4.7"), ("19", "4.8"), ("21", "4.9"), ("22", "5.1"), ("24", "6.1"), ("26", "7.1"),
        ("28", "8.0"), ("30", "9.0"), ("32", "10.0"), ("34", "11.0"), ("36", "12.0"), ("38", "13.0"), ("40", "14.0"),
        ("42", "15.0"),
    ),
    "openSUSE": (("13.1", "4.8"), ("42.1", "5.2"), ("42.2", "6.2"), ("15.0", "8.1"), ("15.2", "10.1"), ("15.4", "11.2"), ("15.5", "12.2"), ("15.6", "13.2")),
    "RHEL": (("6", "4.4"), ("7", "4.8"), ("8", "8.2"), ("9", "11.2"), ("10", "14.2")),
    "Ubuntu": (
        ("12.04", "4.6"), ("14.04", "4.8"), ("16.04", "5.3"), ("18.04", "7.3"), ("20.04", "10.0"), ("22.04", "11.2"),
        ("24.04", "14.0"),
    ),
}  # fmt: skip


def version_key(text: str) -> tuple[int, ...]:
    """Gives a version as numbers, for comparing."""
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def oldest_releases(prefix: str, version: str) -> list[str] | None:
    """Gives a line per distribution: its oldest release with a version of `GLIBC` or `GCC`; None for other prefixes."""
    table = {"GLIBC": GLIBC, "GCC": GCC}.get(prefix)
    if table is None:
        return None
    wanted = version_key(version)
    lines: list[str] = []
    for distribution, releases in table.items():
        found = next((release for release, has in releases if version_key(has) >= wanted), None)
        lines.append(f"{distribution} {found}" if found else f"No known {distribution} versions supported")
    return lines
