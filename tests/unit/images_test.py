#!/usr/bin/env python3
"""Each unit's command line and configuration are valid. Programs come from $FELDSHER_BIN; those not built are left out."""
import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "images"
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
UNITS = sorted((IMAGES / "systemd").glob("*.service"))
SYSUSERS, TMPFILES = sorted((IMAGES / "sysusers.d").glob("*.conf")), sorted((IMAGES / "tmpfiles.d").glob("*.conf"))
MOST_EXPOSED = 3.0
CONFIGURED = ("feldsher-central", "feldsher-edge", "feldsher-kiosk")


def commands(unit: pathlib.Path) -> list[list[str]]:
    return [line.partition("=")[2].split() for line in unit.read_text(encoding="utf-8").splitlines()
            if line.startswith("ExecStart=")]


def own(command: list[str]) -> list[str] | None:
    """The part of a command line that is ours: xinit's server comes after `--`."""
    for place, word in enumerate(command):
        if pathlib.Path(word).name.startswith("feldsher-"):
            rest = command[place:]
            return rest[:rest.index("--")] if "--" in rest else rest
    return None


def analysed(units: dict[str, str]) -> str:
    """What systemd says of units, their programs being there."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in units.items():
            pathlib.Path(place, name).write_text(re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", text), encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"{place}/{name}" for name in units)],
                              capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr


def exposure(unit: pathlib.Path) -> float:
    """From 0 (sealed) to 10, by systemd's own count."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit], capture_output=True, text=True,
                          timeout=60)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout + done.stderr).group(1))


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{program} {arguments}: {done.stderr}"
    return done.stdout


def built(program: str) -> bool:
    return (BIN / program).is_file()


class UnitsTest(unittest.TestCase):
    def test_systemd_has_nothing_to_say_of_our_units(self):
        self.assertEqual("", analysed({unit.name: unit.read_text(encoding="utf-8") for unit in UNITS}))

    def test_systemd_would_have_said_so(self):
        text = UNITS[0].read_text(encoding="utf-8")
        for bad in ("NoNewPrivilege=yes", "ProtectSystem=perhaps", "SystemCallFilter=no_such_call"):
            self.assertNotEqual("", analysed({"bad.service": text.replace("[Service]", f"[Service]\n{bad}")}), bad)

    def test_every_unit_is_hardened_and_has_its_own_user(self):
        users = {}
        for unit in UNITS:
            text = unit.read_text(encoding="utf-8")
            users.setdefault(re.search(r"(?m)^User=(.+)$", text).group(1), []).append(unit.stem)
            for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "LimitCORE=0", "UMask=0077",
                         "Restart=always"):
                self.assertIn(f"\n{line}\n", text, unit.name)
        # A standby's folder becomes central's: they share it, and its user.
        self.assertEqual([["feldsher-central", "feldsher-standby"]], [units for units in users.values() if len(units) > 1])
        self.assertEqual(set(users), self.own_users())

    def test_of_two_units_of_one_folder_only_one_can_run(self):
        conditions = {name: set(re.findall(r"(?m)^ConditionPathExists=(.+)$", (IMAGES / "systemd" / name).read_text(encoding="utf-8")))
                      for name in ("feldsher-central.service", "feldsher-standby.service")}
        self.assertIn("!/var/lib/feldsher-central/standby.json", conditions["feldsher-central.service"])
        self.assertIn("/var/lib/feldsher-central/standby.json", conditions["feldsher-standby.service"])

    def test_a_unit_waits_until_its_data_folder_is_one(self):
        for name in ("feldsher-central.service", "feldsher-standby.service"):
            self.assertIn("\nConditionPathExists=/var/lib/feldsher-central/identity.json\n",
                          (IMAGES / "systemd" / name).read_text(encoding="utf-8"), name)

    @unittest.skipUnless(built("feldsher-central"), "no central in this build")
    def test_only_a_standby_that_holds_other_records_stays_stopped(self):
        said = re.search(r"(\d) a standby holds other\s+records", run("feldsher-central", "--help"))
        stays = {unit.stem: re.findall(r"(?m)^RestartPreventExitStatus=(.+)$", unit.read_text(encoding="utf-8")) for unit in UNITS}
        self.assertEqual({"feldsher-standby": [said.group(1)]}, {name: codes for name, codes in stays.items() if codes})

    def test_a_service_reads_the_configuration_that_its_own_command_makes(self):
        made = {"feldsher-central.service": "central", "feldsher-standby.service": "central", "feldsher-edge.service": "edge"}
        for name, program in made.items():
            words = own(commands(IMAGES / "systemd" / name)[0])
            self.assertEqual(f"/var/lib/feldsher-{program}/{program}.toml", words[words.index("--config") + 1], name)

    def test_a_screen_never_goes_dark(self):
        """[K4] Neither by the X server's saver nor by the monitor's: nobody touches a board."""
        command, = commands(IMAGES / "systemd/feldsher-kiosk.service")
        server = " ".join(command[command.index("--") + 1:])
        self.assertRegex(server, r" -s 0( |$)")
        self.assertRegex(server, r" -dpms( |$)")

    def test_systemd_finds_no_unit_exposed(self):
        for unit in UNITS:
            self.assertLessEqual(exposure(unit), MOST_EXPOSED, unit.name)

    def test_systemd_would_have_found_one_exposed(self):
        with tempfile.TemporaryDirectory() as place:
            bare = pathlib.Path(place, "bare.service")
            bare.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
            self.assertGreater(exposure(bare), MOST_EXPOSED)

    @staticmethod
    def own_users() -> set[str]:
        return {user for path in SYSUSERS for user in re.findall(r"(?m)^u (\S+)", path.read_text(encoding="utf-8"))}

    def test_sysusers_and_tmpfiles_can_be_read(self):
        done = subprocess.run(["systemd-sysusers", "--dry-run", *SYSUSERS], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)
        users = self.own_users() | {"root"}
        for line in (line for path in TMPFILES for line in path.read_text(encoding="utf-8").splitlines()):
            if line and not line.startswith("#"):
                kind, path, mode, user, group, _ = line.split()
                self.assertRegex(kind, r"^[dz]$")
                self.assertTrue(path.startswith("/") and re.fullmatch(r"[01]?0?\d{3,4}", mode) and {user, group} <= users, line)

    def test_our_programs_know_the_flags_of_their_units(self):
        for unit in UNITS:
            for command in commands(unit):
                words = own(command)
                if not words or not built(pathlib.Path(words[0]).name):
                    continue
                program = pathlib.Path(words[0]).name
                subcommand = [word for word in words[1:2] if not word.startswith("-")]
                help_text = run(program, *subcommand, "--help")
                for flag in (word for word in words[1:] if word.startswith("--")):
                    self.assertIn(flag, help_text, unit.name)

    def test_a_configuration_that_a_unit_names_is_shipped_or_made_at_start(self):
        for unit in UNITS:
            for command in commands(unit):
                for path in (word for word in command if word.startswith("/etc/feldsher/")):
                    shipped = IMAGES / ("broker" if "/broker/" in path else "config") / pathlib.Path(path).name
                    program = pathlib.Path((own(command) or command)[0]).name
                    if program in CONFIGURED and not built(program):
                        continue
                    self.assertTrue(shipped.is_file(), f"{unit.name} names {path}")


class ConfigurationsTest(unittest.TestCase):
    def test_the_shipped_configurations_are_what_the_programs_print(self):
        for program in filter(built, CONFIGURED):
            shipped = IMAGES / "config" / f"{program.removeprefix('feldsher-')}.toml"
            self.assertEqual(run(program, "--print-default-config"), shipped.read_text(encoding="utf-8"),
                             f"{program} --print-default-config > {shipped.relative_to(ROOT)}")

    def test_the_shipped_configurations_are_toml_whose_keys_are_explained(self):
        for path in (IMAGES / "config").glob("*.toml"):
            text = path.read_text(encoding="utf-8")
            tomllib.loads(text)
            for paragraph in re.split(r"\n\s*\n", text):
                if re.search(r"(?m)^\s*[\w-]+\s*=", paragraph):
                    self.assertIn("#", paragraph, path.name)

    def test_a_misspelt_key_is_an_error_with_its_line(self):
        for program in filter(built, CONFIGURED):
            command = ["--config"] if program == "feldsher-kiosk" else ["serve", "--config"]
            with tempfile.TemporaryDirectory() as place:
                text = "\n\nno_such_key = 1\n"
                path = pathlib.Path(place, "bad.toml")
                path.write_text(text)
                done = subprocess.run([BIN / program, *command, path], capture_output=True, text=True, timeout=60)
                self.assertNotEqual(0, done.returncode)
                self.assertIn("no_such_key", done.stderr + done.stdout)
                self.assertRegex(done.stderr + done.stdout, r"\b3\b")


class UpgradeTest(unittest.TestCase):
    def configured(self, name: str, data: str, left: bool) -> str:
        """What postinst says of an upgrade where /etc has, or has not, the configuration of an older package."""
        with tempfile.TemporaryDirectory() as place:
            programs, etc = pathlib.Path(place, "bin"), pathlib.Path(place, "etc")
            programs.mkdir()
            etc.mkdir()
            for command in ("systemd-sysusers", "systemd-tmpfiles", "deb-systemd-helper", "deb-systemd-invoke", "systemctl"):
                (programs / command).write_text("#!/bin/sh\n")
                (programs / command).chmod(0o755)
            if left:
                (etc / f"{name}.toml").touch()
            text = (IMAGES / "packages/postinst.in").read_text(encoding="utf-8").replace("/etc/feldsher", str(etc))
            for word, value in {"units": f"feldsher-{name}.service", "load_debconf": "", "package": f"feldsher-{name}",
                                "name": name, "data": data}.items():
                text = text.replace(f"@{word}@", value)
            self.assertNotRegex(text, r"@\w+@")
            done = subprocess.run(["/bin/sh", "-c", text, "postinst", "configure", "0.0.9"], capture_output=True, text=True,
                                  timeout=60, env={"PATH": str(programs)})
            self.assertEqual(0, done.returncode, done.stderr)
            return (done.stdout + done.stderr).replace(str(etc), "/etc/feldsher")

    def test_a_configuration_that_is_not_read_any_more_is_named_with_the_one_that_is(self):
        for name in ("central", "edge"):
            data = f"/var/lib/feldsher-{name}"
            said = self.configured(name, data, left=True)
            self.assertIn(f"/etc/feldsher/{name}.toml", said)
            self.assertIn(f"{data}/{name}.toml", said)
            self.assertEqual(1, len(said.splitlines()))
            self.assertEqual("", self.configured(name, data, left=False))

    def test_a_screens_configuration_is_still_there(self):
        self.assertEqual("", self.configured("kiosk", "", left=True))


if __name__ == "__main__":
    unittest.main()
