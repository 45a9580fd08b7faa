"""Imports more than a hundred modules; with `--time`, says how long that took."""

from __future__ import annotations

import sys
import time

TEXT = """
    argparse array ast asyncio base64 bisect bz2 calendar cmd code codecs codeop collections collections.abc colorsys
    compileall concurrent.futures configparser contextlib contextvars copy copyreg csv ctypes dataclasses datetime
    decimal difflib dis doctest email email.message email.mime.text email.parser enum filecmp fileinput fnmatch
    fractions ftplib functools getopt getpass gettext glob graphlib gzip hashlib heapq hmac html html.parser
    http.client http.cookiejar http.cookies http.server imaplib importlib.abc importlib.machinery importlib.metadata
    importlib.resources importlib.util inspect io ipaddress json keyword linecache locale logging logging.config
    logging.handlers lzma mailbox mimetypes multiprocessing netrc numbers opcode operator optparse pathlib pdb pickle
    pickletools pkgutil platform plistlib poplib pprint profile pstats py_compile pyclbr queue quopri random re
    reprlib runpy sched secrets selectors shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl stat
    statistics string stringprep struct subprocess sysconfig tarfile tempfile textwrap threading timeit token tokenize
    trace traceback tracemalloc types typing unicodedata unittest unittest.mock urllib.error urllib.parse
    urllib.request urllib.robotparser uuid warnings wave weakref webbrowser wsgiref.simple_server xml.dom.minidom
    xml.etree.ElementTree xml.sax xmlrpc.client zipapp zipfile zlib
"""
MODULES = TEXT.split()


def main() -> None:
    before, cpu = len(sys.modules), time.process_time()
    for name in MODULES:
        __import__(name)
    cpu = time.process_time() - cpu
    print(len(sys.modules) - before, f"{cpu * 1e6:.0f}" if "--time" in sys.argv else "", "edition 0")


if __name__ == "__main__":
    main()
