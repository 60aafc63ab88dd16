#!/usr/bin/env python3
"""The contrast of the desk's colours (src/web/src/styles/tokens.css) in every theme, by WCAG 2.2: 4.5 for text, 3 for edges, focus and series."""

import pathlib
import re
import unittest

CSS = (pathlib.Path(__file__).resolve().parents[2] / "src/web/src/styles/tokens.css").read_text(encoding="utf-8")
TEXT, EDGE = 4.5, 3.0
PAIRS = [
    *[(ink, ground, TEXT) for ink, grounds in {
        "ink": ["bg", "surface", "t1"], "ink-2": ["surface", "selected", "bg", "hover", "sunken"], "ink-3": ["surface", "bg", "hover", "selected"],
        "bar-ink": ["bar"], "bar-ink-2": ["bar"], "brand": ["surface", "bg", "brand-soft", "s1-soft", "s3-soft", "selected"], "on-brand": ["brand"],
        "on-live": ["live"], "ok": ["surface", "ok-soft", "selected"], "unknown": ["unknown-soft"], "ex": ["ex-soft"], "test": ["test-soft"],
        "hit-ink": ["hit"], "add-ink": ["add"], "del-ink": ["del"], "t0-ink": ["t0"], "t2-ink": ["t2"], "t3-ink": ["t3"], "t4-ink": ["t4"],
        "s1": ["s1-soft", "surface", "selected", "bg"], "s2": ["s2-soft", "surface", "selected"], "s3": ["s3-soft", "surface", "selected", "bg"],
        "s4": ["s4-soft", "surface"], "s1-on": ["s1-fill"], "s2-on": ["s2-fill"], "s3-on": ["s3-fill"], "s4-on": ["s4-fill"],
    }.items() for ground in grounds],
    ("line-strong", "surface", EDGE), ("focus", "surface", EDGE), ("focus", "bg", EDGE), ("hit-line", "hit", EDGE),
    *[(f"c{n}", "surface", EDGE) for n in range(1, 6)],
]


def block(selector):
    found = re.search(r"(?:^|\n)" + re.escape(selector) + r"\s*\{(.*?)\}", CSS, re.S)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", found.group(1)))


def themes():
    light = block(":root")
    dark = {**light, **block("html.dark")}
    out = {"light": light, "dark": dark}
    for mode in ("exercise", "test"):
        out[mode] = {**light, **block(f"html.{mode}")}
        # html.dark comes first in the sheet: what only the mode sets stays, what html.dark.MODE sets wins.
        out[f"dark {mode}"] = {**dark, **block(f"html.{mode}"), **block(f"html.dark.{mode}")}
    return out


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class Contrast(unittest.TestCase):
    def test_the_measure_itself_is_right(self):
        self.assertAlmostEqual(21.0, ratio("#000000", "#FFFFFF"), places=2)
        self.assertAlmostEqual(4.54, ratio("#767676", "#FFFFFF"), places=2)

    def test_every_pair_in_every_theme_reaches_its_bar(self):
        short = [f"{theme}: {one} on {other} {ratio(colours[one], colours[other]):.2f} < {bar}"
                 for theme, colours in themes().items() for one, other, bar in PAIRS if ratio(colours[one], colours[other]) < bar]
        self.assertEqual([], short)


if __name__ == "__main__":
    unittest.main()
