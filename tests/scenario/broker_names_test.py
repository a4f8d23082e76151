#!/usr/bin/env python3
"""A broker that others reach: at an address that central was told, and at no other, by clients that verify it."""
import json
import pathlib
import ssl

import scenario  # First: it makes tests/support importable.
from bus_client import Client, catalogue_answer
from cryptography import x509
from demo import programs
from demo.processes import Failed, run, wait_until

ELSEWHERE = "127.0.0.2"             # This machine's too, but none of the names that every broker has.


def names_in(path: pathlib.Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


class BrokerNamesTest(scenario.Scenario):
    def central(self, *words) -> str:
        return run([programs.program("central"), *words, "--dir", self.network.central.folder])

    def screen_at(self, host: str) -> Client:
        client = Client(self.point.broker_port, self.network.terminals / "checkin-1", "checkin-1-elsewhere",
                        ["ops/checkin-1/answer"], host)
        self.clients.append(client)
        return client

    def listen_everywhere(self):
        """As the shipped configuration does; the demo's brokers listen at 127.0.0.1 only."""
        path, port = self.point.broker_folder / "mosquitto.conf", self.point.broker_port
        text = path.read_text(encoding="utf-8")
        self.assertEqual(1, text.count(f"listener {port} 127.0.0.1"))
        path.write_text(text.replace(f"listener {port} 127.0.0.1", f"listener {port} 0.0.0.0"), encoding="utf-8")
        self.point.broker.stop()
        self.point.start_broker()

    def assert_refused(self, host: str):
        with self.assertRaises(ssl.SSLCertVerificationError) as refused:
            self.screen_at(host)
        self.assertIn("IP address mismatch", str(refused.exception))

    def test_who_is_elsewhere_reaches_a_broker_by_the_names_that_central_was_told(self):
        """[X6] A screen and an agent that verify the host: refused before it is named, let in after, at no other address."""
        self.start()
        self.listen_everywhere()
        certificate = self.point.broker_folder / "certificate.pem"
        self.assertEqual({"localhost", "127.0.0.1", "::1"}, names_in(certificate))
        self.assert_refused(ELSEWHERE)
        self.point.agent.stop()
        programs.set_keys(self.point.edge.config, broker=f"ssl://{ELSEWHERE}:{self.point.broker_port}")
        self.point.agent.start()
        wait_until("the agent says why it does not reach its broker",
                   lambda: "IP address mismatch" in self.point.edge.status().get("broker", {}).get("why_down", ""), self.point.agent)

        for wrong in ("127.0.0.300", f"ssl://{ELSEWHERE}", "0.0.0.0"):
            for command in (["point", "broker", self.point.name], ["enrol", "--point", self.point.name]):
                with self.assertRaises(Failed) as refused:
                    self.central(*command, "--broker-host", wrong)
                self.assertIn(f"'{wrong}' is neither a DNS name nor an address", str(refused.exception))
        status, answer = self.network.api.ask("/api/v1/access", {"act": "name-broker", "point": self.point.name, "broker_hosts": ["a_b"]})
        self.assertEqual(400, status, answer)
        self.assertIn("broker_hosts: 'a_b' is neither", json.dumps(answer))
        said = self.central("point", "broker", self.point.name, "--broker-host", ELSEWHERE, "broker.example")
        self.assertIn(f"::1, {ELSEWHERE}, broker.example", said)
        self.assertIn("keys rotate --key bus", said)
        self.point.agent.stop()
        said = run([programs.program("edge"), "keys", "rotate", "--key", "bus", "--config", self.point.edge.config,
                    "--broker", self.point.broker_folder])
        self.assertIn(ELSEWHERE, said)
        self.assertEqual({"localhost", "127.0.0.1", "::1", ELSEWHERE, "broker.example"}, names_in(certificate))
        self.point.broker.stop()
        self.point.start_broker()
        self.point.start_agent()        # At that address.
        self.assertIsNotNone(catalogue_answer(self.screen_at(ELSEWHERE), "checkin-1"))
        self.assert_refused("127.0.0.3")

    def test_a_box_comes_in_with_the_names_of_its_code(self):
        """[X6] From the first certificate on, and so does the next box when nobody says otherwise."""
        folder = self.folder / "other"
        for number, words in enumerate((["--broker-host", "192.0.2.2", "2001:db8::2"], [])):
            made = json.loads(self.central("enrol", "--point", "lindens", "--json", *words))
            self.assertEqual(["192.0.2.2", "2001:db8::2"], made["broker_hosts"])
            said = run([programs.program("edge"), "enrol", made["code"], "--dir", folder / str(number)])
            self.assertIn("reached as     localhost, 127.0.0.1, ::1, 192.0.2.2, 2001:db8::2", said)
            self.assertEqual({"localhost", "127.0.0.1", "::1", "192.0.2.2", "2001:db8::2"},
                             names_in(folder / str(number) / "broker/certificate.pem"))


if __name__ == "__main__":
    scenario.main()
