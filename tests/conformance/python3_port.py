"""Makes the Autobahn test suite of PyPI, which is Python 2, run under Python 3.

`port(source, target)` rewrites the package once. Python 2 texts are bytes: the files are therefore read as Latin-1, so that each
character of a text stands for one byte, and `attach()` turns such texts into bytes, and back, where they meet Autobahn's protocol.
Nothing of what a case sends, waits for or accepts is changed.
"""
import pathlib
import re
import warnings

# Only what the cases need; the rest of the package (WAMP, wsperf, command line) is left alone.
WANTED = ("_version.py", "caseset.py", "fuzzing.py")


def port(source, target):
    """Rewrites the package in folder `source` into folder `target`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from lib2to3 import refactor
    tool = refactor.RefactoringTool(refactor.get_fixers_from_package("lib2to3.fixes"))
    source, target = pathlib.Path(source), pathlib.Path(target)
    for file in [source / name for name in WANTED] + sorted((source / "case").glob("*.py")):
        text = file.read_text(encoding="latin-1")
        text = re.sub(r"^#.*coding[:=].*\n", "", text, count=1)
        text = str(tool.refactor_string(text.rstrip() + "\n", str(file)))
        text = adapt(text)
        out = target / file.relative_to(source)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("# coding: latin-1\n" + text, encoding="latin-1")
    (target / "__init__.py").write_text("from ._version import __version__\nversion = __version__\n")
    (target / "octets.py").write_text(OCTETS)


def adapt(text):
    """What no fixer knows: encoded texts stay texts of one character a byte, and so do hex digits."""
    text = re.sub(r"\.encode\((['\"])utf-?8\1\)", r".encode('utf-8').decode('latin-1')", text, flags=re.I)
    text = text.replace("import os, json, binascii, time, textwrap, pkg_resources", "import os, json, time, textwrap\nfrom autobahntestsuite import octets as binascii")
    text = re.sub(r"^import binascii$", "from autobahntestsuite import octets as binascii", text, flags=re.M)
    text = text.replace("reactor, ssl", "reactor").replace("ssl.ClientContextFactory()", "None")  # no TLS here
    text = text.replace("len(self.payload) / self.p.autoFragmentSize", "len(self.payload) // self.p.autoFragmentSize")
    text = text.replace("(object, Case, )", "(Case, )")
    text = re.sub(r"WebSocketClientFactory.__init__\(self, debug.*\)", "WebSocketClientFactory.__init__(self)", text)
    text = re.sub(r"from \.report import (.*\\\n)*.*\n", "", text)  # only for HTML
    text = re.sub(r"(?m)^.*(Case1[23]_X_X|case12_x_x|case9_9_1).*$", "", text)  # compression, which we do not offer; a case that the suite itself does not run
    text = re.sub(r"^from autobahn\.websocket\.utf8validator import Utf8Validator", "from autobahntestsuite.octets import Utf8Validator", text, flags=re.M)
    return text


OCTETS = '''"""What cases use of other libraries, for texts of one character a byte."""
import binascii

from autobahn.websocket import utf8validator


def b2a_hex(text):
    return binascii.b2a_hex(text.encode("latin-1") if isinstance(text, str) else text).decode("ascii")


def a2b_hex(text):
    return binascii.a2b_hex(text).decode("latin-1")


class Utf8Validator(utf8validator.Utf8Validator):
    def validate(self, text):
        return super().validate(text.encode("latin-1"))
'''
