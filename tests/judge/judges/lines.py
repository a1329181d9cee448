"""Reads the cases that the Rust side writes, a JSON object a line, and answers each."""

import base64
import json
import sys


class Case:
    def __init__(self, line):
        fields = json.loads(line)
        self.id = fields["id"]
        self.kind = fields["kind"]
        self.time = int(fields["time"])
        self.chain = [base64.b64decode(item) for item in fields["chain"].split()]
        self.document = base64.b64decode(fields.get("document", ""))
        self.revoked = fields.get("revoked") == "yes"
        self.purpose = fields.get("purpose", "")
        self.name = fields.get("name", "")
        self.key = base64.b64decode(fields.get("key", ""))
        self.allowed = set(fields.get("allowed", "").split())


class Rejected(Exception):
    """The judge says no, and why."""


def answer(version, judge):
    """Answers every case: what `judge` raises is a rejection."""
    print(json.dumps({"version": version}))
    for line in sys.stdin:
        case = Case(line)
        verdict = {"id": case.id, "verdict": "accepted", "reason": ""}
        try:
            judge(case)
        except Exception as error:
            verdict["verdict"] = "rejected"
            verdict["reason"] = f"{type(error).__name__}: {error}"
        print(json.dumps(verdict), flush=True)
