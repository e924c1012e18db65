"""What runs report: new statements and new words, once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compare.errors import LibraryError, WatchError
from compare.facade import Library
from compare.library import Filters
from compare.library.backend import backend_at
from compare.models import SameActor
from compare.results import Stance, Thresholds
from compare.statements import Quote
from compare.watch import Watches, values
from compare.watch import watches as of_watches
from tests.fakes import HashingEncoder, WordJudge
from tests.watch.conftest import (
    BLOCKADE,
    FIRST,
    LATER,
    briefly,
    kept,
    open_at,
    reported,
    run,
    said,
    searched,
    watching,
)

# --- new statements ------------------------------------------------------------------------------


def test_what_is_there_when_a_watch_is_added_is_not_new(watches: Watches) -> None:
    assert run(watches.library) == {"canal": []}
    assert kept(watches.library) == ()


def test_a_new_statement_is_reported_once(library: Library) -> None:
    after = library.update([LATER, said("no", "Timber is dear.")])
    ran = after.watches.run(stance_model=WordJudge())
    (entry,) = ran.entries["canal"]
    assert (entry.statement.id, entry.stance, ran.read) == ("later", Stance.AGREE, 2)
    assert entry.statement.text == LATER.text
    assert entry.pair.probabilities.agree > 0.5
    again = after.watches.run(stance_model=WordJudge())
    assert (again.entries, again.unchanged) == ({"canal": ()}, True)
    assert briefly(reported(after)) == ["later"]
    assert after.watches.watch("CANAL").total == 1


def test_an_entry_stays_wherever_its_words_stand_in_the_statement(library: Library) -> None:
    words = "The blockade of Port Meren must end soon."
    after = library.update([said("later", words)])
    assert run(after) == {"canal": ["later"]}
    after = after.update(
        [said("later", f"Timber from the north has doubled in price this year. {words}")], ["later"]
    )
    assert run(after) == {"canal": []}
    assert [entry.pair.b.text for entry in reported(after)] == [words]


def test_nothing_is_scored_if_the_library_is_unchanged(library: Library) -> None:
    judge = WordJudge()
    assert library.watches.run(stance_model=judge).read == 0
    assert judge.read == []


def test_only_what_is_new_is_read(library: Library) -> None:
    judge = WordJudge()
    library.update([LATER]).watches.run(stance_model=judge)
    assert {passage.text for _, passage in judge.read} == {LATER.text}


def test_the_last_run_is_kept(library: Library) -> None:
    assert library.watches.watch("canal").last_run is None
    assert not library.watches.are_behind
    after = library.update([LATER])
    assert after.watches.are_behind
    run(after)
    last = after.watches.watch("canal").last_run
    assert (last.statements, last.read, last.new) == (4, 1, 1)
    run(after)
    assert after.watches.watch("canal").last_run.new == 0


def test_a_watch_that_is_added_later_has_its_own_baseline(library: Library) -> None:
    after = library.update([LATER])
    after.watches.add("second", searched(after), stance_model=WordJudge())
    assert run(after) == {"canal": ["later"], "second": []}
    more = after.update([said("last", "The blockade of Port Meren must end, again.")])
    assert run(more) == {"canal": ["last"], "second": ["last"]}


def test_filters_and_thresholds_are_those_of_the_search(place: Path) -> None:
    library = Library.build(FIRST, place, HashingEncoder(256))
    ask = {"stance_model": WordJudge(), "filters": Filters(speakers=("Dena Orr",))}
    library.watches.add("hers", library.search(BLOCKADE, **ask))
    strict = searched(library).rethreshold(probability=0.9)
    library.watches.add("strict", strict, stance_model=WordJudge())
    after = library.update([LATER, said("his", "The blockade of Port Meren must end by May.")])
    assert run(after) == {"hers": ["later"], "strict": []}
    assert after.watches.watch("hers").filters == Filters(speakers=("Dena Orr",))
    assert after.watches.watch("strict").thresholds == Thresholds(0.9)


def test_languages_that_a_search_left_out_are_no_filter(place: Path) -> None:
    french = said("fr", "Le blocus doit finir.", language="fr")
    english = [replace(one, language="en") for one in FIRST]
    library = Library.build([*english, french], place, HashingEncoder(256))
    result = searched(library)
    assert result.provenance.filters["languages"]
    assert library.watches.add("canal", result, stance_model=WordJudge()).filters == Filters()
    after = library.update([replace(LATER, language="en-GB")])
    assert run(after) == {"canal": ["later"]}


def test_each_statement_with_the_same_words_is_an_entry(library: Library) -> None:
    again = replace(LATER, id="later-2", source="Bulletin")
    assert run(library.update([LATER, again])) == {"canal": ["later", "later-2"]}


def test_a_new_statement_with_the_very_words_is_news(library: Library) -> None:
    same = said("same", f"{BLOCKADE}.", "Dena Orr")
    assert run(library.update([same])) == {"canal": ["same"]}
    assert library.watches.watch("canal").quote == Quote(BLOCKADE)


def test_the_quotes_own_statement_is_known_when_it_is_added(place: Path) -> None:
    own = said("own", f"{BLOCKADE}.", "Dena Orr")
    library = watching(place, statements=[*FIRST, own])
    assert library.watches.watch("canal").quote.statement_id == "own"
    after = library.update([replace(own, text=f"{BLOCKADE}, and it must end now.")])
    assert run(after) == {"canal": []}
    left = after.delete(["own"]).update([LATER])
    assert run(left) == {"canal": ["later"]}


# --- other words ---------------------------------------------------------------------------------


def test_a_statement_with_other_words_is_new(library: Library) -> None:
    words = "We say that the blockade of Port Meren will not end now."
    after = library.update([replace(FIRST[0], text=words)])
    (entry,) = after.watches.run(stance_model=WordJudge()).entries["canal"]
    assert (entry.stance, entry.statement.text) == (Stance.OPPOSE, words)
    again = replace(FIRST[0], text="We say that the blockade of Port Meren must end, now.")
    assert run(after.update([again])) == {"canal": ["agree-1"]}
    assert [entry.statement.text for entry in reported(open_at(library.backend))] == [again.text]


def test_words_that_are_taken_back_are_no_news(library: Library) -> None:
    run(library.update([replace(FIRST[0], text="The blockade of Port Meren shall not end.")]))
    assert run(open_at(library.backend).update([FIRST[0]])) == {"canal": []}


def test_another_venue_is_no_news_but_is_shown(library: Library) -> None:
    judge = WordJudge()
    run(library.update([LATER]))
    after = open_at(library.backend).update([replace(LATER, venue="Pier of Meren")])
    assert after.watches.run(stance_model=judge).entries == {"canal": ()}
    assert judge.read == []
    assert [entry.statement.venue for entry in reported(after)] == ["Pier of Meren"]


def test_words_elsewhere_in_a_statement_are_no_news(library: Library) -> None:
    run(library.update([LATER]))
    longer = [
        replace(one, text=f"{one.text} Timber is dear this year.") for one in (FIRST[0], LATER)
    ]
    after = open_at(library.backend).update(longer)
    assert run(after) == {"canal": []}
    assert briefly(reported(after)) == ["later"]


# --- deletion ------------------------------------------------------------------------------------


def test_watches_hold_no_words_of_statements(library: Library, place: Path) -> None:
    after = library.update([LATER])
    run(after)
    assert b"at once" not in (place / "watches.json").read_bytes()
    left = after.delete(["later"])
    assert reported(left) == ()
    assert run(left) == {"canal": []}


def test_a_statement_that_comes_back_is_shown_again(library: Library) -> None:
    after = library.update([LATER])
    run(after)
    left = after.update(remove=["later"])
    assert reported(left) == ()
    run(left)
    back = left.update([LATER])
    assert run(back) == {"canal": []}
    assert briefly(reported(back)) == ["later"]


def test_damaged_watches_stop_a_deletion_before_it_begins(library: Library, place: Path) -> None:
    (place / "watches.json").write_text("{")
    with pytest.raises(WatchError, match=r"watches\.json"):
        library.delete(["other"])
    assert len(open_at(place)) == 3


# --- names, limits, refusals ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb\0c", "a\u202eb", "\ud800"])
def test_a_name_has_visible_characters(watches: Watches, name: str) -> None:
    with pytest.raises(WatchError, match="visible characters"):
        watches.add(name, searched(watches.library))


@pytest.mark.parametrize("name", ["../../etc", "C:\\x", "<b>&", "=1+1", "ü ß", "a/b.json", "%00"])
def test_a_name_is_only_a_name(watches: Watches, place: Path, name: str) -> None:
    before = {path.name for path in place.parent.rglob("*")}
    watches.add(name, searched(watches.library), stance_model=WordJudge())
    assert {path.name for path in place.parent.rglob("*")} == before
    assert watches.watch(name.upper()).name == name
    watches.remove(name)
    assert [watch.name for watch in watches] == ["canal"]


def test_names_are_unique_ignoring_case(watches: Watches) -> None:
    with pytest.raises(WatchError, match="already"):
        watches.add(" Canal ", searched(watches.library))
    watches.add("Zoë  ß", searched(watches.library), stance_model=WordJudge())
    assert watches.watch(" zoe\u0308 SS").name == "Zoë ß"
    assert [one.name for one, _ in watches.found(["CANAL", "canal", " canal"])] == ["canal"]


@pytest.mark.parametrize("candidates", [0, 10_001, 3.5, True, "9", None])
def test_candidates_of_a_result_are_checked(watches: Watches, candidates: object) -> None:
    result = searched(watches.library)
    settings = {**result.provenance.settings, "candidates": candidates}
    made = replace(result, provenance=replace(result.provenance, settings=settings))
    with pytest.raises(WatchError, match=r"cannot be kept \(watches\.1\.candidates: "):
        watches.add("second", made, stance_model=WordJudge())


def test_nothing_unreadable_is_written(watches: Watches, place: Path) -> None:
    before = (place / "watches.json").read_bytes()
    result = replace(searched(watches.library), thresholds=Thresholds(7.0))
    with pytest.raises(WatchError, match=r"cannot be kept \(watches\.1\.thresholds\.probability"):
        watches.add("second", result, stance_model=WordJudge())
    assert (place / "watches.json").read_bytes() == before


def test_an_unknown_name_is_one_sentence(watches: Watches) -> None:
    for ask in (
        watches.watch,
        watches.remove,
        lambda n: watches.found([n]),
    ):
        with pytest.raises(WatchError, match=r"no watch 'x' in .*\(canal\)"):
            ask("x")


def test_there_are_limits(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_watches, "MOST_WATCHES", 1)
    with pytest.raises(WatchError, match="at most 1 watches"):
        library.watches.add("second", searched(library))
    monkeypatch.setattr(of_watches, "MOST_ENTRIES", 1)
    assert run(library.update([LATER])) == {"canal": ["later"]}
    assert values.MOST_ENTRIES == 5_000
    after = open_at(library.backend).update([said("last", f"{BLOCKADE}, all say.")])
    assert run(after) == {"canal": ["last"]}
    assert briefly(reported(after)) == ["last"]
    assert after.watches.watch("canal").total == 2


def test_only_a_search_of_this_library_is_watched(library: Library) -> None:
    sides = library.compare(Filters(speakers=("Bren Tal",)), Filters(speakers=("Cor Vael",)),
                            BLOCKADE, stance_model=WordJudge(either=True))  # fmt: skip
    with pytest.raises(WatchError, match="not a comparison"):
        library.watches.add("sides", sides)
    result = searched(library)
    with pytest.raises(WatchError, match="search again"):
        library.update([LATER]).watches.add("old", result)


def test_a_library_that_is_only_read_has_no_new_watches(library: Library, place: Path) -> None:
    (place / "READ_ONLY").touch()
    for ask in (
        lambda: library.watches.add("second", searched(library)),
        lambda: library.watches.remove("canal"),
        lambda: library.watches.run(stance_model=WordJudge()),
    ):
        with pytest.raises(LibraryError, match="read-only"):
            ask()
    assert [watch.name for watch in library.watches] == ["canal"]


def test_several_libraries_refuse_in_one_sentence(library: Library, tmp_path: Path) -> None:
    other = Library.build([said("z", "Timber.")], tmp_path / "other", HashingEncoder(256))
    merged = open_at(f"{library.backend};{other.backend}")
    assert list(merged.watches) == []
    assert merged.watches.run().entries == {}
    with pytest.raises(LibraryError, match="only searched together"):
        merged.watches.add("both", searched(merged))
    with pytest.raises(LibraryError, match="only searched together"):
        merged.backend.update_document("x", str)


def test_an_older_state_of_a_library_is_opened_anew(library: Library, place: Path) -> None:
    run(library.update([LATER]))
    assert run(library) == {"canal": []}
    assert not open_at(place).watches.are_behind


def test_a_document_is_changed_whole(library: Library) -> None:
    backend = backend_at(library.backend)
    backend.update_document("x.json", lambda text: f"{text}1")
    backend.update_document("x.json", lambda text: f"{text}2")
    with pytest.raises(ZeroDivisionError):
        backend.update_document("x.json", lambda _: str(1 / 0))
    assert backend.read_document("x.json") == "None12"


def test_the_page_of_a_passage_is_known(library: Library) -> None:
    words = "The blockade of Port Meren must end soon."
    long = said("long", f"Timber is very dear this year. {words}", pages=(0, 5, 9, 400))
    after = library.update([long])
    run(after)
    (entry,) = reported(after)
    assert (entry.pair.b.text, entry.pair.b.pages) == (words, (3,))


def test_the_model_is_only_made_if_it_is_needed(library: Library) -> None:
    made: list[WordJudge] = []

    def model() -> WordJudge:
        made.append(WordJudge())
        return made[0]

    library.watches.run(stance_model=model)
    assert made == []
    ran = library.update([LATER]).watches.run(stance_model=model)
    assert (len(made), [one.total for one in ran.watches]) == (1, [1])


def test_a_search_without_the_weight_of_the_same_actor_is_not_watched(library: Library) -> None:
    class Weighing(WordJudge):
        same_actor = SameActor(1.0)

    model = Weighing()
    weighed, plain = (
        library.search(BLOCKADE, stance_model=model, same_actor=same) for same in (True, False)
    )
    with pytest.raises(WatchError, match="without --no-same-actor"):
        library.watches.add("plain", plain, stance_model=model)
    assert library.watches.add("weighed", weighed, stance_model=model).name == "weighed"
