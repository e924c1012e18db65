"""The app on a library in PostgreSQL."""

from __future__ import annotations

from compare.facade import Library
from tests.cli.conftest import BLOCKADE, STATEMENTS
from tests.fakes import HashingEncoder, WordJudge, statement
from tests.postgres_server import Server
from tests.ui.conftest import shown, unmarked


def test_pages_show_a_library_in_a_database_as_it_is_now(page, home, monkeypatch, postgres: Server):
    address = postgres.address("app")
    Library.build(STATEMENTS, address, HashingEncoder(256)).close()
    monkeypatch.setenv("COMPARE_LIBRARY", address)
    monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(256))
    monkeypatch.setattr("compare.ui.components.service.stance_model", WordJudge)
    found = unmarked(shown(page("search", q=f"{BLOCKADE}.")))
    assert "must end now" in found
    assert "Trade in timber" in shown(page("corpus", query="timber"))
    added = statement("new", "The timber trade must end.", country="Ostravia")
    Library.open(address, HashingEncoder(256)).update([added]).close()
    assert "The timber trade must end." in shown(page("corpus", query="timber"))
    for name in ("proposition", "pair", "review", "method", "add"):
        page(name)
