"""Stories of the product, told to real servers."""

import pytest

pytest.register_assert_rewrite("tests.browser.site", "tests.cli.shell")  # they judge, and are to say what they found
