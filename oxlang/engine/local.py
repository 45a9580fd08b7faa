"""Runs an action on this machine: sandbox, tokens, environment, process, outputs."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from oxlang.diagnostics.model import Label, OxError, diagnostic, error
from oxlang.engine.cancel import CancelToken
from oxlang.engine.disk import disk_error, full_disk, says_full
from oxlang.engine.sandbox import Sandbox, collect
from oxlang.engine.store import BlobStore
from oxlang.graph.action import Action, ActionResult
from oxlang.graph.nodes import FailureHint, Run
from oxlang.graph.tree import FileEntry, Tree, merge

Keep = Literal["never", "failure", "always"]

SOURCE_DATE_EPOCH = "1577836800"
"""2020-01-01; late enough for archive formats whose times begin in 1980."""

_SHOWN_LINES = 20
_TOKEN = re.compile(r"\{(tool|cache):([^{}]+)\}|\{sandbox\}")
_NETWORK_NAMES = {
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "ftp_proxy",
    "ssl_cert_file",
    "ssl_cert_dir",
    "requests_ca_bundle",
    "curl_ca_bundle",
    "cargo_home",
    "rustup_home",
    "rustup_toolchain",
    "netrc",
}
_NETWORK_PREFIXES = ("pip_", "uv_", "cargo_http_", "cargo_net_", "cargo_registr", "cargo_source_")


class LocalExecutor:
    """Runs `Run` nodes as processes of this machine.

    Args:
        store: where inputs come from and outputs go.
        caches: folder of the append-only caches.
        host_env: the host's environment, for what nodes let through.
        keep: when sandboxes are kept for inspection.
    """

    def __init__(
        self, store: BlobStore, caches: Path, host_env: Mapping[str, str], keep: Keep = "never"
    ) -> None:
        self._store = store
        self._caches = caches
        self._host_env = host_env
        self._keep = keep

    def execute(
        self, node: Run, action: Action, on_line: Callable[[str], None], cancel: CancelToken
    ) -> ActionResult:
        """Runs the process. Raises OX0701 (or the node's own hint) when it fails, OX0705 when outputs are missing."""
        hint = node.failure
        if hint is not None and hint.at_once:
            raise error(hint.code, hint.message, help=hint.help).at(node.origin)
        begin = time.monotonic()
        with Sandbox(keep=self._keep == "always") as sandbox:
            self._store.materialise(action.input_root, sandbox.root, link=node.read_only_inputs)
            folder = sandbox.root / node.working_directory
            self._make_folders(node, sandbox, folder)
            argv = [self._expand(one, node, sandbox) for one in node.argv]
            env = self._environment(node, sandbox)
            exit_code = self._start(node, argv, env, folder, sandbox, on_line, cancel)
            if exit_code != 0:
                sandbox.keep = sandbox.keep or self._keep == "failure"
                raise _failed(node, argv, exit_code, sandbox)
            try:
                output = collect(sandbox.root, node.outputs, self._store)
            except OxError as problem:
                sandbox.keep = sandbox.keep or self._keep == "failure"
                raise problem.at(node.origin) from None
            if node.stdout_path:
                stdout = FileEntry(self._store.put_file(sandbox.stdout, move=True))
                output = merge(output, Tree.of({node.stdout_path: stdout}))
            stderr = self._store.put_file(sandbox.stderr, move=True)
        return ActionResult(output=output, stderr=stderr, seconds=time.monotonic() - begin)

    def _make_folders(self, node: Run, sandbox: Sandbox, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for output in node.outputs:
                path = output.removesuffix("?").strip("/")
                (sandbox.root / path).parent.mkdir(parents=True, exist_ok=True)
            for name in node.append_only:
                self._cache(name).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise disk_error(problem, "preparing the sandbox") from problem

    def _start(
        self,
        node: Run,
        argv: list[str],
        env: dict[str, str],
        folder: Path,
        sandbox: Sandbox,
        on_line: Callable[[str], None],
        cancel: CancelToken,
    ) -> int:
        if sys.platform == "win32":
            from oxlang.engine.process_windows import run_process
        else:
            from oxlang.engine.process_posix import run_process
        try:
            done = run_process(
                argv,
                env=env,
                folder=folder,
                stdout=sandbox.stdout,
                stderr=sandbox.stderr,
                on_line=on_line,
                cancel=cancel,
                joined=node.stream and not node.stdout_path,
            )
        except FileNotFoundError as problem:
            raise error("OX0710", f"`{argv[0]}` does not exist").at(node.origin) from problem
        except PermissionError as problem:
            raise error("OX0710", f"`{argv[0]}` may not be executed").at(node.origin) from problem
        except OSError as problem:
            raise disk_error(problem, f"running `{argv[0]}`") from problem
        return done.exit_code

    def _environment(self, node: Run, sandbox: Sandbox) -> dict[str, str]:
        host = self._host_env
        env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(sandbox.home),
            "TMPDIR": str(sandbox.temporary),
            "LANG": "C.UTF-8",
            "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
        }
        if sys.platform == "win32":
            env |= {name: host[name] for name in ("SystemRoot", "PATH", "PATHEXT", "COMSPEC") if name in host}
            env |= {"TEMP": str(sandbox.temporary), "TMP": str(sandbox.temporary)}
        if node.network:
            env |= {name: value for name, value in host.items() if _is_network_setting(name)}
        env |= {name: host[name] for name in node.pass_env if name in host}
        env |= {name: self._expand(value, node, sandbox) for name, value in node.env}
        return env

    def _expand(self, text: str, node: Run, sandbox: Sandbox) -> str:
        if "{" not in text:
            return text

        def replace(match: re.Match[str]) -> str:
            kind, name = match[1], match[2]
            if kind is None:
                return str(sandbox.root)
            if kind == "cache":
                return str(self._cache(name)) if name in node.append_only else match[0]
            return next((tool.path for tool in node.tools if tool.name == name), match[0])

        return _TOKEN.sub(replace, text)

    def _cache(self, name: str) -> Path:
        return self._caches / name


def _is_network_setting(name: str) -> bool:
    lower = name.lower()
    return lower in _NETWORK_NAMES or lower.startswith(_NETWORK_PREFIXES)


def _failed(node: Run, argv: list[str], exit_code: int, sandbox: Sandbox) -> OxError:
    hint = node.failure
    status = f"ended by signal {-exit_code}" if exit_code < 0 else f"ended with status {exit_code}"
    lines = _last_lines(sandbox.stderr) or _last_lines(sandbox.stdout)
    notes = [f"command: {_shown(argv)}", status]
    if lines:
        notes.append("last lines of its output:\n" + "\n".join(lines))
    if hint is not None and not sandbox.keep:
        notes = [_as_on_host(one, sandbox, hint.places) for one in notes]
    if sandbox.keep:
        notes.append(f"its folder is kept: {sandbox.folder}")
    name = os.path.basename(argv[0])
    what = node.description or name
    if says_full(lines):
        full = full_disk(f"running `{what}`").diagnostic
        hint = FailureHint(code=full.code.id, message=full.message, help=full.help)
    return OxError(
        diagnostic(
            hint.code if hint else "OX0701",
            hint.message if hint else f"`{what}` failed: `{name}` {status}",
            help=hint.help if hint else None,
            notes=notes,
            labels=(Label(node.origin),) if node.origin is not None else (),
        )
    )


def _as_on_host(text: str, sandbox: Sandbox, places: tuple[tuple[str, str], ...]) -> str:
    """Names files of the host instead of their copies in a sandbox that is gone."""
    for place, path in sorted(places, reverse=True):
        text = text.replace(f"{sandbox.root}/{place}", path).replace(place, path)
    return text


def _last_lines(path: Path) -> list[str]:
    try:
        with open(path, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - (1 << 16)))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = [line.rstrip() for line in text.splitlines()]
    return [line for line in lines if line][-_SHOWN_LINES:]


def _shown(argv: list[str]) -> str:
    from shlex import quote

    text = " ".join(quote(one) for one in argv)
    return text if len(text) <= 2000 else text[:2000] + " …"
