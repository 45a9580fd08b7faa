"""Writes `inventory.json` from the inventory of PyOxidizer's dialect: `python make_inventory.py dialect.toml`.

The result holds what the test compares, in the structure of our declarations, and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]


def params(given: list[dict[str, Any]], enums: dict[str, Any]) -> list[dict[str, Any]]:
    """Gives parameters with the texts they take in place of names of enumerations."""
    found = []
    for one in given:
        entry: dict[str, Any] = {"name": one["name"], "kind": one["kind"], "types": sorted(one["types"])}
        if one["kind"] == "normal":
            entry["default"] = None if one["required"] else one["default"]
        for key in ("items", "keys"):
            if key in one:
                entry[key] = sorted(one[key])
        if one.get("enum"):
            entry["choices"] = enums[one["enum"]]["values"]
            entry["open"] = enums[one["enum"]]["open"]
        found.append(entry)
    return found


def inventory(source: dict[str, Any]) -> dict[str, Any]:
    """Turns the source into our structure."""
    enums = {one["name"]: one for one in source["enum"]}
    found: dict[str, Any] = {"functions": {}, "constants": {}, "types": {}}
    for one in source["global"]:
        if one["kind"] == "constant":
            found["constants"][one["name"]] = {"type": one["type"], "origin": one["origin"]}
        else:
            found["functions"][one["name"]] = {
                "constructor": one["kind"] == "constructor",
                "params": params(one["params"], enums),
                "returns": one["returns"],
                "platforms": one["platforms"],
            }
    for one in source["type"]:
        attributes = {}
        for item in one.get("attribute", []):
            entry = {
                "types": sorted(item["types"]),
                "readable": item["readable"],
                "writable": item["writable"],
                "set": item["set"],
                "default": item["default"],
                "platforms": item["platforms"],
            }
            if item["enum"]:
                entry["choices"] = enums[item["enum"]]["values"]
                entry["open"] = enums[item["enum"]]["open"]
            attributes[item["name"]] = entry
        found["types"][one["name"]] = {
            "origin": one["origin"],
            "constructor": one["constructor"],
            "buildable": one["buildable"],
            "run": one["run"],
            "attributes": attributes,
            "methods": {
                item["name"]: {
                    "params": params(item["params"], enums),
                    "returns": item["returns"],
                    "platforms": item["platforms"],
                }
                for item in one.get("method", [])
            },
        }
    return found


if __name__ == "__main__":
    loaded = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("inventory.json")
    target.write_text(json.dumps(inventory(loaded), indent=1, sort_keys=True) + "\n", encoding="utf-8")
