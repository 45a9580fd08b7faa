"""Builds targets of an evaluated config and places their outputs."""

from __future__ import annotations

from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from oxlang.dialect.plan import BuildPlan
    from oxlang.graph.tree import Tree
    from oxlang.workspace.evaluate import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One target whose outputs are in place.

    Attributes:
        target: its name.
        place: absolute path of the folder of the outputs: `<build path>/<triple>/<profile>/<target>`.
        tree: what was placed.
        changed: whether anything on disk had to be changed.
        run: path in that folder of the program that `oxl run` starts, if there is one.
        executed: how many actions the build of all targets ran.
    """

    target: str
    place: str
    tree: Tree
    changed: bool
    run: str | None
    executed: int

    @property
    def folder(self) -> Path:
        """Where the outputs are."""
        from pathlib import Path

        return Path(self.place)

    @property
    def program(self) -> Path | None:
        """Absolute path of the program that `oxl run` starts, if there is one."""
        return self.folder / self.run if self.run else None


def build(session: Session, names: Sequence[str] = ()) -> list[Built]:
    """Builds targets and places their outputs, in order.

    Args:
        session: the evaluated config.
        names: targets; none means those that evaluation resolved for the command.

    Raises OX0503 for a value that cannot be built, OX0504 for a target that was not resolved, and what the build
    itself raises; then nothing is placed.
    """
    plans = session.plans(names)
    wanted = [plan for plan in plans if plan.artifact is not None]
    if not wanted:
        return []
    engine = session.engine
    trees = engine.build([plan.artifact for plan in wanted if plan.artifact is not None])
    return [_place(session, plan, tree) for plan, tree in zip(wanted, trees, strict=True)]


def _place(session: Session, plan: BuildPlan, tree: Tree) -> Built:
    from oxlang.cargo.placing import located
    from oxlang.workspace.outputs import Placer

    folder = session.context.target_directory(plan.name)
    store = session.engine.store
    placed = located(tree, folder, store.read, store.put)
    changed = Placer(store, session.engine.disk).place(placed, folder, clear=plan.clears)
    return Built(
        target=plan.name,
        place=folder,
        tree=tree,
        changed=changed,
        run=plan.run,
        executed=session.engine.executed,
    )
