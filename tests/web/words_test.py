#!/usr/bin/env python3
"""The page's words: zh and en have the same keys with the same placeholders, and every key a page asks for is there."""

import json
import pathlib
import re
import unittest

SRC = pathlib.Path(__file__).resolve().parents[2] / "src/web/src"
USED = re.compile(r"\bte?\(\s*'([\w.-]+)'")
TITLE = re.compile(r"title:\s*'([\w-]+\.[\w.-]+)'")
HOLE = re.compile(r"\{(\w+)\}")


def flat(tree, path=""):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def words(language):
    out = dict(flat(json.loads((SRC / f"words/{language}.json").read_text(encoding="utf-8"))))
    for file in sorted((SRC / "pages").glob(f"*/{language}.json")):
        out.update(flat(json.loads(file.read_text(encoding="utf-8")), f"{file.parent.name}."))
    return out


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zh, cls.en = words("zh"), words("en")

    def test_both_languages_say_everything(self):
        self.assertEqual([], sorted(set(self.zh) ^ set(self.en)))
        self.assertEqual([], [key for key, text in {**self.zh, **self.en}.items() if not text.strip()])

    def test_both_languages_have_the_same_holes(self):
        self.assertEqual([], [key for key in self.zh if key in self.en and set(HOLE.findall(self.zh[key])) != set(HOLE.findall(self.en[key]))])

    def test_what_a_page_asks_for_is_there(self):
        missing = []
        for file in [*SRC.rglob("*.vue"), *SRC.rglob("*.ts")]:
            text = file.read_text(encoding="utf-8")
            for key in [*USED.findall(text), *TITLE.findall(text)]:
                if not key.endswith(".") and key not in self.zh:
                    missing.append(f"{file.relative_to(SRC)}: {key}")
        self.assertEqual([], missing)

    def test_a_template_carries_no_style_and_no_foreign_html(self):
        found = []
        for file in SRC.rglob("*.vue"):
            template = re.sub(r"<script.*?</script>", "", file.read_text(encoding="utf-8"), flags=re.S)
            if re.search(r'(?<![:\w-])style="', template):
                found.append(f"{file.relative_to(SRC)}: style attribute")
            if "v-html" in template and file.name != "SafeHtml.vue":
                found.append(f"{file.relative_to(SRC)}: v-html")
        self.assertEqual([], found)


if __name__ == "__main__":
    unittest.main()
