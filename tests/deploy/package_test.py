#!/usr/bin/env python3
"""The Debian package: CPack makes it of the built tree; what it holds, what it asks for, and that the program runs from it. Argument: the build tree."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))
import harness  # noqa: E402

BUILD = None


def does(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=240, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
            if shutil.which(tool) is None:
                print(f"SKIPPED package_test: {tool} is not installed; the package was not made", flush=True)
                raise unittest.SkipTest(f"{tool} is not installed")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="clarion-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        does("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder / "made")
        cls.deb, = (cls.folder / "made").glob("clarion_*.deb")
        cls.root, cls.control = cls.folder / "root", cls.folder / "control"
        does("dpkg-deb", "-x", cls.deb, cls.root)
        does("dpkg-deb", "-e", cls.deb, cls.control)
        print(f"{cls.deb.name}: {cls.deb.stat().st_size} bytes", flush=True)

    def test_it_holds_program_unit_settings_and_words(self):
        listed = {line.split()[5]: line.split()[:2] for line in does("dpkg-deb", "-c", self.deb).splitlines()}
        for name, mode in {"./usr/bin/clarion": "-rwxr-xr-x", "./lib/systemd/system/clarion.service": "-rw-r--r--", "./etc/clarion/clarion.toml": "-rw-r-----",
                           "./usr/share/doc/clarion/operations.md": "-rw-r--r--", "./usr/share/doc/clarion/copyright": "-rw-r--r--",
                           "./usr/share/clarion/prometheus-alerts.yml": "-rw-r--r--", "./usr/share/clarion/rules/infectious.yaml": "-rw-r--r--"}.items():
            self.assertEqual(listed.get(name), [mode, "root/root"], name)
        self.assertFalse([name for name in listed if name.startswith(("./var", "./home", "./usr/local"))])
        self.assertGreater(len((self.root / "usr/share/doc/clarion/operations.md").read_text()), 5000)

    def test_it_names_what_it_needs_and_keeps_settings_over_an_upgrade(self):
        fields = dict(re.findall(r"^ ?([A-Z][\w-]+): (.*)$", does("dpkg-deb", "-f", self.deb), re.M))
        self.assertEqual((fields["Package"], fields["Version"]), ("clarion", re.search(r"project\(clarion VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)))
        for needed in ("adduser", "tzdata", "libsqlite3-0", "libssl3", "libhyperscan5", "libboost-json1.81.0"):
            self.assertIn(needed, fields["Depends"])
        self.assertNotIn("-dev", fields["Depends"])
        self.assertEqual((self.control / "conffiles").read_text(), "/etc/clarion/clarion.toml\n")

    def test_its_scripts_keep_the_data_of_a_desk(self):
        for name in ("postinst", "prerm", "postrm"):
            does("sh", "-n", self.control / name)
            self.assertEqual((self.control / name).stat().st_mode & 0o777, 0o755)
        removed = [line.strip() for line in (self.control / "postrm").read_text().splitlines() if "rm -r" in line and "echo" not in line]
        self.assertEqual(removed, ["rm -rf /var/lib/clarion"], "and that only below the look for a store")
        self.assertRegex((self.control / "postrm").read_text(), r"(?s)if \[ -e /var/lib/clarion/clarion.db \]; then.*else\s+rm -rf /var/lib/clarion")

    # The machine's own files below, what changes in memory above: gone with the process.
    MACHINE = """
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cp "$2" "$1/root/clarion.deb"
mount -t proc proc "$1/root/proc"
mount -t tmpfs tmpfs "$1/root/tmp"
exec chroot "$1/root" sh -ec "$3"
"""

    def machine(self, script):
        with tempfile.TemporaryDirectory(prefix="clarion-machine-") as place:
            done = subprocess.run(["unshare", "-m", "sh", "-c", self.MACHINE, "sh", place, str(self.deb), script], capture_output=True, text=True, timeout=240)
        return done.returncode, done.stdout, done.stderr

    def test_dpkg_installs_upgrades_and_removes_it_and_the_data_stay(self):
        status, out, error = self.machine("echo here")
        if (status, out) != (0, "here\n"):
            print(f"SKIPPED package_test: no machine over this one can be made here: {error.strip()}", flush=True)
            self.skipTest("no mount of a machine over this one")
        verb = 'su -s /bin/sh clarion -c "cd / && clarion $1 --config /etc/clarion/clarion.toml"'
        status, out, error = self.machine(f"""
clarion() {{ {verb.replace('$1', '$*')}; }}
dpkg -i /clarion.deb >/dev/null
stat -c '%a %U %G %n' /etc/clarion/clarion.toml /var/lib/clarion
clarion user add anna --role operator
echo '# ours' >> /etc/clarion/clarion.toml
dpkg -i /clarion.deb >/dev/null
tail -n 1 /etc/clarion/clarion.toml
clarion user list
dpkg -r clarion >/dev/null
ls /etc/clarion /var/lib/clarion
dpkg -P clarion >/dev/null
ls /var/lib/clarion
ls -d /etc/clarion || true
rm -r /var/lib/clarion/*
dpkg -i /clarion.deb >/dev/null
dpkg -P clarion >/dev/null
ls -d /var/lib/clarion || true
getent passwd clarion || echo nobody left
""")
        self.assertEqual(status, 0, out + error)
        self.assertEqual(out, "640 root clarion /etc/clarion/clarion.toml\n700 clarion clarion /var/lib/clarion\nadded anna (operator)\n# ours\nanna\toperator\tactive\teverywhere\n"
                              "/etc/clarion:\nclarion.toml\n\n/var/lib/clarion:\nclarion.db\nclarion.db\nnobody left\n")
        self.assertIn("the data stay in /var/lib/clarion", error)

    def test_the_program_runs_from_it(self):
        program = str(self.root / "usr/bin/clarion")
        self.assertIn("clarion ", does(program, "version"))
        settings = self.root / "etc/clarion/clarion.toml"
        self.assertIn('dir = "/var/lib/clarion"', settings.read_text())
        self.assertRegex(does(program, "check-config", settings), "^ok: ")
        harness.PROGRAM = program
        with harness.Server(config=str(settings)) as server:
            self.assertEqual(server.get("/readyz").status, 200)
            feed = server.token("feed", "ingest")
            answer = server.send_posts(feed, [{"id": "1", "source": "s", "text": harness.flagged("package")}])
            self.assertEqual(answer.json["flagged"], 1)

    def test_its_completions_are_what_the_program_writes(self):
        for shell, path in {"bash": "bash-completion/completions/clarion", "zsh": "zsh/vendor-completions/_clarion", "fish": "fish/vendor_completions.d/clarion.fish"}.items():
            self.assertEqual((self.root / "usr/share" / path).read_text(), does(self.root / "usr/bin/clarion", "completion", shell))


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=1)
