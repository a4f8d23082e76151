#!/usr/bin/env python3
"""How a box comes in, stays in, and is put out: real programs, a real code, a certificate that ends."""
import datetime
import json
import pathlib
import socket
import ssl
import time
import uuid

import scenario  # First: it makes tests/support importable.
from bus_client import catalogue_answer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from demo import programs
from demo.api import Api
from demo.processes import Failed, free_port, run, wait_until

PROMISED_SECONDS = 600
DISCLOSURE = 22                 # Entity type.


def sentence(command: list) -> str:
    """What a command that has to fail says."""
    try:
        return "done: " + run(command)
    except Failed as refused:
        return str(refused)


def request(port: int, text: str, identity: pathlib.Path | None, ca: pathlib.Path) -> bytes:
    """All that an HTTPS server answers."""
    context = ssl.create_default_context(cafile=ca)
    if identity:
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain, server_hostname="localhost") as line:
        line.sendall(text.encode())
        heard = b""
        while part := line.recv(4096):
            heard += part
        return heard


class EnrolmentTest(scenario.Scenario):
    def enrol(self, code: str, folder: str = "other", *more) -> list:
        return [programs.program("edge"), "enrol", code, "--dir", self.folder / folder, *more]

    def test_a_box_comes_in_once_and_only_with_a_good_code(self):
        """[X6][N5] Code to working point, and every wrong code's sentence; nothing is left behind of a refusal."""
        began = time.monotonic()
        self.start()
        seconds = self.point.seconds_to_work + time.monotonic() - began
        print(f"from the code to a working point: {seconds:.1f} s")
        self.assertLess(seconds, PROMISED_SECONDS)
        self.assertTrue(self.status()["connected"])

        # The keys are this box's own, and nobody else's to read.
        folder = self.point.edge.folder
        for name in ("key.pem", "head.key", "bus/key.pem", "journal.key"):
            self.assertEqual(0o600, (folder / name).stat().st_mode & 0o777, name)
        central = self.network.central.folder
        secrets_of_box = [(folder / name).read_bytes() for name in ("key.pem", "head.key", "bus/key.pem")]
        for path in central.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                self.assertFalse([key for key in secrets_of_box if key in content], path)

        used = self.network.central.enrol("lindens")
        run(self.enrol(used, "lindens"))
        self.assertIn("was used", sentence(self.enrol(used, "again")))
        self.assertFalse((self.folder / "again").exists())
        withdrawn, fresh = (self.network.central.enrol("home") for _ in range(2))
        self.assertIn("is dead", sentence(self.enrol(withdrawn)))
        misspelt = fresh[:-8] + ("A" if fresh[-8] != "A" else "B") + fresh[-7:]
        self.assertIn("has a mistake", sentence(self.enrol(misspelt)))
        self.assertIn("no enrolment code", sentence(self.enrol("u-u-u")))
        self.assertIn("there already", sentence([programs.program("edge"), "enrol", fresh, "--dir", folder]))
        run(self.enrol(fresh, "home"))      # All of that left it good.

    def test_the_door_answers_nothing_else(self):
        """[X6] Without a certificate one address, and one method, is all there is."""
        for line in ("GET / HTTP/1.1", "GET /enrol HTTP/1.1", "POST /renew HTTP/1.1", "GET /api/v1/points HTTP/1.1",
                     "GET /sync HTTP/1.1", "GET /healthz HTTP/1.1"):
            heard = request(self.network.access_port, f"{line}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                            None, self.network.central.ca)
            head, _, body = heard.partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 404"), (line, head))
            self.assertEqual(b"", body, line)

    def put_in_place(self, begins: datetime.timedelta, ends: datetime.timedelta, path: pathlib.Path | None = None) -> int:
        """Another certificate for the key of a file's (the point's line), as if it had been issued then; its serial number."""
        authority = self.network.central.folder / "authority"
        key = serialization.load_pem_private_key((authority / "ca.key").read_bytes(), None)
        issuer = x509.load_pem_x509_certificate((authority / "ca.pem").read_bytes())
        path = path or self.point.edge.folder / "certificate.pem"
        present, now = x509.load_pem_x509_certificate(path.read_bytes()), datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(present.subject).issuer_name(issuer.subject)
                   .public_key(present.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now + begins).not_valid_after(now + ends))
        for extension in present.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        made = builder.sign(key, hashes.SHA256())
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + (authority / "chain.pem").read_bytes())
        return made.serial_number

    def serial(self) -> int:
        return x509.load_pem_x509_certificate((self.point.edge.folder / "certificate.pem").read_bytes()).serial_number

    def test_a_node_renews_by_itself_in_time_and_after_a_year_away(self):
        """[X6] A third of its life left: it renews. Ended long ago: it may renew, and nothing else."""
        self.start()
        day = datetime.timedelta(days=1)
        for begins, ends in ((-300 * day, 65 * day), (-730 * day, -365 * day)):
            self.point.agent.stop()
            old, key = self.put_in_place(begins, ends), (self.point.edge.folder / "key.pem").read_bytes()
            if ends < 0 * day:
                heard = b""
                try:
                    heard = request(self.network.sync_port, "GET /sync HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                    self.point.edge.folder, self.network.central.ca)
                except OSError:
                    pass
                self.assertEqual(b"", heard, "the sync door spoke to an expired certificate")
            self.point.start_agent()
            wait_until("the certificate is another", lambda: self.serial() != old, self.point.agent)
            self.assertNotEqual(key, (self.point.edge.folder / "key.pem").read_bytes())
            wait_until("the line is up", lambda: self.status()["connected"], self.point.agent)
            ends_s = self.status()["certificate"]["ends_s"]
            self.assertGreater(ends_s, time.time() + 360 * 86_400)
            self.assertFalse((self.point.edge.folder / "renewed.pem").exists())

    def shown_by_central(self) -> list[x509.Certificate]:
        """The certificates of its three doors."""
        context = ssl.create_default_context(cafile=self.network.central.ca)
        node = self.point.edge.folder
        context.load_cert_chain(node / "certificate.pem", node / "key.pem")
        shown = []
        for port in (self.network.sync_port, self.network.access_port, self.network.api_port):
            with socket.create_connection(("127.0.0.1", port), 10) as plain, \
                    context.wrap_socket(plain, server_hostname="localhost") as line:
                shown.append(x509.load_der_x509_certificate(line.getpeercert(binary_form=True)))
        return shown

    def test_central_renews_the_certificate_of_its_doors_by_itself(self):
        """[X6] A third of its life left, or ended while central was off: it has another key and certificate, and all find it."""
        self.start()
        day, central = datetime.timedelta(days=1), self.network.central.folder
        path, command = central / "server/certificate.pem", [programs.program("central"), "status", "--config", self.network.central.config]
        for begins, ends in ((-300 * day, 65 * day), (-730 * day, -365 * day)):
            self.network.central_process.stop()
            old, key = self.put_in_place(begins, ends, path), (central / "server/key.pem").read_bytes()
            self.network.start_central()
            self.assertNotEqual(key, (central / "server/key.pem").read_bytes())
            for shown in self.shown_by_central():
                self.assertNotEqual(old, shown.serial_number)
                self.assertGreater(shown.not_valid_after, datetime.datetime.utcnow() + 390 * day)
            wait_until("the point believes it", lambda: self.status()["connected"], self.point.agent)
            self.assertGreater(json.loads(run([*command, "--json"]))["certificates"]["doors"]["days_left"], 390)
            self.assertNotIn("WARNING", run(command))
        # What is not renewed is said 30 days before: here of a standby, as it would be of the doors.
        for days, said in ((31, False), (29, True)):
            made = {"act": "record-certificate", "kind": "standby", "name": f"of-{days}-days", "serial": f"{days:02}",
                    "not_after_s": int(time.time()) + days * 86_400 + 60}
            self.assertEqual(200, self.network.api.ask("/api/v1/access", {**made, "holder": str(uuid.uuid4())})[0])
            self.assertEqual(said, f"in {days} days" in run(command))
        # And of a point's line; one that came after it has renewed it.
        for days, said in ((-2, "the line of lindens ended on"), (29, "the line of lindens ends on"), (31, "")):
            made = {"act": "record-certificate", "kind": "node", "name": "lindens", "point": "lindens", "serial": f"{days + 50:02}",
                    "not_after_s": int(time.time()) + days * 86_400 + 60}
            self.assertEqual(200, self.network.api.ask("/api/v1/access", {**made, "holder": str(uuid.uuid4())})[0])
            told = run(command)
            self.assertEqual(bool(said), "the line of" in told)
            self.assertIn(said, told)
        status, text = self.network.api.ask("/metrics")
        self.assertRegex(text, r'(?m)^feldsher_certificate_ends_seconds\{of="doors"\} \d')

    def a_new_box_comes_in(self):
        """For the same point, in a folder of its own; the one before is put aside."""
        self.point.agent.stop()
        self.point.broker.stop()
        self.point.edge.folder.rename(self.point.edge.folder.with_name("former"))
        self.point.broker_folder.rename(self.point.broker_folder.with_name("former-broker"))
        self.point.line.close()
        self.point.enrol()
        self.point.start_broker()
        self.point.start_agent()
        self.network.settle()

    def test_another_authority_ends_all_and_a_point_comes_back_with_a_code(self):
        """[X6] A leaked key: nothing that the former one certified comes in; the point serves on, and its new box has its journal."""
        self.start()
        central, screen = self.network.central, self.client("checkin-1")
        self.assertIsNotNone(catalogue_answer(screen, "checkin-1"))
        self.network.settle()
        code, life = central.enrol("lindens"), self.status()["journal"]["life"]
        former = self.folder / "former.pem"
        former.write_bytes(central.ca.read_bytes())
        self.assertIn("runs in", sentence([programs.program("central"), "keys", "rotate", "--key", "authority", "--dir", central.folder]))
        self.network.central_process.stop()
        self.rotate("central", "authority", "--dir", central.folder)
        self.assertNotEqual(former.read_bytes(), central.ca.read_bytes())
        self.network.api = Api(self.network.api_port, str(central.ca), central.token("after"))
        self.network.start_central()

        for trusted in (former, central.ca):    # The former authority knows nothing of its doors, nor they of its boxes.
            with self.assertRaises(OSError):
                request(self.network.sync_port, "GET /sync HTTP/1.1\r\nHost: localhost\r\n\r\n", self.point.edge.folder, trusted)
        self.assertIn("trusting central", sentence(self.enrol(code, "lindens")))
        self.assertFalse(self.status()["connected"])
        self.assertIsNotNone(catalogue_answer(screen, "checkin-1"), "it serves people all the same")

        self.a_new_box_comes_in()
        lives = lambda: {f"{each.epoch:016x}" for each in self.journals(central.folder, self.point.edge.folder)[1]}  # noqa: E731
        wait_until("central has handed the former life back", lambda: life in lives(), self.point.agent)
        run(self.enrol(central.enrol("lindens"), "lindens"))

    def test_a_revoked_node_is_cut_off_within_a_second_and_comes_back_with_a_code(self):
        """[X6] revoke cuts the live session; the old box stays out, a new box of the point comes in."""
        self.start()
        said = run([programs.program("central"), "revoke", "--dir", self.network.central.folder, "--node", self.point.name])
        self.assertIn("Revoked 1 certificate of node", said)
        # By the order of things: central had ended the session before the command was answered.
        cut = self.said_at(self.network.central_process, "node-dropped", "its certificate was revoked")
        self.assertIsNotNone(cut, "the command was answered, and the session still stood")
        wait_until("the line is down", lambda: not self.status()["connected"], self.point.agent)
        # By the clock: from central's word to the agent's, as both wrote it down. Promised is a second.
        seconds = (self.said_at(self.point.agent, "line to central: down") - cut).total_seconds()
        print(f"the agent's line was down {seconds:.3f} s after it was cut")
        self.assertLess(seconds, scenario.CUT_SECONDS)
        # Down for good: it tries, and is refused.
        tries = self.status()["link"]["tries"]
        wait_until("it has tried again", lambda: self.status()["link"]["tries"] > tries, self.point.agent)
        self.assertFalse(self.status()["connected"])
        self.assertIn("403", self.status()["link"]["why_down"])
        self.assertIn("nobody of this kind", sentence(
            [programs.program("central"), "revoke", "--dir", self.network.central.folder, "--node", self.point.name]))
        self.a_new_box_comes_in()

    def test_a_lost_point_is_shut_out_and_its_people_are_named(self):
        """[X6][X5] Everything used there is revoked, and who is in its scope is listed and recorded as shown."""
        self.start()
        said = run([programs.program("central"), "point", "lost", self.point.name, "--dir", self.network.central.folder])
        wait_until("the line is down", lambda: not self.status()["connected"], self.point.agent)
        for appointment in self.network.appointments():
            self.assertIn(appointment["patient"], said)
        journals, = self.journals(self.network.central.folder)
        shown = [record for journal in journals for record in journal.records if record.subject_type == DISCLOSURE]
        self.assertIn("propose-decommission", said)      # Nobody's name was given to propose it in.
        self.assertEqual(len(said.strip().splitlines()) - 4, len(shown))

    def test_keys_at_rest_are_wrapped_and_rotated(self):
        """[X6][X7] Without a TPM the status says unsealed; a rotation rewrites no database."""
        self.start()
        self.assertEqual("unsealed", self.status()["keys"])
        self.point.agent.stop()
        folder = self.point.edge.folder
        names = ("journal.db", "journal.key", "box.key")
        before = {name: (folder / name).read_bytes() for name in names}
        self.assertIn("unsealed", run([programs.program("edge"), "keys", "rotate", "--config", self.point.edge.config]))
        after = {name: (folder / name).read_bytes() for name in names}
        self.assertEqual([False, True, True], [before[name] != after[name] for name in names])
        self.point.start_agent()

    def standby_says(self) -> dict:
        status, answer = self.network.api.ask("/api/v1/status")
        self.assertEqual(200, status)
        return answer["standby"]

    def test_a_standby_is_put_out_by_its_id(self):
        """[X6] It was never enrolled here: central notes its certificate when it comes, and can end it."""
        self.start()
        central, backup, standby = self.network.central, self.folder / "backup", self.folder / "standby"
        passphrase = self.folder / "passphrase"
        passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
        run([programs.program("central"), "backup", backup, "--config", central.config, "--passphrase-file", passphrase])
        run([programs.program("central"), "restore", backup, standby, "--standby-of", f"localhost:{self.network.sync_port}",
             "--passphrase-file", passphrase])
        programs.set_keys(standby / "central.toml", sync_port=free_port())
        follow = [programs.program("central"), "standby", "--config", standby / "central.toml"]
        follower = self.network.processes.start("standby", follow)
        wait_until("it is in step", lambda: self.standby_says()["status"] == "in-step", follower)
        name = self.standby_says()["id"]
        follower.stop()
        self.rotate("central", "standby", "--dir", standby)
        follower.start()
        wait_until("it is in step with its other key", lambda: self.standby_says()["status"] == "in-step", follower)
        self.assertEqual(name, self.standby_says()["id"])

        said = run([programs.program("central"), "revoke", "--dir", central.folder, "--standby", name])
        # The one before ended when this one was shown.
        self.assertIn("Revoked 1 certificate of standby", said)
        wait_until("it is cut off", lambda: self.standby_says()["status"] == "away", follower)
        wait_until("it was refused", lambda: "403" in follower.log.read_text(encoding="utf-8"), follower)
        self.assertEqual("away", self.standby_says()["status"])

    def rotate(self, program: str, key: str, *more):
        run([programs.program(program), "keys", "rotate", "--key", key, *more])

    def test_every_key_is_replaced_and_no_database_is_rewritten(self):
        """[X6][X7] Head keys hand over, certificates are renewed at will, and all find each other afterwards."""
        self.start()
        edge, central = self.point.edge.folder, self.network.central.folder
        self.point.agent.stop()
        before = {path: path.read_bytes() for path in (edge / "journal.db", edge / "head.key", edge / "key.pem", edge / "bus/key.pem",
                                                       self.point.broker_folder / "key.pem")}
        for key in ("head", "line", "bus"):
            self.rotate("edge", key, "--config", self.point.edge.config, "--broker", self.point.broker_folder)
        self.assertEqual([edge / "journal.db"], [path for path, content in before.items() if path.read_bytes() == content])
        self.point.broker.stop()
        self.point.start_broker()
        self.point.start_agent()
        life = self.status()["journal"]["life"]
        self.network.settle()

        self.network.central_process.stop()
        journal, head = (central / "journal.db").read_bytes(), (central / "head.key").read_bytes()
        for key in ("head", "server", "operator", "box"):
            self.rotate("central", key, "--dir", central)
        self.assertEqual(journal, (central / "journal.db").read_bytes())
        self.assertNotEqual(head, (central / "head.key").read_bytes())
        self.network.start_central()
        wait_until("the point believes central's other key", lambda: self.status()["connected"], self.point.agent)
        self.assertEqual(life, self.status()["journal"]["life"])
        self.network.settle()
        self.journals(central, edge)
        # A point that comes in now knows the new one only.
        run(self.enrol(self.network.central.enrol("lindens"), "lindens"))

        # Central runs: pass keys.
        before = (central / "pass.key").read_bytes()
        for _ in range(2):
            self.rotate("central", "pass", "--dir", central)
        self.assertNotEqual(before, (central / "pass.key").read_bytes())


if __name__ == "__main__":
    scenario.main()
