BOM = "with mark"
