"""Gives each number to a worker process and prints what comes back."""

import argparse
import multiprocessing
import os

from workdaemon import work


def main() -> None:
    parser = argparse.ArgumentParser(prog="workdaemon")
    parser.add_argument("--method", choices=multiprocessing.get_all_start_methods())
    parser.add_argument("numbers", type=int, nargs="*", default=[1, 2, 3])
    options = parser.parse_args()
    context = multiprocessing.get_context(options.method)
    with context.Pool(2) as pool:
        results = pool.map(work, options.numbers)
    for number, digest, _ in results:
        print(number, digest)
    others = {pid for _, _, pid in results} - {os.getpid()}
    print("done by other processes" if others else "done here")


if __name__ == "__main__":
    main()
