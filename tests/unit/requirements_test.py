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

    def test_the_tags_of_every_kind_of_test_are_found(self):
        self.assertEqual([('a minute, "once"', '"[central]"\n "[S1][S3]"'), ("a cut is none", '"[X11]"'),
                          ("for each", '"[X7]"'), ("a tool's", "")],
                         requirements.cpp_cases('TEST_CASE("a minute, \\"once\\"", "[central]"\n "[S1][S3]") {\n'
                                                'STORE_TEST("a cut"\n  " is none", "[X11]") {\n'
                                                'TEMPLATE_TEST_CASE("for each", "[X7]", InMemory, OnDisk) {\n'
                                                'TEST_CASE("a tool\'s") {\n'))
        self.assertEqual([("x", "[X6][X7]")],
                         requirements.python_cases('    def test_x(self):\n        """[X6][X7] Why."""\n'))
        self.assertEqual([("The day, audited.", "[O1]")],
                         requirements.python_cases('def play(args: A, network: Network) -> int:\n    """[O1] The day, audited."""\n'))
        self.assertEqual([("A box comes back: all is there.", "[N10]")],
                         requirements.promises("/// [N10] A box comes back:\n/// all is there.\n///\n/// More.\nint run();\n"))

    def test_no_case_of_this_tree_is_overlooked(self):
        for path in requirements.TESTS.rglob("*.cpp"):
            text = path.read_text(encoding="utf-8")
            self.assertEqual(len(requirements.MACRO.findall(text)), len(requirements.cpp_cases(text)), path)

    def test_this_tree_has_tests_with_requirements(self):
        self.assertIn("X6", requirements.proofs())


if __name__ == "__main__":
    unittest.main()
