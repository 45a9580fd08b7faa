"""Fits a line through noisy points."""

import numpy as np


def main() -> None:
    generator = np.random.default_rng(seed=7)
    x = np.linspace(0, 10, 101)
    y = 3.0 * x + 2.0 + generator.normal(scale=0.1, size=x.size)
    slope, intercept = np.linalg.lstsq(np.vstack([x, np.ones_like(x)]).T, y, rcond=None)[0]
    print(f"slope {slope:.1f}, intercept {intercept:.1f}")


main()
