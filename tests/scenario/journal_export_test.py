#!/usr/bin/env python3
"""The audit's reading of a journal and the product's own agree, on a journal whose writer was killed with -9."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/support"))
import audit_records as records  # noqa: E402


def killed_journal(folder: pathlib.Path) -> tuple[int, int]:
    """Lets the writer commit a few dozen times, kills it; returns how many acts and readings it called durable."""
    with subprocess.Popen([BIN / "journal_kill_append", folder, "7"], stdout=subprocess.PIPE, text=True) as writer:
        for line in writer.stdout:
            _, acts, readings = line.split()
            if int(readings) >= 40:
                break
        writer.kill()
    return int(acts), int(readings)


class JournalExportTest(unittest.TestCase):
    def test_product_and_audit_agree_on_every_record(self):
        """[X7][X11]"""
        with tempfile.TemporaryDirectory() as place:
            folder, to = pathlib.Path(place, "data"), pathlib.Path(place, "export.jsonl")
            acts, readings = killed_journal(folder)
            verified = subprocess.run([BIN / "feldsher-journal", "verify", folder], capture_output=True, text=True)
            self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)
            subprocess.run([BIN / "feldsher-journal", "export", folder, "--out", to], check=True, capture_output=True)
            self.assertEqual(0o600, to.stat().st_mode & 0o777)
            with to.open() as lines:
                journals = {journal.stream: journal for journal in records.read_export(lines)}
            self.assertGreaterEqual(len(journals[records.ACTS].records), acts)
            self.assertGreaterEqual(len(journals[records.READINGS].records), readings)
            total = sum(len(journal.records) for journal in journals.values())
            self.assertIn(f"{total} records", verified.stdout)
            for journal in journals.values():
                complaints: list[str] = []
                records.verify(journal, records.head_keys(list(journals.values())), complaints)
                # This writer signs nothing: the chain holds, and nobody signed it.
                self.assertEqual([f"{journal.name}: no head signs it"], complaints)
                self.assertEqual(records.fields(journal.records[-1].core), journal.records[-1].header)

    def test_a_changed_bit_of_the_file_is_told_by_the_record_that_it_took(self):
        """[X7] Each page is changed once: a record is named, or the page is said to hold none."""
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "data")
            killed_journal(folder)
            log, file = folder / "journal.db-wal", folder / "journal.db"
            with subprocess.Popen([BIN / "journal_kill_append", folder, "7"], stdout=subprocess.PIPE, text=True) as writer:
                writer.stdout.readline()  # By now its start has taken the log into the file.
                writer.kill()
            log.unlink(missing_ok=True)
            whole, named = file.read_bytes(), 0
            for at in range(100, len(whole), 4096):
                file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                said = subprocess.run([BIN / "feldsher-journal", "verify", folder], capture_output=True, text=True)
                with self.subTest(page=at // 4096 + 1):
                    self.assertEqual((1, ""), (said.returncode, said.stderr))
                    self.assertIn("NOT GOOD", said.stdout)
                    if at < 4096:
                        self.assertIn("its first page is damaged", said.stdout)
                        continue
                    lost = re.findall(r"BAD: .*, epoch [0-9a-f]{16}, record \d+: it cannot be read, after \d+ that are good", said.stdout)
                    self.assertTrue(lost or "records that were found all fit" in said.stdout, said.stdout)
                    named += bool(lost)
            self.assertGreater(named, 3)

    def test_a_key_that_is_missing_is_told_by_its_name(self):
        """[X6]"""
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "data")
            killed_journal(folder)
            for key in ("box.key", "journal.key"):
                (folder / key).rename(folder / "saved")
                said = subprocess.run([BIN / "feldsher-journal", "verify", folder], capture_output=True, text=True)
                (folder / "saved").rename(folder / key)
                self.assertEqual(3, said.returncode)
                self.assertIn(f"{folder / key}", said.stderr)
                self.assertIn("is missing", said.stderr)
                self.assertIn("from where it was saved", said.stderr)

    def test_no_text_of_a_record_is_on_the_disk(self):
        """[X6]"""
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "data")
            killed_journal(folder)
            for path in folder.iterdir():
                self.assertNotIn("Kowalenko".encode(), path.read_bytes(), path.name)


if __name__ == "__main__":
    unittest.main()
