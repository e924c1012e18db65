"""What runs report: new statements once, corrections with the words before, nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compare.errors import LibraryError, WatchError
from compare.library import Filters
from compare.library.backend import backend_at
from compare.library.library import Library
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


def kinds(watches: Watches, name: str = "canal") -> list[tuple[str, str]]:
    return briefly(reported(watches.library, name))


# --- new statements ------------------------------------------------------------------------------


def test_what_is_there_when_a_watch_is_added_is_not_new(watches: Watches) -> None:
    assert run(watches.library) == {"canal": []}
    found = kept(watches.library)
    assert sorted(briefly(found)) == [("baseline", "agree-1"), ("baseline", "oppose-1")]
    assert kinds(watches) == []


def test_a_new_statement_is_reported_once(library: Library) -> None:
    after = library.update([LATER, said("no", "Timber is dear.")])
    ran = after.watches.run(stance_model=WordJudge())
    (entry,) = ran.entries["canal"]
    assert (entry.statement.id, entry.stance, ran.read) == ("later", Stance.AGREE, 2)
    assert entry.statement.text == LATER.text
    assert entry.probabilities.agree > 0.5
    again = after.watches.run(stance_model=WordJudge())
    assert (again.entries, again.unchanged) == ({"canal": ()}, ("canal",))
    assert kinds(after.watches) == [("new", "later")]
    assert after.watches.watch("CANAL").total == 1


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
    assert not library.watches.is_behind(library.watches.watch("canal"))
    after = library.update([LATER])
    assert after.watches.is_behind(after.watches.watch("canal"))
    run(after)
    last = after.watches.watch("canal").last_run
    assert (last.statements, last.read, last.new, last.corrected) == (4, 1, 1, 0)
    run(after)
    assert after.watches.watch("canal").last_run.new == 0


def test_a_watch_that_is_added_later_has_its_own_baseline(library: Library) -> None:
    after = library.update([LATER])
    after.watches.add("second", searched(after), stance_model=WordJudge())
    assert run(after) == {"canal": [("new", "later")], "second": []}
    more = after.update([said("last", "The blockade of Port Meren must end, again.")])
    assert run(more, names=["second"]) == {"second": [("new", "last")]}
    assert run(more) == {"canal": [("new", "last")], "second": []}


def test_filters_and_thresholds_are_those_of_the_search(place: Path) -> None:
    library = Library.build(FIRST, place, HashingEncoder(256))
    ask = {"stance_model": WordJudge(), "filters": Filters(speakers=("Dena Orr",))}
    library.watches.add("hers", library.search(BLOCKADE, **ask))
    strict = searched(library).rethreshold(probability=0.9)
    library.watches.add("strict", strict, stance_model=WordJudge())
    after = library.update([LATER, said("his", "The blockade of Port Meren must end by May.")])
    assert run(after) == {"hers": [("new", "later")], "strict": []}
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
    assert run(after) == {"canal": [("new", "later")]}


def test_each_statement_with_the_same_words_is_an_entry(library: Library) -> None:
    again = replace(LATER, id="later-2", source="Bulletin")
    assert run(library.update([LATER, again])) == {"canal": [("new", "later"), ("new", "later-2")]}


def test_a_new_statement_with_the_very_words_is_news(library: Library) -> None:
    same = said("same", f"{BLOCKADE}.", "Dena Orr")
    assert run(library.update([same])) == {"canal": [("new", "same")]}
    assert library.watches.watch("canal").quote == Quote(BLOCKADE)


def test_the_quotes_own_statement_is_known_when_it_is_added(place: Path) -> None:
    own = said("own", f"{BLOCKADE}.", "Dena Orr")
    library = watching(place, statements=[*FIRST, own])
    assert library.watches.watch("canal").quote.statement_id == "own"
    after = library.update([replace(own, text=f"{BLOCKADE}, and it must end now.")])
    assert run(after) == {"canal": []}
    left = after.delete(["own"]).update([LATER])
    assert run(left) == {"canal": [("new", "later")]}


# --- corrections ---------------------------------------------------------------------------------


def test_corrected_words_are_reported_with_those_before(library: Library) -> None:
    words = "We say that the blockade of Port Meren will not end now."
    after = library.update([replace(FIRST[0], text=words)])
    ran = after.watches.run(stance_model=WordJudge())
    (entry,) = ran.entries["canal"]
    assert (entry.kind, entry.stance, entry.statement.text) == ("corrected", "oppose", words)
    assert (entry.before.words, entry.before.stance) == (FIRST[0].text, Stance.AGREE)
    assert after.watches.watch("canal").last_run.corrected == 1
    assert run(after) == {"canal": []}


def test_a_correction_may_leave_the_lists(library: Library) -> None:
    words = "We say that the blockade of Port Meren may well finish soon."
    after = library.update([replace(FIRST[0], text=words)])
    (entry,) = after.watches.run(stance_model=WordJudge()).entries["canal"]
    assert (entry.kind, entry.stance, entry.probabilities) == ("corrected", None, None)
    assert (entry.statement.text, entry.before.words) == (words, FIRST[0].text)
    assert entry.pair(Quote(BLOCKADE)) is None


def test_a_correction_may_be_taken_back(library: Library) -> None:
    after = library.update([replace(FIRST[0], text="The blockade of Port Meren shall not end.")])
    run(after)
    run(after.update([FIRST[0]]))
    entries = kept(library)
    assert briefly(entries).count(("corrected", "agree-1")) == 2
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_correction_under_a_new_id_is_found(library: Library) -> None:
    words = "We say that the blockade of Port Meren must end now, today."
    after = library.update([replace(FIRST[0], id="text-1", text=words)], ["agree-1"])
    (entry,) = after.watches.run(stance_model=WordJudge()).entries["canal"]
    assert (entry.kind, entry.statement.id, entry.stance) == ("corrected", "text-1", "agree")
    assert (entry.before.id, entry.before.words) == ("agree-1", FIRST[0].text)


@pytest.mark.parametrize(
    "other",
    [{"speaker": "Dena Orr"}, {"source": "Bulletin"}, {"text": f"{BLOCKADE}, and ships sail."}],
    ids=str,
)
def test_another_statement_is_no_correction(library: Library, other: dict[str, str]) -> None:
    text = {"text": "We say that the blockade of Port Meren must end now, today."}
    new = replace(FIRST[0], id="text-1", **{**text, **other})
    assert run(library.update([new], ["agree-1"])) == {"canal": [("new", "text-1")]}


def test_the_same_words_under_a_new_id_are_no_news(library: Library) -> None:
    after = library.update([replace(FIRST[0], id="text-1")], ["agree-1"])
    assert run(after) == {"canal": []}
    entries = kept(after)
    assert ("baseline", "text-1") in briefly(entries)


def test_another_venue_is_no_news_but_is_kept(library: Library) -> None:
    judge = WordJudge()
    after = library.update([replace(FIRST[0], venue="Pier of Meren")])
    assert after.watches.run(stance_model=judge).entries == {"canal": ()}
    assert judge.read == []
    entries = kept(after)
    venues = {entry.statement.id: entry.statement.venue for entry in entries}
    assert venues == {"agree-1": "Pier of Meren", "oppose-1": ""}


def test_words_elsewhere_in_a_statement_are_no_correction(library: Library) -> None:
    after = library.update([replace(FIRST[0], text=f"{FIRST[0].text} Timber is dear this year.")])
    assert run(after) == {"canal": []}


# --- deletion ------------------------------------------------------------------------------------


def texts_on_disk(place: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in place.glob("watches*"))


def test_deleting_a_statement_deletes_its_words_at_once(library: Library, place: Path) -> None:
    corrected = replace(FIRST[0], text="The blockade of Port Meren shall not end.")
    after = library.update([LATER, corrected])
    run(after)
    assert "at once" in texts_on_disk(place)
    left = after.delete(["later", "agree-1"])
    found = texts_on_disk(place)
    for words in ("at once", "end now", "shall not", "Dena Orr"):
        assert words not in found
    assert "will not end" in found
    entries = reported(left)
    assert sorted(briefly(entries)) == [("corrected", "agree-1"), ("new", "later")]
    assert not any(entry.in_library for entry in entries)
    assert run(left) == {"canal": []}


def test_a_statement_that_an_update_removed_is_not_shown(library: Library, place: Path) -> None:
    after = library.update([LATER])
    run(after)
    left = after.update(remove=["later"])
    (entry,) = reported(left)
    assert (entry.in_library, entry.statement.text) == (False, "")
    run(left)
    assert "at once" not in texts_on_disk(place)
    assert run(left.update([LATER])) == {"canal": [("new", "later")]}


def test_what_is_deleted_during_a_run_does_not_come_back(library: Library, place: Path) -> None:
    after = library.update([LATER])

    class Deleting(WordJudge):
        def score(self, pairs, on_progress=None):
            open_at(place).delete(["later", "agree-1"])
            return super().score(pairs, on_progress)

    after.watches.run(stance_model=Deleting())
    assert "at once" not in texts_on_disk(place)
    assert "end now" not in texts_on_disk(place)
    assert [e.in_library for e in reported(open_at(place))] == [False]


def test_what_is_deleted_while_a_watch_is_added_does_not_come_back(
    library: Library, place: Path
) -> None:
    result = searched(library)
    open_at(place).delete(["agree-1"])
    library.watches.add("second", result, stance_model=WordJudge())
    assert "end now" not in texts_on_disk(place)
    assert "will not end" in texts_on_disk(place)


def test_a_deletion_that_fails_leaves_the_words_and_one_again_finishes(
    library: Library, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LibraryError):
        library.delete(["agree-1", "nobody"])
    assert "end now" in texts_on_disk(place)
    left = open_at(place).update(remove=["agree-1"])  # as a program that was killed leaves it
    assert "end now" in texts_on_disk(place)
    with pytest.raises(LibraryError, match="agree-1"):
        left.delete(["agree-1"])
    assert "end now" not in texts_on_disk(place)


def test_words_that_a_run_writes_meanwhile_go_too(
    library: Library, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, backend = type(library.backend).update, type(library.backend)
    before = (place / "watches.json").read_text()

    def update(self, *given, **more):
        found = real(self, *given, **more)
        (place / "watches.json").write_text(before)  # as a run would
        return found

    monkeypatch.setattr(backend, "update", update)
    library.delete(["agree-1"])
    assert "end now" not in texts_on_disk(place)


def test_damaged_watches_stop_a_deletion_before_it_begins(library: Library, place: Path) -> None:
    (place / "watches.json").write_text("{")
    with pytest.raises(WatchError, match=r"watches\.json"):
        library.delete(["other"])
    assert len(open_at(place)) == 3


# --- names, limits, refusals ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb\0c", "a\u202eb", "\ud800"])
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
        lambda n: watches.run([n]),
    ):
        with pytest.raises(WatchError, match=r"no watch 'x' in .*\(canal\)"):
            ask("x")


def test_there_are_limits(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_watches, "MOST_WATCHES", 1)
    with pytest.raises(WatchError, match="at most 1 watches"):
        library.watches.add("second", searched(library))
    monkeypatch.setattr(of_watches, "MOST_ENTRIES", 1)
    first = [("baseline", "agree-1"), ("baseline", "oppose-1")]
    assert run(library.update([LATER])) == {"canal": [("new", "later")]}
    found = kept(library)
    assert briefly(found) == [*first, ("new", "later")]
    assert values.MOST_ENTRIES == 5_000
    after = open_at(library.backend).update([said("last", f"{BLOCKADE}, all say.")])
    assert run(after) == {"canal": [("new", "last")]}
    assert briefly(kept(after)) == [*first, ("new", "last")]
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
    assert library.watches.watch("canal").digest == open_at(place).digest


def test_a_document_is_changed_whole(library: Library) -> None:
    backend = backend_at(library.backend)
    backend.update_document("x.json", lambda text: f"{text}1")
    backend.update_document("x.json", lambda text: f"{text}2")
    with pytest.raises(ZeroDivisionError):
        backend.update_document("x.json", lambda _: str(1 / 0))
    assert backend.read_document("x.json") == "None12"


def test_a_passage_of_a_longer_statement_is_followed(place: Path) -> None:
    words = "The blockade of Port Meren must end soon."
    before, after = "Timber is very dear this year.", "Many of our ships still wait there."
    long = said("long", f"{before} {words} {after}", "Ola Ren")
    library = watching(place, statements=[*FIRST, long])
    found = kept(library)
    assert words in {entry.statement.text for entry in found}
    moved = replace(long, text=f"We met at noon in the harbour. {long.text}")
    assert run(library.update([moved])) == {"canal": []}
    softer = "The blockade of Port Meren may go on."
    cut = replace(long, text=f"{before} {softer} {after}")
    ((entry,),) = library.update([cut]).watches.run(stance_model=WordJudge()).entries.values()
    assert (entry.stance, entry.before.words, entry.statement.text) == (None, words, softer)


def test_the_page_of_a_passage_is_kept(place: Path) -> None:
    words = "The blockade of Port Meren must end soon."
    long = said("long", f"Timber is very dear this year. {words}", pages=(0, 5, 9, 400))
    library = watching(place, statements=[long])
    (entry,) = kept(library)
    assert (entry.statement.text, entry.excerpt.pages) == (words, (3,))


def test_many_statements_with_new_ids_are_followed(place: Path) -> None:
    words = [f"The blockade of Port Meren must end by day {n} of this year" for n in range(60)]
    old = [said(f"old-{n}", f"{each}.", "", "") for n, each in enumerate(words)]
    new = [said(f"new-{n}", f"{each}, too.", "", "") for n, each in enumerate(words)]
    library = watching(place, statements=old)
    calls: list[tuple[int, int]] = []
    after = library.update(new, [one.id for one in old])
    run(after, on_progress=lambda *done: calls.append(done))
    corrected = [entry for entry in kept(after) if entry.before]
    assert len(corrected) > 20
    assert {entry.before.id[4:] == entry.statement.id[4:] for entry in corrected} == {True}
    assert len(calls) > 2


def test_the_model_is_only_made_if_it_is_needed(library: Library) -> None:
    made: list[WordJudge] = []

    def model() -> WordJudge:
        made.append(WordJudge())
        return made[0]

    library.watches.run(stance_model=model)
    assert made == []
    ran = library.update([LATER]).watches.run(stance_model=model)
    assert (len(made), [one.total for one in ran.watches]) == (1, [1])
