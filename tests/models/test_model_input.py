"""What the model reads of a side, and of pairs longer than its window."""

import time
from dataclasses import replace

import numpy as np
import pytest

from compare.models import ModelInput, Use, load_stance_model
from compare.models.model_input import (
    MOST_PAIRS,
    MOST_PARTS,
    MOST_SENTENCES,
    Spelling,
    affirmed,
    as_cause,
    parts_of,
    read_in_parts,
    says_the_same,
    side_text,
    who_when_prefix,
)
from compare.models.runtime import load_tokenizer
from compare.models.stance import OF_THE_SAME_WORDS, TIERS, WEIGHTS

FILLER = (
    "The delegation thanked its hosts for the warm welcome in the old town hall. "
    "Rain fell on the harbour of Meren for most of the afternoon. "
    "The orchestra of the academy played two pieces by local composers. "
)
BLOCKADE = "We condemn the blockade of Port Meren, which must end today."
LAWFUL = "The blockade of Port Meren is lawful and will not end."


# -- Plain denials ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denial", "denied"),
    [
        ("The blockade must not end.", "The blockade must end."),
        ("Valdoria didn't shell the port.", "Valdoria did shell the port."),
        ("Valdoria won’t open the canal.", "Valdoria will open the canal."),
        ("The canal is not Valdoria's.", "The canal is Valdoria's."),
        ("Fees need not be paid.", "Fees need be paid."),
        ("Ships need not wait.", "Ships need wait."),
        ("The claim that the canal is open is not true.", "The canal is open."),
        ("These wild rumours that Lorn fired first are a Valdorian lie.", "Lorn fired first."),
        ("It is an absurd myth that the canal is open.", "The canal is open."),
        ("It's absurd to say that the canal is open", "The canal is open."),
        ("Valdoria’s claim that Lorn fired first isn't true.", "Lorn fired first."),
        ("Claims that some ships were sunk are pure inventions.", "Some ships were sunk."),
        ("The idea that Lorn is wrong is false.", "Lorn is wrong."),
        ("The claim that tolls are high has been fabricated.", "Tolls are high."),
        ("The port is not and will not be Lorn's.", "The port is and will be Lorn's."),
        ("The canal does not belong to Lorn.", "The canal does belong to Lorn."),
        ("Lorn is not at peace and will not disarm.", "Lorn is at peace and will disarm."),
        (
            "The port is not closed, and Lorn has not shelled it.",
            "The port is closed, and Lorn has shelled it.",
        ),
    ],
)
def test_a_plain_denial_is_known_by_what_it_denies(denial, denied):
    assert affirmed(denial) == denied


@pytest.mark.parametrize(
    "text",
    [
        "The blockade must end.",
        "We will not end the blockade.",  # the speaker's own position has words of its own
        "Our navy did not shell the port.",
        "The blockade must not go on.",  # as much as "must end"
        "The crew must not be left to starve.",
        "Valdoria cannot escape its duty.",
        "The canal is not only Valdoria's.",
        "Not all ships may pass.",
        "No ship must not pass.",
        "The claim that the canal is not open is false.",
        "The idea that the canal is open is not wrong.",
        "The claim that shocked the port is false.",
        "The allegation that we shelled the port is baseless.",
        "The claim that the canal is open is premature.",
        # what is called wrong is granted
        "It is wrong that the crew is denied food.",
        "It is absurd that Valdoria has one seat.",
        "It is ridiculous that Lorn holds a veto.",
        "The argument that the fleet left is a pretext for war.",
        # the predicate belongs to the charge
        "The idea that Valdoria is wrong is correct.",
        "The claim that the election was invented is true.",
        "The idea that torture is wrong is universally accepted.",
        "The belief that the war was wrong unites all.",
        "The claim that the attack was fabricated has been proven.",
        "The idea that occupation is wrong.",
        # a verb, not a charge
        "Opponents claim that climate change is a hoax.",
        "The people claim that the war is wrong.",
        "They claim that the war is wrong.",
        "We reject the claim that the canal is open is false.",
        # not called false
        "No claim that the canal is open is false.",
        "Not every claim that the canal is open is false.",
        "The claim that the canal is open is no lie.",
        "The claim that the canal is open is anything but false.",
        "The idea that a peace is possible is no longer a fantasy.",
        "The claim that the canal is open is partly false.",
        # no clause of its own
        "The claim that Lorn makes is a lie.",
        "The story that Meren Gazette ran yesterday is false.",
        "The idea that gave birth to the union was wrong.",
        "The narrative that dominates the port is propaganda.",
        "It is propaganda that wins wars.",
        # more than one
        "The claim that the canal is open is false and the port is closed.",
        "The claim that the canal is open is false but the blockade is a crime.",
        "The claim that Lorn fired first is false. Valdoria fired first.",
        "It is a lie that the canal is open and that the port is closed.",
        "The claim that the claim that the canal is open is false is false.",
        "The claim that “the canal is open” is false.",
        "Ships that do not pay must turn back.",
        "The canal is not open; the fleet closed it.",
        "The canal is not open because the fleet has closed it.",
        "The fleet will go home and will not come back.",
        "Is the canal not open?",
        "The canal is not a river but a road.",
        "The blockade must end. Valdoria is not a threat.",
        "Valdoria is not a threat — the blockade is.",
        "Valdoria is not a threat (the blockade is).",
        "Some ships do not pay.",
        "Tolls do not help any ship.",
        "Lorn says the port is not open.",
        "Valdoria is not complying.",
        "The Assembly must not be silent.",
        "",
    ],
)
def test_no_other_text_is_a_plain_denial(text):
    assert affirmed(text) is None


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (
            "There would have been no war if Lorn hadn’t fired first.",
            "There was war because Lorn had fired first.",
        ),
        ("Without the fleet there could be no peace", None),  # the comma parts the clauses
        ("Without the fleet, there would be no toll.", "There is toll because of the fleet."),
        ("There would be no toll were it not for Lorn.", "There is toll because of Lorn."),
        (
            "If Lorn did not arm them, the rebels could not fight.",
            "The rebels can fight because Lorn did arm them.",
        ),
        (
            "The port would not be poor if the tolls were not so high.",
            "The port is poor because the tolls were so high.",
        ),
        # one negation, or three
        ("There would be peace if Lorn had not fired first.", None),
        ("There would be no peace if Lorn had fired first.", None),
        ("There would be no peace if Lorn had not fired without warning.", None),
        ("The port would not be safe without a fleet.", None),  # read rightly as it stands
        # a condition, not what is so
        ("There can be no peace without justice.", None),
        ("There will be no toll if Lorn does not insist on it.", None),
        # more than two clauses
        ("There would be no toll if Lorn had not insisted and Valdoria had been firm.", None),
        ("There would be no toll without Lorn, and we cannot bear it.", None),
        ("There would no longer be a toll without Lorn.", None),
        # no condition, or no fact about others
        ("There would be no peace even if Lorn did not fire.", None),
        ("The minister would not say if Lorn had not complied.", None),
        ("The fleet would not only fire if Lorn did not yield.", None),
        ("There would be no toll without exception.", None),
        ("There would be no one left without aid.", None),
        ("There would be no more tolls without Lorn.", None),
        ("The deal would not be worth anything if Lorn did not sign.", None),
        ("The minister said Lorn would not fire if Valdoria had not mined it.", None),
        ("The fleet would not hesitate to fire if Lorn were not armed.", None),
        ("They would not pay if they were not forced to.", None),
        ("There could be no peace without Lorn.", None),
        ("If Lorn did not arm them, would there be no war?", None),
        ("", None),
    ],
)
def test_a_counterfactual_is_known_by_what_it_holds_to_be_so(text, held):
    assert as_cause(text) == held


def test_a_counterfactual_that_was_typed_is_read_as_a_cause():
    model = load_stance_model("fast").for_use(Use.QUOTE)
    said = ModelInput("Lorn closed the port because it was mined.", country="Lorn", date="2021")
    typed = "Lorn would not have closed the port if Valdoria had not mined it."
    read = "Lorn has closed the port because Valdoria had mined it."
    asked = [(ModelInput(typed), said), (ModelInput(read), said)]
    first, second = model.score(asked).tolist()
    assert first == second
    named = replace(ModelInput(typed), country="Lorn")  # only what was typed
    assert model.score([(named, said)])[0].tolist() != first


def test_a_plain_denial_that_was_typed_is_read_as_the_opposite_of_what_it_denies():
    model = load_stance_model("fast").for_use(Use.QUOTE)
    said = ModelInput("The blockade of Port Meren has to stop.", country="Lorn", date="2021")
    claim, denial = (
        "The blockade of Port Meren must end.",
        "The blockade of Port Meren must not end.",
    )
    ended, stays = (model.logits([(ModelInput(text), said)]) for text in (claim, denial))
    assert np.array_equal(ended, stays[:, [1, 0, 2]])
    assert np.array_equal(stays, model.logits([(said, ModelInput(denial))]))
    # Of two statements, or of two typed texts, neither is a claim about the other.
    for country in ("Lorn", ""):
        read = [ModelInput(text, country=country) for text in (claim, denial)]
        other = said if country else ModelInput(said.text)
        ended, stays = (model.logits([(text, other)]) for text in read)
        assert not np.array_equal(ended, stays[:, [1, 0, 2]])


OF_ALL_NATIONS = "The canal must be open to ships of all nations."


@pytest.mark.parametrize("use", [None, Use.QUOTE, Use.PAIR, Use.PROPOSITION])
@pytest.mark.parametrize("tier", TIERS)
def test_the_same_words_agree(tier, use):
    model = load_stance_model(tier)
    model = model.for_use(use) if use else model
    typed, said = (
        ModelInput(OF_ALL_NATIONS),
        ModelInput(
            "the canal must be open to the ships of all nations", country="Lorn", date="2021"
        ),
    )
    other = ModelInput("The canal must be open to ships of few nations.", country="Lorn")
    same, back, differs = model.score([(typed, said), (said, typed), (typed, other)])
    assert same.tolist() == back.tolist() == pytest.approx(OF_THE_SAME_WORDS)
    assert differs[0] < 0.97


def test_the_same_words_about_oneself_are_another_claim_in_another_country():
    def said(country, text="We will win this war.", context=""):
        return ModelInput(text, country=country, context=context)

    assert says_the_same(said("Valdoria"), said("Valdoria"))
    assert says_the_same(said(""), said("Ostravia"))
    assert not says_the_same(said("Valdoria"), said("Ostravia"))
    lift = "The US must lift the embargo."  # no pronoun
    assert says_the_same(said("Valdoria", lift), said("Ostravia", lift))
    war = "The war will be lost."
    assert says_the_same(said("Valdoria", war), said("Ostravia", war.upper()))
    assert not says_the_same(said("", war), said("", "The war will not be lost."))
    assert not says_the_same(said("", war), said("", war, "what people of Meren say"))
    assert not says_the_same(said("", war), said("", war.replace(".", "?")))


# -- One side --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "date", "prefix"),
    [
        ("Valdoria", "2021-03-04", "Valdoria, 2021: "),
        (" Valdoria ", "", "Valdoria: "),
        ("", "2021", "2021: "),
        ("", "UN document 12345, 18 March 2022", "2022: "),
        ("", "20220318", "2022: "),
        ("", "18032022", ""),
        ("", "", ""),
    ],
)
def test_who_and_when_ahead_of_the_words(country, date, prefix):
    assert who_when_prefix(country, date) == prefix


def test_what_is_read_is_the_words_completed_by_their_context():
    side = ModelInput("disinformation", "of the report of mines", "Valdoria", "2021")
    assert side_text(side) == "Valdoria, 2021: disinformation (of the report of mines)"


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
        ModelInput(text).text
        for text in ("£3 m", "£30 m", "¥3 m", "₹3 m", "Støre", "Kılıç", "Łódź")
    ]
    ids = [tuple(tokenizer.encode(text.translate(spelling)).ids) for text in sides]
    assert len(set(ids)) == len(sides)
    assert not [text for text, found in zip(sides, ids, strict=True) if unknown in found]


# -- Pairs longer than the window ------------------------------------------------------------------


OTHER_FILLER = (
    "Our ministry opened its library to students this spring. "
    "Forty new trees stand along the avenue by the river. "
    "The museum showed coins and maps of the northern provinces. "
)


def long_side(sentence, country="Valdoria", filler=FILLER):
    return ModelInput(filler * 6 + sentence + " " + filler * 6, country=country, date="2021")


@pytest.fixture(scope="module")
def model():
    return load_stance_model("fast")


def test_the_verdict_is_that_of_the_strongest_pair_of_sentences_and_says_which(model):
    a, b = long_side(BLOCKADE), long_side(LAWFUL, "Ostravia", OTHER_FILLER)
    scores, [(part_a, part_b)] = model.score_parts([(a, b)])
    assert (part_a.text, part_b.text) == (BLOCKADE, LAWFUL)
    assert (part_a.country, part_b.country) == ("Valdoria", "Ostravia")
    assert np.array_equal(scores, model.score([(part_a, part_b)]))
    assert np.array_equal(scores, model.score([(a, b)]))


def test_a_pair_that_fits_is_read_whole(model):
    pair = ModelInput(BLOCKADE), ModelInput(LAWFUL)
    _, [read] = model.score_parts([pair])
    assert read == pair


def test_swapping_long_sides_changes_nothing(model):
    pairs = [(long_side(BLOCKADE), long_side(LAWFUL)), (long_side(BLOCKADE), ModelInput(LAWFUL))]
    assert np.array_equal(model.score(pairs), model.score([(b, a) for a, b in pairs]))


def test_progress_counts_pairs_not_their_sentences(model):
    seen = []
    model.score([(long_side(BLOCKADE), ModelInput(LAWFUL))] * 2, lambda *told: seen.append(told))
    assert seen[-1] == (2, 2)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def always(_):
    return True


def in_words(most):
    """Return what holds of a pair whose texts and contexts have so many words at most."""
    return lambda pair: sum(len(f"{s.text} {s.context}".split()) for s in pair) <= most


def oppose_if(holds):
    """Return a reader that opposes where that holds of a pair, else hardly."""

    def score(pairs, on_progress=None):
        return np.array([[0, 0.9, 0.1] if holds(*p) else [0, 0.1, 0.9] for p in pairs], np.float32)

    return score


def texts_of(pairs):
    return [(a.text, b.text) for a, b in pairs]


def numbered(count, word="point"):
    return [f"The {word} {n} was raised." for n in range(count)]


def test_few_pairs_of_sentences_are_read_of_texts_of_any_length():
    pair = tuple(
        ModelInput(" ".join(f"The {word} {n} is closed." for n in range(3000))) for word in "xy"
    )
    found = parts_of(pair, always)
    assert MOST_PAIRS <= len(found) <= MOST_PAIRS + 1
    assert {(y.text, x.text) for x, y in parts_of(pair[::-1], always)} == set(texts_of(found))


def test_ties_are_read_with_the_last():
    pair = ModelInput(" ".join(numbered(40, "dam"))), ModelInput(" ".join(numbered(50, "bridge")))
    found = texts_of(parts_of(pair, always))
    swapped = texts_of(parts_of(pair[::-1], always))
    assert {(y, x) for x, y in swapped} == set(found)
    assert MOST_PAIRS <= len(found) <= MOST_PAIRS + 1
    assert sum(x.split()[2] == y.split()[2] for x, y in found) == 40


@pytest.mark.parametrize(("rows", "columns"), [(1, 256), (256, 1), (16, 16)])
def test_every_pair_of_sentences_is_read_while_they_are_few(rows, columns):
    first, second = numbered(rows, "dam"), numbered(columns, "bridge")
    pair = ModelInput(" ".join(first)), ModelInput(" ".join(second))
    found = texts_of(parts_of(pair, always))
    assert len(found) == MOST_PAIRS
    assert set(found) == {(x, y) for x in first for y in second}


def test_a_denial_that_shares_no_word_is_read():
    denial = "None of that ever happened."
    quote = ModelInput("Ships shelled the port of Meren at dawn.")
    passage = ModelInput(" ".join([*("The port of Meren has ships." for _ in range(200)), denial]))
    rows, [(_, read)] = read_in_parts(
        [(quote, passage)], lambda _: False, oppose_if(lambda _, b: b.text == denial)
    )
    assert read.text == denial
    assert rows[0, 1] == pytest.approx(0.9)


def test_a_long_text_is_split_by_its_language():
    sentences = [
        "Das ist nach Abs. 5 des Vertrags nicht erlaubt.",
        "Wir lehnen es deshalb ab.",
    ]
    found = texts_of(parts_of((ModelInput(" ".join(sentences)), ModelInput("No.")), always))
    assert {text for text, _ in found} == set(sentences)


def test_late_sentences_count():
    denial = "Nobody blockaded the port of Meren."
    before = numbered(990)
    pair = ModelInput("They blockaded the port of Meren."), ModelInput(" ".join([*before, denial]))
    assert texts_of(parts_of(pair, always))[0] == (pair[0].text, denial)


def test_sides_of_as_many_sentences_as_are_looked_at_take_no_time():
    words = " ".join(f"word{n}" for n in range(30))
    text = " ".join(f"The {words} {n} is closed." for n in range(MOST_SENTENCES))
    before = time.process_time()
    assert len(parts_of((ModelInput(text), ModelInput(text)), always)) >= MOST_PAIRS
    assert time.process_time() - before < 2


# -- Sentences longer than the window ------------------------------------------------------------

RESOLUTIONS = ", ".join(f"S/RES/{n}(2000)" for n in range(2100, 2140))
REJECTED = f"As to resolutions {RESOLUTIONS}: we reject every one of them."


def test_a_sentence_longer_than_the_window_is_read_to_its_end():
    pair = ModelInput(REJECTED, country="Valdoria"), ModelInput("They stand.")
    fits = in_words(20)
    score = oppose_if(lambda a, b: fits((a, b)) and "reject" in a.text)
    rows, [read] = read_in_parts([pair], fits, score)
    assert rows[0, 1] == pytest.approx(0.9)
    assert read[0].text in REJECTED
    assert read[0].country == "Valdoria"
    again, [same] = read_in_parts([read], fits, score)
    assert np.array_equal(again, rows)
    assert same == read


@pytest.mark.parametrize("other", ["They stand.", REJECTED, REJECTED.replace("reject", "accept")])
def test_halves_fit_hold_every_word_and_do_not_hang_on_the_order(other):
    pair = ModelInput(REJECTED), ModelInput(other)
    fits = in_words(20)
    found = parts_of(pair, fits)
    assert all(map(fits, found))
    for side, texts in zip(pair, zip(*texts_of(found), strict=True), strict=True):
        assert all(text in side.text for text in texts)
        assert {word for text in texts for word in text.split()} == set(side.text.split())
    assert {(y, x) for x, y in texts_of(parts_of(pair[::-1], fits))} == set(texts_of(found))


def test_of_a_long_word_beside_a_long_text_the_text_is_halved():
    word = "x" * 39

    def fits(pair):
        return sum(len(side.text) for side in pair) <= 60

    found = parts_of((ModelInput(word), ModelInput("We do not take that at all")), fits)
    assert texts_of(found) == [(word, "We do not take"), (word, "that at all")]


@pytest.mark.parametrize("text", ["x" * 39, "", " ", "…"])
def test_what_holds_no_blank_stays_as_it_is(text):
    pair = ModelInput(text), ModelInput("y" * 30)
    assert parts_of(pair, lambda _: False) == [pair]


def test_beside_a_context_that_fills_the_window_nothing_is_halved():
    pair = (
        ModelInput("We do not take that at all.", context="x " * 50),
        ModelInput("They stand for it."),
    )
    assert parts_of(pair, in_words(40)) == [pair]


def test_parts_are_bounded():
    text = " ".join("word" for _ in range(70)) + "."
    pair = ModelInput(text, context="x " * 38), ModelInput(text)
    assert parts_of(pair, in_words(40)) == [pair]
    many = ModelInput(" ".join([text] * 20))
    found = parts_of((many, many), in_words(20))
    assert MOST_PARTS <= len(found) <= 3 * MOST_PARTS
    assert all(map(in_words(20), found))


def test_the_shipped_model_reads_a_sentence_longer_than_its_window_to_its_end(model):
    other = ModelInput("Every one of these resolutions is welcome.")
    pairs = [
        (ModelInput(text), other) for text in (REJECTED, REJECTED.replace("reject", "welcome"))
    ]
    scores, read = model.score_parts(pairs)
    assert not np.array_equal(scores[0], scores[1])
    again, same = model.score_parts(read)
    assert np.array_equal(again, scores)
    assert same == read


def test_the_strongest_is_by_agree_or_oppose_not_by_neither():
    first, second = FILLER.split(". ", maxsplit=1)[0] + ".", BLOCKADE
    table = {first: (0.1, 0.0, 0.9), second: (0.2, 0.5, 0.3)}

    def score(pairs, on_progress=None):
        return np.array([table[a.text] for a, _ in pairs], np.float32)

    rows, chosen = read_in_parts(
        [(ModelInput(f"{first} {second}"), ModelInput("x"))], lambda _: False, score
    )
    assert rows.tolist() == [pytest.approx([0.2, 0.5, 0.3])]
    assert chosen == [(ModelInput(second), ModelInput("x"))]


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "🙂" * 3000, "مرحبا " * 2000, "a" * 1_000_000, "word " * 200_000]
)
def test_hostile_texts_are_read(model, text):
    scores = model.score([(ModelInput(text), ModelInput(LAWFUL))])
    assert scores.shape == (1, 3)
    assert scores.sum() == pytest.approx(1, abs=1e-5)


def test_beside_a_text_without_blanks_that_fills_the_window_nothing_is_halved():
    pair = ModelInput("a." * 40), ModelInput("They stand for it, as all of them said.")

    def fits(pair):
        return sum(len(side.text) for side in pair) <= 60

    assert parts_of(pair, fits) == [pair]
    assert parts_of(pair[::-1], fits) == [pair[::-1]]
