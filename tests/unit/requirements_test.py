#!/usr/bin/env python3
"""Every tag of a test that looks like a requirement is one, and the list is read as it stands."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import requirements  # noqa: E402


class RequirementsTest(unittest.TestCase):
    def test_each_has_an_id_and_words(self):
        known = requirements.requirements()
        self.assertEqual(154, len(known))
        for name, text in known.items():
            self.assertRegex(name, r"^[A-Z]\d+$")
            self.assertTrue(text.endswith((".", "?", ")")), f"{name} {text}")

    def test_no_test_names_one_that_is_not_there(self):
        self.assertEqual(set(), requirements.proofs().keys() - requirements.requirements().keys())

    def test_tags_of_both_kinds_of_tests_are_found(self):
        cases = requirements.CASE.findall('TEST_CASE("a minute, \\"once\\"", "[central]"\n "[S1][S3]") {')
        self.assertEqual(["S1", "S3"], requirements.TAG.findall(cases[0][1]))
        self.assertEqual([("test_x", "[X6][X7]")],
                         requirements.PYTHON.findall('    def test_x(self):\n        """[X6][X7] Why."""\n'))

    def test_this_tree_has_tests_with_requirements(self):
        self.assertIn("X6", requirements.proofs())


if __name__ == "__main__":
    unittest.main()
