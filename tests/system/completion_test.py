"""`clarion completion`: the scripts complete what the program takes, by its own help."""
import re
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import main, run

SHELLS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


def names(text):
    return re.findall(r"^  ([a-z-]+)\s", text.split("Subcommands:", 1)[1], re.M)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="clarion-completion-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.files = {}
        for shell in SHELLS:
            cls.files[shell] = f"{cls.folder.name}/clarion.{shell}"
            with open(cls.files[shell], "w", encoding="utf-8") as file:
                file.write(run("completion", shell))

    def complete(self, *words):
        """What bash offers for the last word."""
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clarion; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script, "bash", self.files["bash"], "clarion", *words], capture_output=True, text=True, timeout=20, check=True,
                              cwd=self.folder.name)
        self.assertEqual(done.stderr, "")
        return [line for line in done.stdout.splitlines() if line]

    def test_every_verb_and_every_option_of_the_help_is_offered(self):
        verbs = names(run("--help"))
        self.assertEqual(sorted(self.complete("")), sorted(verbs))
        for verb in verbs:
            text = run(verb, "--help")
            paths = [(verb, sub) for sub in names(text)] if "Subcommands:" in text else [(verb,)]
            if len(paths[0]) > 1:
                self.assertEqual(sorted(self.complete(verb, "")), sorted(sub for _, sub in paths))
            for path in paths:
                options = re.findall(r"^  (?:-\w,)?(--[a-z-]+)", run(*path, "--help"), re.M)
                self.assertIn("--help", options)
                self.assertEqual(sorted(self.complete(*path, "--")), sorted(options), path)

    def test_words_are_begun_and_ended(self):
        self.assertEqual(self.complete("us"), ["user"])
        self.assertEqual(self.complete("user", "add", "--ro"), ["--role"])
        self.assertEqual(self.complete("follow", "http://a", "--topic", "typ"), ["typhoon"])
        self.assertEqual(self.complete("follow", "--topic", "typhoon", "--kind", ""), ["debunk", "science", "advisory", "holding"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(sorted(self.complete("scan", "--match", "")), ["all", "flagged", "none"])
        self.assertEqual(self.complete("follow", "--since", ""), [], "nobody knows this value")
        self.assertEqual(self.complete("user", "--", "add", ""), [], "a name is anybody's choice")

    def test_files_are_offered_where_a_path_is_asked_for_and_nowhere_else(self):
        with open(f"{self.folder.name}/with blank.ndjson", "w", encoding="utf-8"):
            pass
        for words in (("scan", "wi"), ("replay", "wi"), ("serve", "--config", "wi"), ("follow", "http://a", "--jwks", "wi"), ("user", "add", "x", "--password-file", "wi")):
            self.assertEqual(self.complete(*words), ["with blank.ndjson"], words)
        for words in (("user", "add", "wi"), ("follow", "wi"), ("serve", "--listen", "wi")):
            self.assertEqual(self.complete(*words), [], words)

    def test_each_shell_reads_its_script(self):
        for shell, command in SHELLS.items():
            if shutil.which(shell) is None:
                print(f"SKIPPED: {shell} is not installed, its script was not checked", flush=True)
                continue
            done = subprocess.run([*command, self.files[shell]], capture_output=True, text=True, timeout=20)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), shell)

    def test_fish_offers_verbs_and_options(self):
        if shutil.which("fish") is None:
            self.skipTest("fish is not installed")
        offered = lambda line: [each.split("\t")[0] for each in subprocess.run(
            ["fish", "-c", 'source $argv[1]; complete -C $argv[2]', self.files["fish"], line], capture_output=True, text=True, timeout=20, check=True,
            env={"HOME": self.folder.name, "PATH": "/usr/bin:/bin"}).stdout.splitlines()]
        self.assertEqual(offered("clarion us"), ["user"])
        self.assertEqual(sorted(offered("clarion user ")), ["add", "disable", "list", "passwd"])
        self.assertEqual(offered("clarion user add --ro"), ["--role"])
        self.assertEqual(sorted(offered("clarion follow --kind ")), ["advisory", "debunk", "holding", "science"])

    def test_another_shell_is_wrong_usage(self):
        run("completion", "csh", expect=2)
        run("completion", expect=2)


if __name__ == "__main__":
    main()
