#!/usr/bin/env python3
"""A box dies at work, two people put it out, its disk comes back, and a new box takes over. A lost one likewise."""
import json
import pathlib

import scenario  # First: it makes tests/support importable.
import audit_records as records
from bus_client import ask, field, fields
from demo import programs
from demo.processes import Failed, run, wait_until

CENTRAL = programs.program("central")
CHECK_IN_BY_PASS = 10                       # Of Ask.act.
CHECKED_IN = 10                             # Of Answer.result.
DECOMMISSIONED = 3                          # Verb.
VISIT, TICKET, CREDENTIAL = 10, 11, 31      # Entity types.


class DecommissionTest(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.ann, self.bob = self.person("ann"), self.person("bob")
        self.start()

    def person(self, name: str) -> pathlib.Path:
        said = run([CENTRAL, "token", "--dir", self.network.central.folder, "--name", name, "--kind", "person"])
        path = self.folder / f"{name}.token"
        path.write_text(said.split()[-1] + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    def central(self, command: str, *words, by: pathlib.Path | None = None) -> object:
        token = ["--token-file", by] if by else []
        return json.loads(run([CENTRAL, command, *words, "--config", self.network.central.config, "--json", *token]))

    def refused(self, command: str, *words, by: pathlib.Path) -> str:
        with self.assertRaises(Failed) as failed:
            self.central(command, *words, by=by)
        return str(failed.exception)

    def check_in(self, appointment: dict) -> str:
        """The label of the ticket."""
        client = self.client("checkin-1")
        ident, octets = ask(CHECK_IN_BY_PASS, body=field(1, self.network.passes[appointment["id"]].encode()))
        client.publish("ops/checkin-1/ask", octets)
        heard = client.wait_for(lambda topic, payload: topic.endswith("/answer") and fields(payload).get(1) == ident)
        self.assertIsNotNone(heard)
        answer = fields(heard[1])
        self.assertNotIn(2, answer, "refused")
        return fields(answer[CHECKED_IN])[1].decode()

    def incidents(self, kind: str) -> int:
        return sum(each["kind"] == kind for each in self.central("incidents"))

    def points(self) -> dict:
        return next(each for each in self.central("points") if each["short_name"] == self.point.name)

    def put_aside(self):
        """The box and its broker leave the point."""
        for folder in (self.point.edge.folder, self.point.broker_folder):
            folder.rename(folder.with_name(folder.name + "-old"))
        self.point.line.close()

    def new_box(self):
        self.point.enrol()
        self.point.start_broker()
        self.point.start_agent()
        self.network.settle()

    def board_with(self, label: str) -> list[str]:
        """All labels of the first board that shows this one."""
        client = self.client("board-1", "ops/board")
        shown = lambda: [each for where in scenario.board(client).values() for each in where]  # noqa: E731
        self.assertTrue(client.wait_until(lambda: label in shown()), f"the board never showed {label}")
        return shown()

    def test_a_dead_box_is_put_out_by_two_people_and_a_new_one_takes_over(self):
        """[X6][N10] Tickets, leases and certificates end with it; it is refused and reported; the point lives on."""
        self.assertEqual("unsealed", self.points()["keys"])
        appointment, _ = self.appointment(0)
        label = self.check_in(appointment)
        self.network.settle()
        self.board_with(label)
        self.point.agent.kill()

        proposed = self.central("propose-decommission", self.point.name, "--reason", "its disk is dead", by=self.ann)
        self.assertEqual("proposed", proposed[0]["status"])
        self.assertIn("another person", self.refused("order-decommission", proposed[0]["id"], by=self.ann))
        ordered = self.central("order-decommission", proposed[0]["id"], by=self.bob)
        self.assertEqual("ordered", ordered["status"])
        for what in ("tickets", "visits", "leases", "certificates"):
            self.assertGreater(ordered["ended"][what], 0, what)
        self.assertEqual("decommissioned, waits for a new box", self.points()["status"])
        self.assertEqual("ordered", self.central("decommissions")[0]["status"])

        # Its disk comes back.
        self.point.start_agent(connected=False)
        wait_until("it was refused", lambda: "403" in self.status()["link"]["why_down"], self.point.agent)
        self.assertIn("ended this box's certificate", self.status()["link"]["why_down"])
        wait_until("it was reported", lambda: self.incidents("ended") == 1, self.point.agent)
        tries = self.status()["link"]["tries"]
        wait_until("it has tried again", lambda: self.status()["link"]["tries"] > tries, self.point.agent)
        self.assertEqual(1, self.incidents("ended"))
        self.point.agent.stop()
        self.point.broker.stop()

        # A new box takes over: with what its point had, and what has ended stays ended.
        self.put_aside()
        self.new_box()
        self.assertEqual("connected", self.points()["status"])
        again = self.check_in(appointment)
        self.assertNotEqual(label, again)
        self.assertNotIn(label, self.board_with(again))
        self.network.settle()

        central, point = self.journals(self.network.central.folder, self.point.edge.folder)
        node = self.point.entry["node"].replace("-", "")
        ends = [record for journal in central for record in journal.records if record.verb == DECOMMISSIONED]
        self.assertLessEqual({VISIT, TICKET}, {record.subject_type for record in ends})
        for record in ends:
            self.assertNotEqual(node, record.origin)
        self.assertGreaterEqual(sum(journal.origin == node for journal in point), 2)

    def test_a_lost_box_is_shut_out_at_once_and_put_out_by_two_people(self):
        """[X6] `point lost` in a person's name proposes; another confirms; the people in its scope are named."""
        said = run([CENTRAL, "point", "lost", self.point.name, "--dir", self.network.central.folder, "--token-file", self.ann])
        self.assertIn("Its decommission is proposed", said)
        for appointment in self.network.appointments():
            self.assertIn(appointment["patient"], said)
        wait_until("the line is down", lambda: not self.status()["connected"], self.point.agent)
        proposed, = self.central("decommissions")
        self.assertEqual(("proposed", "lost"), (proposed["status"], proposed["reason"]))
        ordered = self.central("order-decommission", proposed["id"], by=self.bob)
        self.assertGreater(ordered["ended"]["leases"], 0)
        # Once more changes nothing.
        again = run([CENTRAL, "point", "lost", self.point.name, "--dir", self.network.central.folder, "--token-file", self.ann])
        self.assertIn("was not proposed", again)
        self.assertIn("Revoked 0", again)


if __name__ == "__main__":
    scenario.main()
