"""RFC 6455 by the Autobahn test suite (fuzzing client) against an echo server over the stream's own codec and connection.

websocket_test.py WS_ECHO FOLDER: fetches the suite from PyPI into FOLDER once, ports it to Python 3 (python3_port.py), runs its 301 cases without
compression, which the stream does not offer (categories 12 and 13). Fails when one case fails. Exits with 77, and says why, where the suite can't be had.
"""
import collections
import importlib.util
import json
import pathlib
import subprocess
import sys
import tarfile

import python3_port

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "autobahntestsuite==25.10.1"
# Run beside each other: large messages take longest.
SHARES = (("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*", "9.1.*", "9.2.*"), ("9.3.*", "9.4.*", "9.5.*", "9.6.*", "9.7.*", "9.8.*"))
CASES = 301
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


def skip(why):
    print(f"SKIPPED: the Autobahn test suite did not run: {why}", file=sys.stderr)
    sys.exit(77)


def fetch(folder):
    """A Python with what the cases need, and the ported suite; both kept in the folder."""
    python, ported = folder / "venv" / "bin" / "python", folder / "suite"
    done = folder / "done"
    wanted = SUITE + (HERE / "requirements.txt").read_text() + (HERE / "python3_port.py").read_text()
    if done.exists() and done.read_text() == wanted:
        return python, ported
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder / "venv"], check=True, capture_output=True, timeout=120)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "-q"]
        subprocess.run([*pip, "install", "-r", HERE / "requirements.txt"], check=True, capture_output=True, timeout=240)
        subprocess.run([*pip, "download", "--no-deps", "--no-binary", ":all:", "-d", folder / "download", SUITE], check=True, capture_output=True, timeout=240)
    except subprocess.CalledProcessError as error:
        skip(" ".join(error.stderr.decode(errors="replace").split())[-500:] or error)
    except (subprocess.TimeoutExpired, OSError) as error:
        skip(error)
    with tarfile.open(next((folder / "download").glob("*.tar.gz"))) as packed:
        packed.extractall(folder / "download", filter="data") if hasattr(tarfile, "data_filter") else packed.extractall(folder / "download")
    python3_port.port(next((folder / "download").glob("*/autobahntestsuite")), ported / "autobahntestsuite")
    done.write_text(wanted)
    return python, ported


def main():
    echo, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    if importlib.util.find_spec("lib2to3") is None:
        skip("this Python has no lib2to3 (Debian 12's package python3-venv brings it)")
    folder.mkdir(parents=True, exist_ok=True)
    python, ported = fetch(folder)
    with subprocess.Popen([echo, "0"], stdout=subprocess.PIPE, text=True) as peer:
        try:
            url = f"ws://127.0.0.1:{int(peer.stdout.readline())}"
            runs = [subprocess.Popen([python, HERE / "cases.py", ported, url, folder / f"report-{i}", *share], stdout=subprocess.DEVNULL) for i, share in enumerate(SHARES)]
            statuses = [run.wait(timeout=540) for run in runs]
        finally:
            peer.kill()
    if any(statuses):
        sys.exit(f"the suite ended with {statuses}")
    results = {}
    for i in range(len(SHARES)):
        results |= json.loads((folder / f"report-{i}" / "index.json").read_text())["clarion"]
    print(f"{len(results)} cases:", dict(collections.Counter(result["behavior"] for result in results.values())))
    failed = {case: (result["behavior"], result["behaviorClose"]) for case, result in results.items() if result["behavior"] not in GOOD or result["behaviorClose"] not in GOOD}
    if failed or len(results) != CASES:
        sys.exit(f"failed, or not {CASES} cases: {failed}")


if __name__ == "__main__":
    main()
