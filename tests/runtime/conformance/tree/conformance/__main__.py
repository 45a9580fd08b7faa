import importlib
import json
import pkgutil
import sys
import traceback

import conformance


def main() -> None:
    chosen = sys.argv[1:]
    results = {}
    for info in sorted(pkgutil.iter_modules(conformance.__path__), key=lambda info: info.name):
        if not info.name.startswith("check_"):
            continue
        module = importlib.import_module(f"conformance.{info.name}")
        for name, function in sorted(vars(module).items()):
            if not name.startswith("check_") or not callable(function):
                continue
            full = f"{info.name[6:]}.{name[6:]}"
            if chosen and full not in chosen:
                continue
            try:
                function()
            except BaseException:
                results[full] = traceback.format_exc()
            else:
                results[full] = None
    print("RESULTS" + json.dumps(results))


if __name__ == "__main__":
    main()
