import pytest

from compare.models.load import TIERS
from compare.models.runtime import load_tokenizer
from compare.models.shipped import WEIGHTS
from compare.models.spelling import Spelling
from compare.results.result import Side


@pytest.fixture(scope="module")
def accurate():
    return load_tokenizer(WEIGHTS / "accurate" / "tokenizer.json", 256)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("£3 billion", " pounds 3 billion"),
        ("№ 5 of 2½", "No 5 of 2 1/2 "),
        ("CO₂", "CO2"),
        ("In 2023¹ we paid 10²", "In 2023 1 we paid 10 2"),
        ("Støre", "Store"),
        ("Straße", "Strasse"),
        ("non‑proliferation", "non-proliferation"),
        ("We won’t, and theyʼll never", "We won’t, and they'll never"),
        ("We reject👎 it; ≥5 percent→no", "We reject 👎  it;  ≥ 5 percent → no"),
        ("never\x0cleave\x1f\x85it\ud800\n", "never leave  it  "),
        ("A plain “text”, with é and İ, at 10 % – 中", None),
    ],
)
def test_what_the_vocabulary_lacks_is_spelled(accurate, text, read):
    assert text.translate(Spelling(accurate.get_vocab())) == (text if read is None else read)


@pytest.mark.parametrize("tier", TIERS)
def test_sums_and_names_stay_apart(tier):
    tokenizer = load_tokenizer(WEIGHTS / tier / "tokenizer.json", 256)
    spelling = Spelling(tokenizer.get_vocab())
    unknown = tokenizer.token_to_id("[UNK]")
    sides = [
        Side(text).text for text in ("£3 m", "£30 m", "¥3 m", "₹3 m", "Støre", "Kılıç", "Łódź")
    ]
    ids = [tuple(tokenizer.encode(text.translate(spelling)).ids) for text in sides]
    assert len(set(ids)) == len(sides)
    assert not [text for text, found in zip(sides, ids, strict=True) if unknown in found]
