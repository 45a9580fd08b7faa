"""Which extension modules of a distribution a program takes, and in which variant (dialect.md, section 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution, ExtensionVariant
    from oxlang.packaging.policy import PackagingPolicy

# System libraries of Windows that say nothing about the licence of what links them (dialect.md, section 7.3).
HARMLESS_LIBRARIES = frozenset({"cabinet", "iphlpapi", "msi", "rpcrt4", "rt", "winmm", "ws2_32"})

# `binascii` can use zlib for checksums and does so in most builds that are installed on machines; the archives that
# configs were written for have it without. Filters by library therefore do not count that link.
_OPTIONAL_LINKS = {"binascii": frozenset({"z"})}


def chosen_extensions(distribution: Distribution, policy: PackagingPolicy) -> list[tuple[str, str]]:
    """Gives name and variant of the extension modules that a policy takes, by name.

    Required and built-in ones are always taken; the filter decides about the others.
    """
    preferred = policy.preferred_extension_module_variants
    broken = set(policy.broken_extensions)
    taken: list[tuple[str, str]] = []
    for name, variants in sorted(distribution.extensions.items()):
        if name in broken or not variants:
            continue
        always = [one for one in variants if one.in_core or one.required]
        if always:
            taken.append((name, _preferred(always, preferred.get(name)).variant))
            continue
        one = _preferred(list(variants), preferred.get(name))
        if _passes(name, one, policy.extension_module_filter):
            taken.append((name, one.variant))
    return taken


def _preferred(variants: list[ExtensionVariant], wanted: str | None) -> ExtensionVariant:
    return next((one for one in variants if one.variant == wanted), variants[0])


def _passes(name: str, one: ExtensionVariant, chosen: str) -> bool:
    if chosen == "all":
        return True
    if chosen == "minimal":
        return False
    links = {link.name for link in one.links} - _OPTIONAL_LINKS.get(name, frozenset())
    if not links:
        return True
    if chosen == "no-libraries":
        return False
    if links <= HARMLESS_LIBRARIES:
        return True
    if one.license_public_domain:
        return True
    from oxlang.packaging.spdx import can_avoid_copyleft

    return bool(one.licenses) and all(can_avoid_copyleft(text) for text in one.licenses or ())
