"""A login under way is sealed, of one provider and one step, and over in ten minutes."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from busbar.api.backend import ApiSettings
from busbar.api.flows import MOST_COOKIE, Flow, Step, ended, opened, sealed

BACKEND: Any = SimpleNamespace(key=b"k" * 32, settings=ApiSettings())
OTHER: Any = SimpleNamespace(key=b"o" * 32, settings=ApiSettings())


def found(text: str | None, provider: str = "idp", step: Step = Step.ANSWER, backend: Any = BACKEND) -> Flow | None:
    request: Any = SimpleNamespace(cookies={"busbar-oidc": text})
    return opened(request, backend, provider, step)


def test_a_flow_comes_back_to_its_provider_and_step_alone() -> None:
    flow = Flow(provider="idp", step=Step.ANSWER, state="s", nonce="n", verifier="v")
    text = sealed(BACKEND, flow).value
    assert found(text) == flow
    assert found(text, provider="other") is None
    assert found(text, step=Step.CODE) is None
    assert found(text, backend=OTHER) is None
    assert flow.state not in str(text)


def test_a_flow_that_is_over_or_was_changed_is_none() -> None:
    text = str(sealed(BACKEND, Flow(provider="idp", step=Step.ANSWER)).value)
    assert found(text) is not None
    for changed in ("", "x", "00", text[:-2], text[:-1] + ("0" if text[-1] != "0" else "1"), "f" * 5000):
        assert found(changed) is None
    assert found(sealed(BACKEND, Flow(provider="idp", step=Step.ANSWER, ends=int(time.time()) - 1)).value) is None


@pytest.mark.parametrize("subject", ["\U0001f600" * 255, '"\\' * 127])
def test_the_longest_subject_fits_into_the_cookie(subject: str) -> None:
    flow = Flow(provider="x" * 40, step=Step.CONNECT, login="f" * 64, subject=subject)
    text = sealed(BACKEND, flow).value
    assert len(text or "") <= MOST_COOKIE
    assert found(text, flow.provider, flow.step) == flow


def test_an_ended_flow_is_removed_at_once() -> None:
    assert (ended(BACKEND).value, ended(BACKEND).max_age) == ("", 0)
