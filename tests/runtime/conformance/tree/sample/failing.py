before = 1
raise RuntimeError("import fails here")
