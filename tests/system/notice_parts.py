"""What tests of notices share: a desk with a partner, actions on a notice in short, the signed form and its hash."""
import datetime
import hashlib
import unittest

import ed25519
from harness import Desk, Server

SIGNED = {"id", "revision", "action", "kind", "mode", "severity", "topics", "regions", "content", "claim", "verdict", "evidence", "experts", "issuer", "published_at",
          "expires_at", "supersedes", "correction", "reason_code", "links", "position", "audit"}
NOT_HASHED = {"published_at", "position", "audit", "links"}


def signed_form(shown):
    return {name: value for name, value in shown.items() if name in SIGNED}


def hash_of(shown):
    return hashlib.sha256(ed25519.canonical({name: value for name, value in signed_form(shown).items() if name not in NOT_HASHED})).hexdigest()


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Notices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.desk = Desk(cls.server)
        cls.partner = cls.server.token("partner", "partner")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def call(self, who, notice, action, body=None, version=None, **headers):
        return self.server.post(f"/v1/notices/{notice}/{action}", getattr(self.desk, who), body, version, headers=headers)

    def done(self, who, notice, action, body=None, version=None, **headers):
        """The action on the version that it has now, unless one is given."""
        if version is None and "If-Match" not in headers:
            version = self.seen(notice)["version"]
        return self.desk.ok(self.call(who, notice, action, body, version, **headers))

    def seen(self, notice, who="anna", query=""):
        return self.desk.ok(self.server.get(f"/v1/notices/{notice}{query}", getattr(self.desk, who)))

    def public(self, notice, query=""):
        return self.server.get(f"/v1/notices/{notice}{query}")

    def patched(self, notice, body):
        return self.desk.ok(self.server.patch(f"/v1/notices/{notice}", self.desk.anna, body, self.seen(notice)["version"]))

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        for each in answer.json.get("errors", []):
            self.assertNotRegex(each["detail"], r"[{}]\w|_", each)

    def pointers(self, answer):
        self.refused(answer, 422, "field_invalid")
        return {(each["pointer"], each["code"]) for each in answer.json["errors"]}

    def submit_errors(self, **more):
        notice = self.desk.draft(**more)
        return self.pointers(self.call("anna", notice["id"], "submit", version=1))
