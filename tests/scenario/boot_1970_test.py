#!/usr/bin/env python3
"""A box whose clock battery is dead: broker and agent boot in 1970, without a line; later the line comes, then the time."""
import os
import pathlib
import time
import uuid

import scenario  # First: it makes tests/support importable.
import audit_records as records
from bus_client import ask, field, fields
from demo import programs
from demo.processes import run, wait_until

CHECK_IN_BY_PASS, CHECK_IN_BY_PHONE, SIGN_IN, CALL_NEXT, CALL_AGAIN = 10, 11, 16, 19, 20    # Of Ask.act.
CHECKED_IN, SIGNED_IN, DONE = 10, 13, 19                                                    # Of Answer.result.
FROM_CENTRAL = 1                                                                            # ClockSource.
KERNEL_CLOCK = programs.BIN / "kernel_clock.so"


def faked_1970() -> dict[str, str]:
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    assert library, "the Debian package faketime is not installed"
    # The monotonic clock of a box with a dead battery is as good as any: only the wall clock is wrong.
    return {"LD_PRELOAD": str(library), "FAKETIME": "@1970-01-01 00:00:20", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1", "TZ": "UTC"}


class Boot1970Test(scenario.Scenario):
    def setUp(self):
        super().setUp(make=False)
        # So eager a rule would mark everybody absent at their second call, if it acted.
        for point in self.network.clinic["points"]:
            point["absent_rule"] = {"calls": 2, "minutes_between": 0, "grace_minutes": 0}
        self.network.write_clinic()
        self.network.make()
        self.start()
        wait_until("the schedule is there", lambda: self.status()["feed"]["position"] > 50, self.point.agent)
        self.network.settle()

    def power_cut_into_1970(self):
        """The line is dead, too."""
        self.point.line.cut()
        self.point.agent.kill()
        self.point.broker.kill()
        for process in (self.point.broker, self.point.agent):
            process.environment.update(faked_1970())
        self.point.start_broker()
        self.point.start_agent(connected=False)

    def central_with(self, clock: str):
        central = self.network.central_process
        central.stop()
        central.environment.update({"LD_PRELOAD": str(KERNEL_CLOCK), "FELDSHER_KERNEL_CLOCK": clock})
        self.network.start_central()

    def answer(self, terminal, name: str, act: int, body: bytes, session: bytes = b"") -> dict[int, object]:
        ident, octets = ask(act, body=body)
        terminal.publish(f"ops/{name}/ask", octets + (field(2, session) if session else b""))
        said = terminal.wait_for(lambda topic, payload: topic == f"ops/{name}/answer" and fields(payload).get(1) == ident)
        self.assertIsNotNone(said, f"{name} has no answer")
        return fields(said[1])

    def label(self, answer: dict[int, object]) -> str:
        self.assertIn(CHECKED_IN, answer, f"refused: {answer.get(2)}")
        return fields(answer[CHECKED_IN])[1].decode()

    def shows(self, **expected: list[str]):
        ok = self.board.wait_until(lambda: all(scenario.board(self.board)[name] == labels for name, labels in expected.items()))
        self.assertTrue(ok, f"{expected} should be shown: {scenario.board(self.board)}")

    def seconds_pass_at_the_agent(self, seconds: int):
        """Waits until a pulse says so: the agent's loop turned meanwhile, and its rules had their chance."""
        def clock() -> int:
            pulse = scenario.newest(self.board, "ops/pulse")
            return records.one(records.fields(pulse), 4, 0) if pulse else 0
        self.assertTrue(self.board.wait_until(clock, 30))
        until = clock() + seconds * 1000
        self.assertTrue(self.board.wait_until(lambda: clock() >= until, 30))

    def test_it_works_without_the_date_and_learns_it(self):
        """[N8][K5][Q1] Check-in, board and room work in 1970; nobody is absent until the date is known."""
        # The box will believe that no time has passed since its last record: that has to be wrong.
        self.board = self.client("board-1", "ops/pulse")
        self.seconds_pass_at_the_agent(4)
        self.power_cut_into_1970()
        self.assertTrue(self.status()["clock"]["unset"])
        self.assertIn("1970-01-01T00:00", self.point.agent.tail())
        self.assertRegex(self.point.broker.tail(), r"(?m)^ *\d\d: ")  # Seconds since 1970.

        self.board = self.client("board-1", "ops/board", "ops/pulse")
        terminal = self.client("checkin-1")
        _, patient = self.appointment(0)
        first = self.label(self.answer(terminal, "checkin-1", CHECK_IN_BY_PHONE,
                                       field(1, patient["phone"].encode()) + field(2, patient["birth_date"].encode())))
        self.shows(waiting=[first])
        appointment, _ = self.appointment(3)
        real = self.network.passes[appointment["id"]]
        forged = real[:-9] + ("A" if real[-9] != "A" else "B") + real[-8:]
        refused = self.answer(terminal, "checkin-1", CHECK_IN_BY_PASS, field(1, forged.encode()))
        self.assertEqual(scenario.REFUSED_PASS, refused.get(2))
        second = self.label(self.answer(terminal, "checkin-1", CHECK_IN_BY_PASS, field(1, real.encode())))
        self.shows(waiting=[first, second])

        # The doctor calls one of them three times.
        shift = next(each for each in self.network.clinic["shifts"] if each["id"] == appointment["shift"])
        doctor = next(each for each in self.network.clinic["practitioners"] if each["id"] == shift["practitioner"])
        name = next(each["name"] for each in self.point.terminals if each["room"] == shift["room"])
        room = self.client(name)
        signed = self.answer(room, name, SIGN_IN, field(1, uuid.UUID(doctor["id"]).bytes) + field(2, doctor["pin"].encode()))
        session = fields(signed[SIGNED_IN])[1]
        called = self.answer(room, name, CALL_NEXT, field(1, uuid.UUID(shift["room"]).bytes), session)
        ticket = fields(called[DONE])[1]
        for _ in range(2):
            self.assertIn(DONE, self.answer(room, name, CALL_AGAIN, field(1, ticket), session))
        self.shows(called=[first], waiting=[second])
        self.seconds_pass_at_the_agent(5)

        # The line comes back, to a central that does not know the time for certain itself: rules may act again.
        self.central_with("lost")
        self.point.line.heal()
        wait_until("the agent reaches central", lambda: self.status()["connected"], self.point.agent)
        self.seconds_pass_at_the_agent(5)
        self.assertTrue(self.status()["clock"]["unset"])
        self.shows(called=[first], waiting=[second])

        # Now central knows it, and so does the point; the rule sees at once that somebody did not come.
        self.central_with("kept")
        wait_until("the clock is learned", lambda: not self.status()["clock"]["unset"], self.point.agent)
        self.assertLess(abs(self.status()["clock"]["wall_ms"] - time.time() * 1000), 10_000)
        self.shows(called=[], waiting=[second])
        self.network.settle()

        for journals in self.journals(self.point.edge.folder, self.network.central.folder):
            self.told_the_time_before_anybody_was_absent(journals)

    def test_it_comes_back_after_central_renewed_its_certificate(self):
        """[N1][X6] It was off for two months with a dead battery: central's certificate begins later than it believes."""
        self.point.line.cut()
        self.point.agent.kill()
        self.point.broker.kill()
        central = self.network.central_process
        central.stop()
        later = {**faked_1970(), "FAKETIME": "+60d"}
        later["LD_PRELOAD"] += f":{KERNEL_CLOCK}"
        run([programs.program("central"), "keys", "rotate", "--key", "server", "--dir", self.network.central.folder],
            env={**os.environ, **later})
        central.environment.update({**later, "FELDSHER_KERNEL_CLOCK": "kept"})
        central.start()
        for process in (self.point.broker, self.point.agent):
            process.environment.update(faked_1970())
        self.point.line.heal()
        self.point.start_broker()
        self.point.start_agent()
        wait_until("the clock is learned", lambda: not self.status()["clock"]["unset"], self.point.agent)
        in_two_months = (time.time() + 60 * 86_400) * 1000
        self.assertLess(abs(self.status()["clock"]["wall_ms"] - in_two_months), 60_000)
        self.network.settle()
        # Also by a certificate that is judged in full.
        central.stop()
        wait_until("the line is down", lambda: not self.status()["connected"], self.point.agent)
        central.start()
        wait_until("the agent reaches central", lambda: self.status()["connected"], self.point.agent)

    def told_the_time_before_anybody_was_absent(self, journals: list[records.Journal]):
        node = self.point.entry["node"].replace("-", "")
        acts = [record for journal in journals if journal.origin == node and journal.stream == records.ACTS
                for record in journal.records]
        learned, = [record for record in acts if record.subject_type == scenario.CLOCK and record.verb == scenario.LEARNED]
        said = learned.message()
        self.assertEqual(FROM_CENTRAL, records.one(said, 3))
        # What has to be added to a clock that began in 1970.
        self.assertLess(abs(records.int64(records.one(said, 2)) - time.time() * 1000), 300_000)
        absent = [record for record in acts if record.verb == scenario.ABSENT]
        self.assertEqual([scenario.TICKET, scenario.VISIT], sorted((r.subject_type for r in absent), reverse=True))
        self.assertTrue(all(record.seq > learned.seq for record in absent))
        self.assertGreater(learned.seq, 5)  # After check-ins and calls.


if __name__ == "__main__":
    scenario.main()
