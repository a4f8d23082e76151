#!/usr/bin/env python3
"""Wrong, cut, oversized, repeated and forged asks and readings at a point's broker: counted, and nothing is lost by them."""
import datetime
import json

import scenario  # First: it makes tests/support importable.
import audit_records as records
from bad_input import CATALOGUE, NO_DEVICE, UNKNOWN_DEVICE, BadInput
from bus_client import ask, field, fields
from demo.network import make
from demo.processes import wait_until

CHECK_IN_BY_PASS, CHECK_IN_BY_PHONE = 10, 11                    # Of Ask.act.
CHECKED_IN = 10                                                 # Of Answer.result.
PASS_OTHER_DAY, PASS_OTHER_POINT, TOO_MANY_TRIES = 3, 4, 6      # AskRefusal.


class AskTest(BadInput):
    def prepare(self):
        """A pass of tomorrow, and one of the other point."""
        central, today = self.network.central, datetime.date.fromisoformat(self.network.clinic["day"])
        shift = self.network.clinic["shifts"][0]
        tomorrow = make.clinic(today + datetime.timedelta(days=1), self.network.zone,
                               datetime.datetime.fromisoformat(shift["from"]).time())
        path = self.folder / "tomorrow.json"
        path.write_text(json.dumps(tomorrow, ensure_ascii=False), encoding="utf-8")
        central.load(path)
        self.of_tomorrow = central.make_pass(tomorrow["appointments"][0]["id"])
        mine = {each["id"] for each in self.network.appointments()}
        elsewhere = next(each for each in self.network.clinic["appointments"] if each["id"] not in mine)
        self.of_elsewhere = central.make_pass(elsewhere["id"])

    def check_in(self, text: str, terminal: str = "checkin-1") -> dict[int, object]:
        ident, octets = ask(CHECK_IN_BY_PASS, body=field(1, text.encode()))
        return fields(self.answer(self.client(terminal), octets, ident, terminal))

    def visits(self) -> int:
        journals, _ = self.journals(self.point.edge.folder, self.network.central.folder)
        return len({record.subject for journal in journals for record in journal.records
                    if record.subject_type == scenario.VISIT})

    def test_passes_that_are_not_for_here_and_now(self):
        """[K1][X7] Another day's, another point's, a changed one, no pass at all: each is told what it is; nobody is checked in."""
        self.assertEqual(PASS_OTHER_DAY, self.check_in(self.of_tomorrow)[2])
        self.assertEqual(PASS_OTHER_POINT, self.check_in(self.of_elsewhere)[2])
        real = next(iter(self.network.passes.values()))
        wrong = (real[:-1], real + "A", real[:40], "FP1:", "", "FP2:" + real[4:],
                 real[:20] + ("A" if real[20] != "A" else "B") + real[21:])
        # Less than five at a screen: after that it would have to wait.
        for n, text in enumerate(wrong):
            self.assertEqual(scenario.REFUSED_PASS, self.check_in(text, "checkin-1" if n < 4 else "reception-1")[2], text)
        # Who goes on guessing has to wait, also with a good one; another terminal has not.
        refused = [self.check_in(wrong[-1])[2] for _ in range(6)]
        self.assertEqual(TOO_MANY_TRIES, refused[-1])
        self.assertGreater(self.check_in(real)[3], 0)
        self.assertEqual(0, self.visits())
        self.assertIn(CHECKED_IN, self.check_in(real, "reception-1"))
        self.assertEqual(1, self.visits())

    def test_asks_that_are_none_and_asks_that_come_twice(self):
        """[N1][K5] Garbage is counted; a repeat gets the same octets and makes one visit; too long costs its sender its line."""
        self.terminal = self.client("checkin-1")
        _, patient = self.appointment(0)
        ident, octets = ask(CHECK_IN_BY_PHONE,
                            body=field(1, patient["phone"].encode()) + field(2, patient["birth_date"].encode()))
        rubbish = (b"", b"\xff" * 50, octets[:-3], octets[:9], field(1, b"short"), b"\x0a\x05abc",
                   b"\x0a" + bytes(200_000))
        for each in rubbish:
            self.terminal.publish("ops/checkin-1/ask", each)
        first = self.answer(self.terminal, octets, ident)
        self.assertIn(CHECKED_IN, fields(first))
        self.assertEqual(len(rubbish), self.status()["desk"]["malformed"])
        self.assertEqual(1, len(self.terminal.heard))

        # The same id again: from the same terminal, in another session, with other words, after the agent was killed.
        self.assertEqual(first, self.answer(self.terminal, octets, ident))
        self.assertEqual(first, self.answer(self.client("checkin-1"), octets, ident))
        self.assertEqual(first, self.answer(self.terminal, ask(CATALOGUE, ident)[1], ident))
        self.point.agent.kill()
        self.point.start_agent()
        self.assertEqual(first, self.answer(self.client("checkin-1"), octets, ident))
        self.assertEqual(1, self.visits())

        # What the broker itself refuses: more than it takes, once; the sender is cut off, and only the sender.
        with self.assertRaises(OSError):
            self.terminal.publish("ops/checkin-1/ask", b"\x0a" + bytes(400_000))
            self.terminal.wait_for(lambda *_: False, 10)
            self.terminal.publish("ops/checkin-1/ask", octets)
            self.terminal.wait_for(lambda *_: False, 10)
        self.works()

    def test_a_terminal_speaks_for_itself_only(self):
        """[X6] It asks on its own topic, hears its own answers, and neither the board nor a device is its own to write."""
        spy = self.client("checkin-1", "ops/checkin-1/answer", "ops/board")
        # The broker lets anybody subscribe, and then says nothing.
        ear = self.client("checkin-1", "ops/+/answer", "ops/+/ask", "ops/reception-1/answer", "things/#", "#")
        victim = self.client("reception-1")
        before = self.status()
        for topic in ("ops/reception-1/ask", "ops/reception-1/answer", "ops/board", "ops/pulse",
                      f"things/{self.device}/readings"):
            spy.publish(topic, ask(CATALOGUE)[1])
        ident, octets = ask(CATALOGUE)
        self.answer(spy, octets, ident)  # After all of these.
        status = self.status()
        self.assertEqual(before["desk"]["asks"] + 1, status["desk"]["asks"])
        self.assertEqual((0, 0), (status["desk"]["malformed"], status["readings"]["malformed"]))
        ident, octets = ask(CATALOGUE)
        self.answer(victim, octets, ident, "reception-1")
        self.assertEqual([ident], [fields(payload)[1] for _, payload, _ in victim.heard])
        ident, octets = ask(CATALOGUE)
        self.answer(ear, octets, ident)  # After all of these: had it heard more, it would be here.
        self.assertLessEqual({topic for topic, *_ in ear.heard}, {"ops/checkin-1/answer", "ops/board", "ops/pulse"})
        shown = [payload for topic, payload, _ in spy.heard if topic == "ops/board"]
        self.assertTrue(shown and all(records.one(records.fields(payload), 1, 0) for payload in shown))  # The agent's own.


class ReadingTest(BadInput):
    EPOCH = "00000000000000aa"

    def pack(self, seq: int, value: int = 60) -> bytes:
        return json.dumps([{"epoch": self.EPOCH, "seq": seq, "n": "heart-rate", "u": "beat/min", "v": value}]).encode()

    def receipted(self, device: str) -> set[int]:
        told: set[int] = set()
        for topic, payload, _ in self.gateway.heard:
            if topic == f"things/{device}/receipt":
                for first, last in json.loads(payload)["stored"]:
                    told.update(range(first, last + 1))
        return told

    def test_readings_that_are_none(self):
        """[X11][W2] Garbage between good ones: all good ones are receipted and at central once, a fork of one is an incident."""
        devices = (self.device, UNKNOWN_DEVICE)
        self.gateway = self.client("gateway", *(f"things/{device}/receipt" for device in devices),
                                   identity=self.network.folder / "gateways" / self.point.gateway)
        good = {seq: self.pack(seq, 50 + seq) for seq in range(1, 31)}
        rubbish = [b"", b"\xff\xfe", b"[]", b"{}", b"[" * 5000, good[1][:-4], self.pack(0), self.pack(-1),
                   good[1].replace(b"51", b"1e999"), good[1].replace(b'"seq"', b'"sek"'), b" " * 200_000 + good[1][:50]]
        for seq, octets in good.items():
            for device in devices:
                self.gateway.publish(f"things/{device}/readings", octets)
            if rubbish:
                self.gateway.publish(f"things/{self.device}/readings", rubbish.pop())
        self.gateway.publish(f"things/{NO_DEVICE}/readings", good[1])
        # One that is not this gateway's: the broker drops it.
        self.gateway.publish("things/0190c0de-0000-7000-8000-000000000001/readings", good[1])
        for device in devices:
            ok = self.gateway.wait_until(lambda device=device: self.receipted(device) >= good.keys(), 20)
            self.assertTrue(ok, f"{device}: {sorted(good.keys() - self.receipted(device))} have no receipt")

        self.gateway.publish(f"things/{self.device}/readings", good[7])              # A repeat,
        self.gateway.publish(f"things/{self.device}/readings", self.pack(7, 240))    # and another thing under the same number.
        wait_until("all are counted", lambda: self.status()["readings"]["conflicts"] == 1, self.point.agent)
        counted = self.status()["readings"]
        self.assertEqual((60, 11, 1), (counted["fresh"], counted["malformed"], counted["strangers"]))
        self.assertGreaterEqual(counted["repeats"], 1)
        self.assertGreater(self.status()["incidents"], 0)
        self.assertEqual("INCIDENT_READING_FORK", self.status()["newest_incident"]["kind"])
        self.works()

        wait_until("all is sealed", lambda: not self.status()["readings"]["unsealed"], self.point.agent)
        self.network.settle()
        journals, = self.journals(self.network.central.folder)
        held: dict[str, list] = {}
        for journal in journals:
            for record in journal.records:
                if record.stream == records.READINGS:
                    block = records.Block.of(record)
                    held.setdefault(block.device, []).extend(block.digests.items())
        expected = sorted((seq, scenario.digest(octets)[:8]) for seq, octets in good.items())
        for device in devices:
            self.assertEqual(expected, sorted(held[device.replace("-", "")]))
        self.assertEqual(2, len(held))


if __name__ == "__main__":
    scenario.main()
