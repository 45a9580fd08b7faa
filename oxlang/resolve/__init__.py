"""Scopes and bindings; rejects what the grammar lets through."""

from oxlang.resolve.resolver import resolve
from oxlang.resolve.scopes import Binding, FunctionBlock, Program

__all__ = ["Binding", "FunctionBlock", "Program", "resolve"]
