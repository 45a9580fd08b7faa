import unittest


class Case(unittest.TestCase):
    def test_something(self):
        self.assertEqual(1, 1)
