"""keys rotate and revoke beside a running server, and cut off in the middle."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

import ed25519
import harness
from harness import Desk, Server, main, run
from sync_test import why_not


def states(data):
    return dict(line.split("\t")[:2] for line in run("keys", "list", data=data).splitlines())


def kid_of(jws):
    return json.loads(ed25519.unbase64url(jws.split(".")[0]))["kid"]


class Keys(unittest.TestCase):
    def good(self, server, notice, jwks):
        form = server.get(f"/v1/notices/{notice['id']}/revisions").json["items"][0]
        signed = {name: value for name, value in form.items() if name not in ("jws", "content_hash", "state", "version", "authors", "approvals", "approvals_required",
                                                                              "publish_at", "deliveries", "published_revision", "case", "owner")}
        return ed25519.verify_jws(notice["jws"], ed25519.canonical(signed), jwks)

    def verify(self, data, notice, *keys, expect):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(notice, file)
            file.flush()
            return run("verify", file.name, *(keys or ("--data", data)), expect=expect)

    def test_a_running_server_signs_with_the_new_key_and_the_old_goes_on_verifying(self):
        with Server() as server:
            desk = Desk(server)
            before = desk.published()
            old = kid_of(before["jws"])
            fresh = run("keys", "rotate", data=server.data).strip()
            after = desk.published()
            self.assertEqual(kid_of(after["jws"]), fresh, "from the next publication on")
            self.assertEqual(states(server.data), {old: "retired", fresh: "current"})
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in pathlib.Path(server.data, "keys").iterdir()}
            self.assertEqual(files, {fresh + ".key": 0o600}, "the private half of a retired key is not kept")
            jwks = server.get("/.well-known/jwks.json").json
            self.assertEqual({key["kid"]: "exp" in key for key in jwks["keys"]}, {old: True, fresh: False})
            for notice in (before, after):
                self.assertTrue(self.good(server, notice, jwks))
                self.verify(server.data, notice, expect=0)

            kid = run("keys", "revoke", fresh, data=server.data, expect=1)
            self.assertEqual((kid, states(server.data)[fresh]), ("", "current"))
            run("keys", "revoke", "nothing", data=server.data, expect=1)
            listed = run("keys", "revoke", old, data=server.data)
            self.assertEqual(listed, f"{before['id']} revision 1\n", "what is in force and has to be signed anew")
            jwks = server.get("/.well-known/jwks.json").json
            self.assertEqual([key["kid"] for key in jwks["keys"]], [fresh])
            self.assertEqual([key["kid"] for key in jwks["revoked"]], [old])
            self.assertIn(f"the key '{old}' is revoked", self.verify(server.data, before, expect=1))
            self.assertIn(f"the key '{old}' is revoked", self.verify(server.data, before, "--jwks", server.url + "/.well-known/jwks.json", expect=1))
            self.verify(server.data, after, "--jwks", server.url + "/.well-known/jwks.json", expect=0)
            updated = desk.ok(server.post(f"/v1/notices/{before['id']}/update", desk.anna, {}, before["version"]))
            updated = desk.approve(updated)
            updated = desk.ok(server.post(f"/v1/notices/{before['id']}/publish", desk.anna, version=updated["version"]))
            self.assertEqual(kid_of(updated["jws"]), fresh)
            # What the chain proves, a key revoked later does not undo.
            self.assertIn("; head ", run("audit", "verify", data=server.data))
            server.stop()
            server.start()
            self.assertEqual(kid_of(desk.published()["jws"]), fresh)

    def test_root_leaves_no_key_that_the_owner_of_the_folder_can_not_read(self):
        if os.geteuid() != 0:
            print("SKIPPED keys_test: only root can show what root may not do", flush=True)
            self.skipTest("not root")
        with tempfile.TemporaryDirectory(prefix="clarion-keys-") as folder:
            data = self.made(os.path.join(folder, "data"))
            os.chown(data, 65534, 65534)
            for words in (("keys", "rotate"), ("user", "list"), ("serve", "--listen", "127.0.0.1:0")):
                done = subprocess.run([harness.PROGRAM, *words, "--data", data], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 1, done)
                self.assertRegex(done.stderr, "belongs to nobody; run this as that account: sudo -u nobody")
            self.assertFalse(os.path.exists(os.path.join(data, "keys")))

    def test_cut_off_at_any_step_a_rotation_leaves_a_key_that_signs(self):
        if reason := why_not():
            print(f"SKIPPED keys_test: {reason}; nothing was shown about kills", flush=True)
            self.skipTest(reason)
        with tempfile.TemporaryDirectory(prefix="clarion-keys-") as folder:
            data = os.path.join(folder, "data")
            old = run("keys", "rotate", data=self.made(data)).strip()
            outcomes = set()
            for call, whens in {"rename": (1,), "fsync": (1, 2), "fdatasync": (1, 2, 3), "unlink": (1, 2, 3)}.items():
                for when in whens:
                    for inject in (f"signal=KILL:when={when}", f"error=EIO:when={when}"):
                        with self.subTest(call=call, inject=inject):
                            work = os.path.join(folder, "work")
                            shutil.copytree(data, work)
                            subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{inject}",
                                            harness.PROGRAM, "keys", "rotate", "--data", work], capture_output=True, timeout=60)
                            current, = [kid for kid, state in states(work).items() if state == "current"]
                            outcomes.add(current == old)
                            key = pathlib.Path(work, "keys", current + ".key")
                            self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
                            self.assertRegex(key.read_text(), r"^[\w-]{43}\n$")
                            run("keys", "rotate", data=work)
                            self.assertEqual(list(states(work).values()).count("current"), 1)
                            run("audit", "verify", data=work)
                            shutil.rmtree(work)
            self.assertEqual(outcomes, {True, False}, "struck before and after the new key was known")

    def made(self, data):
        run("db", "migrate", data=data)
        return data


if __name__ == "__main__":
    main()
