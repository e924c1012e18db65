"""Adding a public collection on the page Add statements."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.collections.conftest import Service, canals, registry, service
from tests.ui.conftest import well

__all__ = ["canals", "registry", "service"]  # fixtures

CHOSEN = {"add_from": "A public collection"}


def test_a_collection_is_fetched_added_and_opened(
    canals: dict[str, bytes], page: Callable[..., AppTest]
) -> None:
    app = page("add", **CHOSEN, collection="Debates on canals")
    shown = " ".join(block.value for block in app.get("html"))
    for words in ("What was said on canals", "CC0 1.0", "Ada Made-Up, Debates on canals"):
        assert words in shown
    (go,) = [button for button in app.button if button.label == "Fetch and add"]
    assert go.disabled
    (licence,) = app.checkbox
    assert licence.label.startswith("I have read the licence (CC0 1.0) at https://example.org")
    licence.check()
    well(app.run())
    (go,) = [button for button in app.button if button.label == "Fetch and add"]
    well(go.click().run())
    shown = " ".join(block.value for block in app.get("html"))
    assert "1 statement of Debates on canals added. Your own library is open now" in shown
    assert app.session_state["library"] == "My own"


def test_a_service_that_does_not_answer_is_one_sentence(
    canals: dict[str, bytes], service: Service, page: Callable[..., AppTest]
) -> None:
    service.lists.clear()
    app = page("add", **CHOSEN, collection="Debates on canals")
    app.checkbox[0].check()
    well(app.run())
    (go,) = [button for button in app.button if button.label == "Fetch and add"]
    well(go.click().run())
    shown = " ".join(block.value for block in app.get("html"))
    assert "was answered with 404 Not Found: try again later, or download it by hand" in shown


def test_years_are_asked_of_a_collection_with_a_file_a_day(
    registry: object, page: Callable[..., AppTest]
) -> None:
    app = page("add", **CHOSEN, collection="A parliament")
    assert [(field.label, field.value) for field in app.number_input] == [
        ("First year", 2031),
        ("Last year", None),
    ]
