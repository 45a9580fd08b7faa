import importlib.resources
import importlib.util

print(importlib.resources.files("notes").joinpath("docs/today.txt").read_text().strip())
print("tkinter is", "packed" if importlib.util.find_spec("tkinter") else "left out")
