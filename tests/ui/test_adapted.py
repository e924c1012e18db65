from compare.library.backend import backend_at
from compare.models import Kind
from compare.models.calibration import FILE, Adaptation, Layer, write_adaptation
from tests.fabricate import learned
from tests.fakes import WordJudge, statement
from tests.ui.conftest import cards, shown

SWAPPING = Layer(
    Kind.RECALIBRATION, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), (-3.0, 5.0, 0.0)
)
STATEMENTS = [
    statement("v1", "The locks of the canal must be open.", country="Valdoria=VLD"),
    statement("o1", "The locks of the canal are open.", country="Ostravia"),
]


def verdicts(app):
    """The verdicts that cards of the statement that takes a side have."""
    mine = [card for card in cards(app) if "must be open" in card]
    return {stance for stance in ("agree", "oppose") for card in mine if f"cp-{stance}" in card}


def test_the_app_reads_a_library_as_it_is_adapted_and_says_so(page, judged, home, monkeypatch):
    judged(STATEMENTS)
    monkeypatch.setattr("compare.ui.components.service._shipped_model", WordJudge)
    plain = page("search", q="The locks must be open.")
    assert "Labels are adapted" not in shown(plain)
    assert verdicts(plain) == {"agree"}

    of_judge = Adaptation("judge", "5" * 64, SWAPPING, learned=learned(120))
    write_adaptation(backend_at(home / "judged"), of_judge)
    ours = page("search", q="The locks must be open.")
    assert (
        "Labels are adapted to this corpus (recalibration, learned from 120 labelled pairs on "
        "2031-05-06)." in shown(ours)
    )
    assert verdicts(ours) == {"oppose"}
    assert "judge-adapted" in shown(page("method"))


def test_two_statements_of_no_library_are_read_by_the_model_as_it_ships(
    page, judged, home, monkeypatch
):
    judged(STATEMENTS)
    monkeypatch.setattr("compare.ui.components.service._shipped_model", WordJudge)
    write_adaptation(backend_at(home / "judged"), Adaptation("judge", "5" * 64, SWAPPING))
    app = page("search", q="The locks must be open.")
    app.switch_page("compare/ui/pages/pair.py")
    app.query_params["a_q"], app.query_params["b_q"] = "Open the locks.", "They must be open."
    assert "Verdict: Agree" in shown(app.run())


def test_a_damaged_adaptation_is_one_sentence(page, judged, home):
    judged(STATEMENTS)
    (home / "judged" / FILE).write_text("{}")
    assert "compare adapt --undo" in shown(page("corpus"))


def test_the_app_says_that_a_deletion_is_not_finished(page, judged, home):
    judged(STATEMENTS)
    assert "is not finished" not in shown(page("corpus"))
    (home / "judged" / "deletion.json").write_text('{"ids": ["<b>gone"]}')
    told = shown(page("corpus"))
    assert "The deletion of &lt;b&gt;gone is not finished, and the words may still be in" in told
