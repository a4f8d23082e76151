#!/usr/bin/env python3
"""The packages on a bare Debian 12: installed, started by their units, upgraded, removed, purged. Data survives.

    packages_test.py      $FELDSHER_BUILD: the build tree that is packed; $FELDSHER_CONTAINER: where the Debian is kept

Exit 77 where there can be no container.
"""
import base64
import datetime
import json
import os
import pathlib
import re
import sys
import textwrap
import time
import unittest

import container
from container import Container, run, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support/clinic"))
import make  # noqa: E402

BUILD = pathlib.Path(os.environ.get("FELDSHER_BUILD", ROOT / "build/release")).resolve()
WORK = pathlib.Path(os.environ.get("FELDSHER_CONTAINER", ROOT / "build/container")).resolve()

OLD, NEW = "0.0.1", "99.0"
PROMISED_SECONDS = 600
PACKAGES = ("feldsher-central", "feldsher-edge", "feldsher-journal", "feldsher-kiosk")
HOST = "central.test"
MANUAL = ROOT / "images/packages/central.README.Debian"
BACKUPS, PASSPHRASE = "/var/backups/feldsher", "/etc/feldsher-backup.passphrase"
CENTRAL, EDGE = "/var/lib/feldsher-central", "/var/lib/feldsher-edge"
FIRST = "/var/lib/first-central"  # Where central is while the package's own folder is a standby's.
# A container has no console and no graphics card: the same xinit and screen, with Xvfb in Xorg's place.
KIOSK_WITHOUT_CONSOLE = """[Service]
ExecStart=
ExecStart=/usr/bin/xinit /usr/bin/feldsher-kiosk --config /etc/feldsher/kiosk.toml -- /usr/bin/Xvfb :0 -nolisten tcp -s 0 -dpms
TTYPath=
TTYReset=no
TTYVHangup=no
StandardInput=null
"""


def pack(version: str) -> pathlib.Path:
    """The packages of the build tree under a version of ours."""
    out = WORK / f"packages-{version}"
    run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", out], cwd=BUILD,
        env={**os.environ, "FELDSHER_PACKAGE_VERSION": version})
    return out


def field(package: pathlib.Path, name: str) -> str:
    return run(["dpkg-deb", "-f", package, name]).strip()


def from_manual(path: str) -> str:
    """A file as the manual has people write it."""
    block = re.search(rf"(?m)^ +{re.escape(path)}:\n\n((?: {{8}}.*\n)+)", MANUAL.read_text(encoding="utf-8"))
    return textwrap.dedent(block.group(1))


def signed_up_to(line: str) -> tuple[bytes, int] | None:
    """Of an exported head: which journal, and up to which record. None: it is a record."""
    head = json.loads(line).get("head")
    if head is None:
        return None
    octets = base64.b64decode(head["head"])
    place, seq, shift = 47, 0, 0  # Tenant 18, origin 18, stream 2, epoch 9, the tag of seq 1 less one.
    while True:
        place += 1
        seq |= (octets[place] & 0x7F) << shift
        if octets[place] < 0x80:
            return octets[:47], seq
        shift += 7


class PackagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.old, cls.new = pack(OLD), pack(NEW)

    def test_each_package_is_what_debian_expects_of_it(self):
        packages = sorted(self.new.glob("*.deb"))
        self.assertEqual(list(PACKAGES), [field(package, "Package") for package in packages])
        for package in packages:
            depends = field(package, "Depends")
            self.assertEqual(NEW, field(package, "Version"))
            self.assertNotRegex(depends, r"-dev\b", "no development package at run time")
            self.assertIn("libc6", depends)
            self.assertEqual("", run(["lintian", "--allow-root", "--fail-on", "none", "--tag-display-limit", "0", "--pedantic",
                                      "--suppress-tags", "no-manual-page", package]).replace(
                                          "running with root privileges is not recommended!", "").strip())
        self.assertIn("libxi6", field(packages[3], "Depends"))
        self.assertNotIn("libgl1", field(packages[3], "Depends"), "the screens need no OpenGL")
        self.assertIn("mosquitto", field(packages[1], "Depends"))
        for package in packages[:2]:
            self.assertIn("libtss2-esys", field(package, "Recommends"), "by which systemd seals a key to a TPM2")

    def test_installed_started_upgraded_removed_purged_and_nothing_is_lost(self):
        self.box = Container(WORK)
        self.box.make()
        self.addCleanup(self.box.stop)
        bare = time.monotonic()
        self.install_where_nothing_runs()
        self.box.boot()
        self.set_up()
        self.start()
        seconds = time.monotonic() - bare
        print(f"from a bare Debian to a point that works, central beside it included: {seconds:.0f} s")
        self.assertLess(seconds, PROMISED_SECONDS, "a new point works in under ten minutes of machine time")
        self.the_kiosk_draws()
        told = self.journals()
        self.a_box_enrols_anew()
        told = self.nothing_lost(told)
        self.a_standby_follows_and_takes_over()
        told = self.nothing_lost(told)
        self.upgrade()
        told = self.nothing_lost(told)
        self.remove()
        told = self.nothing_lost(told)
        self.install_again()
        told = self.nothing_lost(told)
        self.purge_with_nobody_to_ask()
        self.nothing_lost(told)
        self.purge_by_consent()

    def install_where_nothing_runs(self):
        """In a chroot: there is no systemd to ask."""
        for folder in (self.old, self.new):
            (self.box.root / "srv" / folder.name).mkdir()
            run(["cp", *folder.glob("*.deb"), self.box.root / "srv" / folder.name])
        self.box.offline("apt-get", "-qq", "-y", "--no-install-recommends", "install",
                         *(f"/srv/{self.old.name}/{package.name}" for package in sorted(self.old.glob("*.deb"))),
                         "mosquitto/bookworm-backports")
        installed = self.box.offline("dpkg-query", "-W", "-f=${Package}\\n")
        self.assertNotRegex(installed, r"(?m)^lib\S+-dev$")
        self.box.offline("apt-get", "-qq", "-y", "--no-install-recommends", "install", "xvfb", "x11-utils")

    def as_user(self, user: str, command: str):
        return self.box.inside(f"runuser -u {user} -- {command}")

    def as_central(self, command: str):
        return self.as_user("feldsher-central", f"feldsher-central {command}")

    def set_up(self):
        """As the README.Debian of each package says."""
        now = datetime.datetime.now(datetime.timezone.utc)
        clinic = make.clinic(now.date(), "Europe/Kyiv", datetime.time(9))
        (self.box.root / "srv/clinic.json").write_text(json.dumps(clinic), encoding="utf-8")
        point = next(each for each in clinic["points"] if not each["home"])
        terminal = next(each for each in clinic["terminals"] if each["point"] == point["id"])
        self.assertEqual("inactive", self.box.says("systemctl is-active feldsher-central").strip(), "not before its folder is there")

        # What root made there the service could not read.
        refused = self.box.says(f"feldsher-central init --dir {CENTRAL} --name Test --host {HOST}")
        self.assertIn("runuser -u feldsher-central", refused)
        self.box.inside(f"test -z \"$(ls -A {CENTRAL})\"")
        said = self.as_central(f"init --dir {CENTRAL} --name Test --host {HOST}")
        self.assertIn("systemctl start feldsher-central", said, "each command says the next")
        self.as_central(f"load --dir {CENTRAL} - < /srv/clinic.json")
        self.terminal, self.point = terminal["name"], point["short_name"]
        self.as_central(f"issue --dir {CENTRAL} --kind terminal --name {self.terminal} --point {self.point} "
                        "--out /var/tmp/screen-files")
        self.box.inside("systemctl start feldsher-central")
        said = self.box.inside(f"feldsher-edge enrol {self.code()}")
        self.assertIn("systemctl start feldsher-broker feldsher-edge", said)
        self.assertIn(f"wss://{HOST}:8443", self.box.inside(f"cat {EDGE}/edge.toml"))
        self.box.inside(f"""
          systemd-tmpfiles --create feldsher-edge.conf
          cd /var/tmp
          cp screen-files/ca.pem /etc/feldsher/kiosk/ca.pem
          cp screen-files/certificate.pem /etc/feldsher/kiosk/terminal.pem
          cp screen-files/key.pem /etc/feldsher/kiosk/terminal.key
          systemd-tmpfiles --create feldsher-kiosk.conf
          rm -r screen-files
          sed -i 's|^terminal = .*|terminal = "{self.terminal}"|' /etc/feldsher/kiosk.toml
        """)

    def code(self) -> str:
        said = wait_until("central gives a code", lambda: self.as_central(f"enrol --dir {CENTRAL} --point {self.point}"),
                          why=lambda: self.box.says("journalctl -u feldsher-central -n 60 --no-pager"))
        return re.search(r"(?m)^ *([0-9A-Z]{5}(?:-[0-9A-Z]{1,5})+)$", said).group(1)

    def start(self):
        self.box.inside("systemctl start feldsher-broker feldsher-edge mosquitto")
        self.assertEqual("inactive", self.box.says("systemctl is-active mosquitto").strip(), "one broker a box")
        self.connected()

    def connected(self):
        def holds():
            status = json.loads(self.box.inside(f"feldsher-edge status --config {EDGE}/edge.toml --json"))
            return status["connected"] and status["broker"]["ops"] and status["broker"]["things"] and not status["acts_unsynced"]
        wait_until("the agent has its broker and central has its journal", holds,
                   why=lambda: self.box.says("journalctl -u 'feldsher-*' -n 60 --no-pager"))

    def the_kiosk_draws(self):
        place = self.box.root / "etc/systemd/system/feldsher-kiosk.service.d"
        place.mkdir()
        (place / "x.conf").write_text(KIOSK_WITHOUT_CONSOLE)
        self.box.inside("systemctl daemon-reload; systemctl start feldsher-kiosk")
        look = "xwininfo -display :0 -root -stats -tree"

        def fills_the_screen():
            seen = self.box.inside(look)
            width, height = re.findall(r"(?m)^ *(?:Width|Height): (\d+)$", seen)
            return re.search(rf'"Feldsher: .* {width}x{height}\+0\+0 ', seen)
        wait_until("the kiosk has the whole screen", fills_the_screen,
                   why=lambda: self.box.says(f"journalctl -u feldsher-kiosk -n 60 --no-pager; {look}"))

    def journals(self) -> set[str]:
        """Every record and head of both, while nobody writes."""
        was = self.box.says("systemctl is-active feldsher-central feldsher-edge")
        self.box.says("systemctl stop feldsher-central feldsher-edge")
        lines = set()
        for place in (CENTRAL, EDGE):
            self.box.inside(f"feldsher-journal verify {place}")
            lines |= set(self.box.inside(f"feldsher-journal export {place} --out /srv/export >/dev/null; cat /srv/export; "
                                         "rm /srv/export").splitlines())
        if "inactive" not in was:
            self.box.inside("systemctl start feldsher-central feldsher-edge")
            self.connected()
        self.assertGreater(len(lines), 50)
        return lines

    def nothing_lost(self, told: set[str]) -> set[str]:
        now = self.journals()
        self.assertEqual(set(), {line for line in told - now if signed_up_to(line) is None})
        # A journal's newest head speaks for all before it, and takes the place of an older one.
        ends = dict(sorted(filter(None, map(signed_up_to, now))))
        for journal, seq in filter(None, map(signed_up_to, told)):
            self.assertGreaterEqual(ends.get(journal, 0), seq)
        return now

    def a_box_enrols_anew(self):
        """As README.Debian says, after its certificate was ended."""
        self.as_central(f"revoke --dir {CENTRAL} --node {self.point}")
        self.box.inside(f"""
          systemctl stop feldsher-edge feldsher-broker
          mv {EDGE} {EDGE}.former
          rm /etc/feldsher/broker/*.pem
          systemd-tmpfiles --create feldsher-edge.conf
          feldsher-edge enrol {self.code()}
          systemd-tmpfiles --create feldsher-edge.conf
          systemctl start feldsher-broker feldsher-edge""")
        self.connected()

    def back_up(self) -> str:
        """By the units that README.Debian has people write; the folder that is made."""
        for name in ("feldsher-backup.service", "feldsher-backup.timer"):
            (self.box.root / "etc/systemd/system" / name).write_text(from_manual(f"/etc/systemd/system/{name}"), encoding="utf-8")
        self.box.inside(f"""
          install -d -o feldsher-central -g feldsher-central -m 700 {BACKUPS}
          install -o feldsher-central -m 400 /dev/null {PASSPHRASE}
          echo correct horse battery > {PASSPHRASE}
          install -d -o feldsher-central -g feldsher-central {BACKUPS}/2020-01-01
          touch -d 2020-01-01 {BACKUPS}/2020-01-01
          systemctl daemon-reload
          systemctl enable --now feldsher-backup.timer
          systemctl start feldsher-backup""")
        folder, = self.box.inside(f"ls -d {BACKUPS}/*").split()
        self.assertNotIn("2020", folder, "what is older than the stated term is thrown away")
        return folder

    def a_standby_follows_and_takes_over(self):
        """As README.Debian says, but on one machine: central is moved aside, and the standby has its folder."""
        self.box.inside(f"""
          cp -r {self.back_up()} /var/tmp/night
          chown -R feldsher-central: /var/tmp/night
          systemctl stop feldsher-edge feldsher-central
          mv {CENTRAL} {FIRST}
          systemd-tmpfiles --create feldsher-central.conf""")
        self.assertIn("Good: ", self.as_central(f"restore /var/tmp/night --verify --passphrase-file {PASSPHRASE}"))
        said = self.as_central(f"restore /var/tmp/night {CENTRAL} --standby-of {HOST}:8443 --passphrase-file {PASSPHRASE}")
        self.assertIn("systemctl start feldsher-standby", said)
        self.box.inside(f"""
          sed -i 's/_port = 8/_port = 9/' {CENTRAL}/central.toml
          systemd-run -q --unit first-central --uid feldsher-central feldsher-central serve --config {FIRST}/central.toml
          systemctl start feldsher-central feldsher-standby feldsher-edge""")
        self.assertEqual("inactive", self.box.says("systemctl is-active feldsher-central").strip(), "its folder is a standby's")
        wait_until("the standby is in step", lambda: "in-step" in self.as_central(f"status --config {FIRST}/central.toml"),
                   why=lambda: self.as_central(f"status --config {FIRST}/central.toml")
                   + self.box.says("journalctl -u feldsher-standby -u first-central -n 60 --no-pager"))
        self.connected()
        self.box.inside("systemctl stop feldsher-edge first-central feldsher-standby")
        said = self.as_central(f"promote --dir {CENTRAL}")
        self.assertIn("systemctl start feldsher-central", said)
        self.box.inside(f"""
          sed -i 's/_port = 9/_port = 8/' {CENTRAL}/central.toml
          systemctl start feldsher-standby feldsher-central feldsher-edge""")
        self.assertEqual("inactive", self.box.says("systemctl is-active feldsher-standby").strip(), "its folder is central's")
        self.connected()

    def processes(self) -> dict[str, str]:
        return {unit: self.box.inside(f"systemctl show -P MainPID {unit}").strip()
                for unit in ("feldsher-central", "feldsher-edge", "feldsher-broker", "feldsher-kiosk")}

    def upgrade(self):
        before = self.processes()
        self.box.inside(f"apt-get -qq -y --no-install-recommends install /srv/{self.new.name}/*.deb")
        self.assertEqual(NEW, self.box.inside("dpkg-query -W -f='${Version}' feldsher-edge"))
        after = self.processes()
        for unit in before:
            self.assertNotIn("0", (before[unit], after[unit]), unit)
            self.assertNotEqual(before[unit], after[unit], f"{unit} still runs the old program")
        self.assertIn(f'terminal = "{self.terminal}"', self.box.inside("cat /etc/feldsher/kiosk.toml"), "a changed configuration stays")
        self.connected()

    def remove(self):
        self.box.inside("apt-get -qq -y remove feldsher-central feldsher-edge feldsher-kiosk")
        self.assertEqual("", self.box.says("ps -eo args 2>/dev/null | grep '^/usr/bin/feldsher'").strip())
        self.box.inside("test ! -e /usr/bin/feldsher-edge; test -e /etc/feldsher/kiosk.toml; test -e /var/lib/feldsher-edge/edge.toml; test -e /etc/feldsher/broker/key.pem")

    def install_again(self):
        self.box.inside(f"apt-get -qq -y --no-install-recommends install /srv/{self.new.name}/*.deb")
        self.connected()

    def purge_with_nobody_to_ask(self):
        said = self.box.inside("apt-get -qq -y purge feldsher-central feldsher-edge feldsher-kiosk 2>&1")
        self.assertRegex(said, f"(?m)^Kept: {CENTRAL}$")
        self.assertRegex(said, f"(?m)^Kept: {EDGE}$")
        self.box.inside("test ! -e /etc/feldsher/kiosk.toml; test ! -e /etc/feldsher/kiosk; test -e /etc/feldsher/broker/key.pem")

    def purge_by_consent(self):
        self.box.inside(f"""apt-get -qq -y --no-install-recommends install /srv/{self.new.name}/*.deb
          echo feldsher-edge feldsher-edge/remove-data boolean true | debconf-set-selections
          apt-get -qq -y purge feldsher-central feldsher-edge feldsher-kiosk feldsher-journal
          test ! -e {EDGE}; test ! -e /etc/feldsher/broker; test ! -e /var/lib/feldsher-revoked; test -e {CENTRAL}/journal.db
          systemctl disable --now feldsher-backup.timer
          rm -r /etc/systemd/system/feldsher-kiosk.service.d /etc/systemd/system/feldsher-backup.*
          test -z "$(find /etc /lib/systemd /var/lib/systemd -name '*feldsher*.service*')"
        """)


if __name__ == "__main__":
    if why := container.missing():
        print(f"skipped: {why}")
        sys.exit(77)
    unittest.main()
