"""The nearest known name, for "did you mean"."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Gives the known name that `name` most likely means, or None when none is close.

    Close means an edit distance (insert, delete, replace, swap of neighbours) of at most a third of the length,
    at least one; a difference in letter case or underscores alone always counts as close. Ties go to the first in
    sorted order, so the hint does not depend on the order of the names. A single letter is close to nothing but itself
    in another case, and of two letters both have to be there.
    """
    folded = _fold(name)
    best: tuple[int, str] | None = None
    limit = max(1, len(name) // 3)
    for candidate in sorted(set(known)):
        if candidate == name:
            continue
        if _fold(candidate) == folded:
            return candidate
        if abs(len(candidate) - len(name)) > limit or min(len(candidate), len(name)) < 2:
            continue  # any other letter would be as close as a single one
        if len(name) == len(candidate) == 2 and name[0] != candidate[1]:
            continue
        far = _distance(name, candidate, limit)
        if far <= limit and (best is None or far < best[0]):
            best = (far, candidate)
    return best[1] if best else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Gives the help text "did you mean `…`?" or None."""
    found = nearest(name, known)
    return f"did you mean `{found}`?" if found else None


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _distance(left: str, right: str, limit: int) -> int:
    """Optimal string alignment distance; stops early with `limit + 1`."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return row[-1]
