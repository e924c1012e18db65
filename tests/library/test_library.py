from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import LibraryError, ModelError
from compare.facade import Library
from compare.statements import Country, PartialDate, Statement, split_statement
from tests.fakes import HashingEncoder, all_vectors, sample_statements, statement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Library:
    return Library.build(sample_statements(), folder, HashingEncoder())


def files_of(library: Library) -> dict[str, bytes]:
    path = library.folder / "generations" / library.generation
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


# -- What it holds -------------------------------------------------------------------------------


def test_statements_come_back_as_they_were_in_the_order_of_their_ids(library: Library) -> None:
    assert library.statements() == sorted(sample_statements(), key=lambda entry: entry.id)
    assert len(library) == library.manifest.statements == 5
    assert repr(library) == f"<Library {str(library.folder)!r}: 5 statements>"


def test_every_field_of_a_statement_is_kept(folder: Path) -> None:
    whole = Statement(
        "ä \U0001f600",
        "Text with\0 a control character, $x$ and <script>.",
        country=(Country("Valdoria", "VLD"), Country("Ostravia")),
        date=PartialDate("2021-06"),
        extra={"coder": "7", "": "no name"},
        **{
            name: name for name in ("context", "speaker", "role", "venue", "title", "source", "url")
        },
    )
    assert Library.build([whole], folder, HashingEncoder()).statement(whole.id) == whole


def test_passages_stand_in_rows_a_statement_after_the_other(library: Library) -> None:
    expected = [passage for entry in library.statements() for passage in split_statement(entry)]
    assert library.passages(range(6)) == expected
    assert library.passages([4, 0, 4]) == [expected[4], expected[0], expected[4]]
    assert library.passages([5])[0] == expected[5]
    assert library.statement_rows("ostrava-1") == range(1, 3)
    assert library.statement_rows("empty-1") == range(0)
    assert library.passages(np.array([], np.int64)) == []


def test_the_vectors_are_those_of_words_and_context(library: Library) -> None:
    completed = [passage.completed for passage in library.passages(range(6))]
    assert "malicious disinformation (of the report that Valdoria laid mines)" in completed
    np.testing.assert_array_equal(
        all_vectors(library), HashingEncoder().encode(completed).astype(np.float16)
    )
    np.testing.assert_array_equal(
        library.store.vectors(np.array([3, 1])), all_vectors(library)[[3, 1]]
    )


def test_what_there_is_not_is_a_clear_sentence(library: Library) -> None:
    ask: list[Callable[[], object]] = [
        lambda: library.statement("nobody-1"),
        lambda: library.statements(["joint-1", "nobody-1"]),
        lambda: library.statement_rows("nobody-1"),
        lambda: library.delete(["nobody-1", "joint-1"]),
    ]
    for question in ask:
        with pytest.raises(
            LibraryError,
            match=r"^There is no statement 'nobody-1' in the library in .*: `compare show` lists",
        ):
            question()
    with pytest.raises(IndexError, match="row 6 of 6 passages"):
        library.passages([6])[0]


def test_a_library_of_nothing(folder: Path) -> None:
    library = Library.build([], folder, HashingEncoder())
    assert (len(library), library.statements()) == (0, [])
    assert library.store.nearest(HashingEncoder().encode(["anything"]), 5).rows.shape == (1, 0)
    assert library.store.ranked_by_words("anything", 5).size == 0
    assert library.browse() == ([], 0)
    assert not any(library.facets().values())
    assert len(library.update(add=sample_statements())) == 5
    assert len(Library.open(folder).delete([entry.id for entry in sample_statements()])) == 0


def test_two_statements_with_one_id_are_refused(folder: Path) -> None:
    twice = [statement("a-1", "One thing was said."), statement("a-1", "Another thing was said.")]
    with pytest.raises(
        LibraryError, match="The id 'a-1' is used twice: give every statement an id"
    ):
        Library.build(twice, folder, HashingEncoder())
    library = Library.build([], folder, HashingEncoder())
    with pytest.raises(LibraryError, match="The id 'a-1' is used twice"):
        library.update(add=twice)


@pytest.mark.parametrize("field", ["id", "text", "speaker"])
def test_half_a_character_is_refused(folder: Path, field: str) -> None:
    broken = replace(statement("a-1", "These are the words."), **{field: "b\ud83d"})
    with pytest.raises(
        LibraryError, match=r"holds half a character \('\\ud83d'\), .*: save its corpus as UTF-8"
    ):
        Library.build([broken], folder, HashingEncoder())


# -- Changing it ---------------------------------------------------------------------------------


def test_only_new_words_are_embedded(library: Library) -> None:
    encoder = HashingEncoder()
    library = Library.open(library.folder, encoder)
    moved = replace(library.statement("valdoria-1"), venue="elsewhere")
    library = library.update(
        add=[
            moved,
            statement("new-1", "It must end today. They have said so many times."),
            statement("new-2", "They have said so many times."),
        ]
    )
    assert encoder.encoded == ["They have said so many times."]
    assert library.statement("valdoria-1").venue == "elsewhere"
    assert [passage.text for passage in library.passages(library.statement_rows("new-1"))] == [
        "It must end today.",
        "They have said so many times.",
    ]


def test_another_context_is_another_text_to_embed(library: Library) -> None:
    encoder = HashingEncoder()
    fragment = replace(library.statement("valdoria-2"), context="of the speech")
    Library.open(library.folder, encoder).update(add=[fragment])
    assert encoder.encoded == ["malicious disinformation (of the speech)"]


def test_a_build_over_a_library_takes_over_what_was_embedded(library: Library) -> None:
    encoder = HashingEncoder()
    Library.build(sample_statements()[:2], library.folder, encoder)
    assert encoder.encoded == []


def test_another_encoder_embeds_everything(library: Library) -> None:
    encoder = HashingEncoder(seed="another")
    rebuilt = Library.build(sample_statements(), library.folder, encoder)
    assert len(encoder.encoded) == 6
    assert rebuilt.manifest.encoder_digest == encoder.digest
    assert not np.allclose(all_vectors(rebuilt), all_vectors(library))


def test_the_encoder_is_not_loaded_where_nothing_is_embedded(library: Library) -> None:
    # No model on this machine has the name "hashing": loading it would fail.
    after = Library.open(library.folder).update(add=[library.statement("joint-1")])
    assert after.digest == library.digest
    with pytest.raises(ModelError, match="'hashing'"):
        _ = Library.open(library.folder).encoder


def test_progress_is_told_of_what_is_embedded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashingEncoder, "at_once", 4)
    told: list[tuple[int, int]] = []
    Library.build(sample_statements(), folder, HashingEncoder(), lambda *at: told.append(at))
    assert told[-1] == (6, 6)
    assert [total for _, total in told] == [6] * len(told)
    assert sorted(told) == told
    assert (4, 6) in told


def test_an_update_starts_from_the_folder_as_it_is_now(library: Library) -> None:
    stale = Library.open(library.folder, HashingEncoder())
    library.delete(["joint-1"])
    after = stale.update(add=[statement("new-1", "They have said so many times.")])
    assert [entry.id for entry in after.statements()] == [
        "empty-1",
        "new-1",
        "ostrava-1",
        "valdoria-1",
        "valdoria-2",
    ]


def test_an_update_of_nothing_changes_nothing(library: Library) -> None:
    assert files_of(library.update()) == files_of(library)


TEXTS = [
    "We agree with this.",
    "We do not agree with this.",
    "It is so. It was so before. Yes.",
    "",
]
STATEMENTS = st.builds(
    statement,
    st.sampled_from(["a", "b", "B", "ä", "10", "9", "a-1"]),
    st.sampled_from(TEXTS),
    date=st.sampled_from(["", "2021", "2021-05"]),
    country=st.sampled_from(["", "Valdoria=VLD", "Valdoria=VLD; Ostravia"]),
)
UNIQUE = st.lists(STATEMENTS, max_size=4, unique_by=lambda entry: entry.id)


@given(UNIQUE, st.lists(st.tuples(UNIQUE, st.sets(st.integers(0, 9))), max_size=3))
@settings(max_examples=15)
def test_updates_give_the_same_bytes_as_a_build_from_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Statement],
    changes: list[tuple[list[Statement], set[int]]],
) -> None:
    folder = tmp_path_factory.mktemp("updates")
    library = Library.build(first, folder / "updated", HashingEncoder())
    held = {entry.id: entry for entry in first}
    for add, places in changes:
        remove = {identity for at, identity in enumerate(sorted(held)) if at in places}
        library = library.update(add=add, remove=remove)
        held = {key: entry for key, entry in held.items() if key not in remove}
        held |= {entry.id: entry for entry in add}
    fresh = Library.build(reversed(held.values()), folder / "fresh", HashingEncoder())
    assert files_of(library) == files_of(fresh)


def test_the_digest_is_of_the_statements_alone(library: Library, tmp_path: Path) -> None:
    other = HashingEncoder(seed="another")
    again = Library.build(reversed(sample_statements()), tmp_path / "again", other)
    assert again.digest == library.digest
    hashes = b"".join(sorted(bytes.fromhex(entry.content_hash) for entry in library.statements()))
    assert library.digest == hashlib.sha256(hashes).hexdigest()
    changed = library.update(add=[replace(library.statement("joint-1"), url="https://x.example")])
    assert changed.digest != library.digest


# -- The encoder ---------------------------------------------------------------------------------


def test_another_encoder_than_the_librarys_is_refused(library: Library) -> None:
    other = HashingEncoder(seed="another")
    other.name = "other"
    with pytest.raises(
        LibraryError,
        match=rf"was built with the encoder 'hashing' \({HashingEncoder().digest[:12]}…\), "
        rf"not with 'other' \({other.digest[:12]}…\): pass --encoder hashing, or build it "
        "again with `compare build`.",
    ):
        Library.open(library.folder, other)
    Library.build(sample_statements(), library.folder, other)
    with pytest.raises(LibraryError, match="was built with the encoder 'other'"):
        library.update(add=[statement("new-1", "They have said so many times.")])


def test_a_name_that_stands_for_another_model_now_is_refused(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = HashingEncoder(seed="retrained")
    monkeypatch.setattr("compare.models.load_encoder", lambda name: changed)
    with pytest.raises(LibraryError, match="was built with the encoder 'hashing'"):
        _ = Library.open(library.folder).encoder
    with pytest.raises(LibraryError, match="was built with the encoder 'hashing'"):
        Library.open(library.folder).update(add=[statement("n", "They have said so many times.")])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda v: v.astype(np.float64), "vectors are float32, not float64"),
        (lambda v: v[:, :5], r"vectors are \[n, 32\], not \[6, 5\]"),
        (lambda v: v[:-1], "5 vectors for 6 texts"),
        (lambda v: v * 2, r"a vector of length 2\.000"),
        (lambda v: v * np.float32(np.nan), "vectors hold a number that is not finite"),
    ],
)
def test_an_encoder_must_give_unit_vectors(
    folder: Path, spoil: Callable[[np.ndarray], np.ndarray], message: str
) -> None:
    class Spoilt(HashingEncoder):
        def encode(self, *arguments: object) -> np.ndarray:
            return spoil(super().encode(*arguments))

    with pytest.raises(
        ModelError,
        match=rf"The encoder 'hashing' did not give unit vectors \({message}\): use another",
    ):
        Library.build(sample_statements(), folder, Spoilt())
    assert not (folder / "CURRENT").exists()


# -- The same words ------------------------------------------------------------------------------


def test_the_same_words_are_linked_and_all_are_kept(folder: Path) -> None:
    said = [
        statement("a", "We will send the arms.", date="2021"),
        statement("b", "“We will send arms”", date="2022"),
        statement("c", "We will not send arms."),
    ]
    library = Library.build(said, folder, HashingEncoder())
    assert len(library) == 3
    assert library.duplicates_of("a") == [said[1]]
    assert library.duplicates_of("c") == []
    assert library.duplicates_of("nobody") == []


# -- Use -----------------------------------------------------------------------------------------


def test_several_threads_read_one_library(library: Library) -> None:
    def read(n: int) -> tuple[object, ...]:
        query = library.store.vectors(np.array([n % 6]))
        return (
            library.statement("joint-1").id,
            library.store.nearest(query, 1).rows.tolist(),
            library.store.ranked_by_words("blockade", 5).tolist(),
            library.browse(query="mines")[1],
        )

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, range(120)))
    expected = [("joint-1", [[n % 6]], *results[0][2:]) for n in range(120)]
    assert results == expected


def test_a_folder_with_signs_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "a library?of #50% & ünïcode"
    assert len(Library.build(sample_statements(), folder, HashingEncoder())) == 5
    assert len(Library.open(str(folder))) == 5


def test_opening_a_library_loads_no_model_and_no_app(library: Library) -> None:
    script = (
        "import sys, compare.library\nassert 'numpy' not in sys.modules\n"
        "from compare.facade import Library\n"
        "library = Library.open(sys.argv[1])\n"
        "library.browse(query='mines')\n"
        "print([name for name in ('torch', 'streamlit', 'onnxruntime', 'faiss', 'transformers') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(library.folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout == "[]\n", done.stderr


def test_a_closed_library_gives_a_clear_sentence(library: Library) -> None:
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.statement("joint-1")


def test_what_is_deleted_is_nowhere_on_the_disk(folder: Path) -> None:
    words = "Nobody shall read of the pier of Meren again."
    Library.build(
        [*sample_statements(), statement("gone", words)], folder, HashingEncoder()
    ).close()
    before = Library.open(folder)
    after = before.delete(["gone"])
    assert [path.name for path in (folder / "generations").iterdir()] == [after.generation]
    held = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(b"pier of Meren" in path.read_bytes() for path in held)
    assert before.statements(["gone"])[0].text == words  # who has it open reads on
