"""Rewrites configs of PyOxidizer 0.1 to 0.4, which were `pyoxidizer.toml` files of sections, as a `pyoxidizer.bzl`.

Sections may name the platform that they are for; what differs there becomes an `if`. The sections `python_distribution`
named archives of Pythons that nobody maintains any more; the default Python takes their place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from oxlang.declare.text import repr_of
from oxlang.diagnostics.model import error
from oxlang.dialect import former
from oxlang.dialect.oldest import composed

if TYPE_CHECKING:
    from oxlang.dialect.migrate import Migration, Remaining
    from oxlang.source import SourceFile

NAME = "pyoxidizer.toml"
_SECTIONS = ("build", "embedded_python_config", "embedded_python_run", "packaging_rule", "python_distribution")
_RUN_MODES = {"eval": ("run_command", "code"), "module": ("run_module", "module"), "file": ("run_filename", "path")}
_NEGATED = {
    "dont_write_bytecode": "write_bytecode",
    "ignore_environment": "use_environment",
    "no_site": "site_import",
    "no_user_site_directory": "user_site_directory",
    "unbuffered_stdio": "buffered_stdio",
}


def migrate_toml(source: SourceFile) -> Migration:
    """Gives the config as a `pyoxidizer.bzl`. Raises OX0519 for a file that is no TOML or no such config."""
    from oxlang.dialect.migrate import Change, Migration

    writer = _Writer(source, _read(source))
    text = writer.run()
    why = "since PyOxidizer 0.5 a config is a program in Starlark"
    return Migration(
        text=text,
        changes=(Change(span=source.span(0, len(source.text)), text=text, why=why),),
        remaining=tuple(sorted(writer.remaining, key=lambda one: one.span.start)),
    )


def _read(source: SourceFile) -> dict[str, Any]:
    import sys
    from importlib import import_module

    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        found: dict[str, Any] = toml.loads(source.text)
    except toml.TOMLDecodeError as failure:
        raise error("OX0519", f"`{source.path}` is no TOML file: {failure}") from None
    if not any(isinstance(found.get(name), list) for name in _SECTIONS):
        raise error(
            "OX0519",
            f"`{source.path}` is no config of PyOxidizer: it has no section `[[build]]` or `[[packaging_rule]]`",
        )
    return found


class _Writer:
    def __init__(self, source: SourceFile, found: dict[str, Any]) -> None:
        self.source = source
        self.found = found
        self.remaining: list[Remaining] = []
        self.prefixes: list[str] = []

    def run(self) -> str:
        """Gives the text of the new config."""
        build = self.sections("build")
        name = next((str(one["application_name"]) for one in build if "application_name" in one), "app")
        policy, adding = self.rules()
        settings = self.per_platform("embedded_python_config", self.settings)
        settings += self.per_platform("embedded_python_run", self.run_mode)
        if self.prefixes:
            policy.append(f'policy.resources_location_fallback = {repr_of(f"filesystem-relative:{self.prefixes[0]}")}')
        for at, one in enumerate(self.sections("distribution")):
            self.remain("distribution", at, f"a target for the installer `{one.get('type')}` has to be written by hand")
        return composed(self.header(), repr_of(name), "default_python_distribution()", policy, settings, adding)

    def header(self) -> list[str]:
        """The comments above the first section."""
        lines: list[str] = []
        for line in self.source.text.splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                break
            lines.append(line.strip())
        while lines and not lines[-1]:
            lines.pop()
        return [*lines, ""] if lines else []

    def sections(self, name: str) -> list[dict[str, Any]]:
        found = self.found.get(name, [])
        return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]

    def remain(self, section: str, number: int, why: str) -> None:
        """Notes what needs a person, at a section's head."""
        from oxlang.dialect.migrate import Remaining

        heads = list(re.finditer(rf"(?m)^\s*\[\[\s*{section}\s*\]\]", self.source.text))
        start, end = heads[number].span() if number < len(heads) else (0, 0)
        self.remaining.append(Remaining(span=self.source.span(start, end), why=why))

    def per_platform(self, section: str, lines_of: Any) -> list[str]:
        """Gives the lines of all sections of a name; those for one platform under an `if`."""
        lines: list[str] = []
        for number, one in enumerate(self.sections(section)):
            made: list[str] = lines_of(one, number)
            triple = one.get("build_target")
            if made and triple:
                lines.append(f"if BUILD_TARGET_TRIPLE == {repr_of(str(triple))}:")
                made = [f"    {line}" for line in made]
            lines += made
        return lines

    def settings(self, section: dict[str, Any], number: int) -> list[str]:
        lines: list[str] = []
        for name, value in section.items():
            if name in ("build_target", "raw_allocator"):
                continue  # The allocator was chosen by what a platform can build; the default needs nothing.
            if name in _NEGATED and isinstance(value, bool):
                lines.append(f"config.{_NEGATED[name]} = {not value}")
                continue
            new, change = former.CONFIG_ARGUMENTS.get(name, ("", "drop"))
            if name == "stdio_encoding" and isinstance(value, str):
                encoding, _, errors = value.partition(":")
                lines.append(f"config.stdio_encoding = {repr_of(encoding)}")
                lines += [f"config.stdio_errors = {repr_of(errors)}"] if errors else []
            elif name == "optimize_level":
                lines.append(f"config.optimization_level = {int(value)}")
            elif new and change in ("same", "truth", "bytes-warning"):
                lines.append(f"config.{new} = {repr_of(bool(value) if change == 'truth' else value)}")
            elif value:
                self.remain("embedded_python_config", number, f"`{name}` has no counterpart today and was left out")
        return lines

    def run_mode(self, section: dict[str, Any], number: int) -> list[str]:
        mode = section.get("mode")
        if mode in _RUN_MODES:
            attribute, key = _RUN_MODES[mode]
            if key in section:
                return [f"config.{attribute} = {repr_of(section[key])}"]
        return ['config.run_command = "pass"'] if mode == "noop" else []

    def rules(self) -> tuple[list[str], list[str]]:
        """Gives the lines of the policy and those that add resources."""
        policy: list[str] = []
        adding: list[str] = []
        kinds = [one.get("type") for one in self.sections("packaging_rule")]
        for number, rule in enumerate(self.sections("packaging_rule")):
            made = self.rule(rule, number, late="stdlib" not in kinds[number:])
            triple = rule.get("build_target")
            for lines, all_lines in zip(made, (policy, adding), strict=True):
                if triple and lines:
                    all_lines.append(f"if BUILD_TARGET_TRIPLE == {repr_of(str(triple))}:")
                    lines = [f"    {line}" for line in lines]
                all_lines += lines
        return policy, adding

    def rule(self, rule: dict[str, Any], number: int, *, late: bool) -> tuple[list[str], list[str]]:
        """Gives what one rule adds to the policy and to the executable."""
        path = repr_of(rule.get("path", "."))
        match rule.get("type"):
            case "stdlib-extensions-policy":
                chosen = str(rule.get("policy", "all")).replace("no-gpl", "no-copyleft")
                return [f"policy.extension_module_filter = {repr_of(chosen)}"], []
            case "stdlib":
                lines = []
                if "include_resources" in rule:
                    lines.append(f"policy.include_distribution_resources = {bool(rule['include_resources'])}")
                if rule.get("exclude_test_modules") is False:
                    lines.append("policy.include_test = True")
                return lines, []
            case "package-root":
                packages = repr_of(rule.get("packages", []))
                return [], self.adding(f"exe.read_package_root(path={path}, packages={packages})", rule)
            case "pip-install-simple":
                words = [str(rule.get("package", "")), *rule.get("extra_args", [])]
                return [], self.adding(f"exe.pip_install({repr_of(words)})", rule)
            case "pip-requirements-file":
                words = ["-r", str(rule.get("requirements_path", "requirements.txt")), *rule.get("extra_args", [])]
                return [], self.adding(f"exe.pip_install({repr_of(words)})", rule)
            case "setup-py-install":
                return [], self.adding(f"exe.setup_py_install(package_path={path})", rule)
            case "virtualenv":
                return [], self.adding(f"exe.read_virtualenv(path={path})", rule)
            case "filter-include" if late:
                names = [f"{name}={repr_of(rule[name])}" for name in ("files", "glob_files") if name in rule]
                return [], [f"exe.filter_resources_from_files({', '.join(names)})"]
            case "filter-include":
                self.remain("packaging_rule", number, "this filter came before the standard library; it was left out")
            case "write-license-files":
                pass  # COPYING.txt is always written beside the program.
            case other:
                self.remain("packaging_rule", number, f"the rule `{other}` has no counterpart today and was left out")
        return [], []

    def adding(self, call: str, rule: dict[str, Any]) -> list[str]:
        """Gives the statements that add the resources of a call, where the rule wants them."""
        kind, _, prefix = str(rule.get("install_location", "embedded")).partition(":")
        if kind != "app-relative":
            return [f"exe.add_python_resources({call})"]
        if prefix not in self.prefixes:
            self.prefixes.append(prefix)
        return [
            f"for resource in {call}:",
            f'    resource.add_location = {repr_of(f"filesystem-relative:{prefix}")}',
            "    exe.add_python_resource(resource)",
        ]

