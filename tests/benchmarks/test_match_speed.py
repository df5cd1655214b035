"""How long learning and matching take as the content grows; run by `make bench`."""

from __future__ import annotations

import pytest

from tests.benchmarks import scale


@pytest.mark.bench
def test_grown_content_is_learned_and_matched(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        scale.main(["1"])
        scale.main(["10"])
