"""Two readers in two browsers, by keyboard; neither sees the other's answers."""

import csv
import io

from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, RUN_TIMEOUT, choose, settled
from tests.e2e.test_look import whole

PAIRS = "pair,a,b,a_speaker,b_speaker,topic,machine,p_agree,p_oppose,p_neither\n" + "".join(
    f"p{n},Lock {n} of the canal must be open.,Lock {n} shall stay shut.,Ada Lorn,Bren Tal,"
    f"{'locks' if n < 2 else 'ships'},oppose,0.1,0.8,0.1\n"
    for n in range(1, 4)
)


def visible(found):
    """Wait as long as for a page, whatever else the machine is doing."""
    expect(found).to_be_visible(timeout=RUN_TIMEOUT)


def make(page, name, *readers):
    """Fill in the form and make the review."""
    page.get_by_label("Name of the review").fill(name)
    for label, reader in zip(("First reader", "Second reader"), readers, strict=False):
        page.get_by_label(label).fill(reader)
    page.get_by_role("button", name="Make the review").click()
    visible(page.get_by_role("heading", name=name, exact=True))
    return settled(page)


def read_as(page, reader):
    """Say who one is; on a narrow screen the side has to be opened for that."""
    narrow = page.viewport_size["width"] < 600
    if narrow:
        page.locator("[data-testid=stExpandSidebarButton]").click()
    page.get_by_role("radio", name=reader, exact=True).click()
    page.get_by_role("heading", name="Pair 1", exact=True).wait_for(state="attached")
    if narrow:
        page.locator("[data-testid=stSidebarCollapseButton] button").click()
    return settled(page)


def press(page, key, then):
    """Press a key on the pair that is shown, and wait for the heading or words behind it."""
    page.keyboard.press(key)
    visible(page.get_by_text(then, exact=True).first)
    return settled(page)


def look(page, view, words):
    page.get_by_role("radio", name=view, exact=True).click()
    visible(page.get_by_text(words).first)
    return settled(page)


def table_of(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))


def test_two_readers_in_two_browsers(app, visit):
    ada = visit(f"{app.url}/review?r_name=A+new+review")
    ada.locator("input[type=file]").set_input_files(
        {"name": "pairs.csv", "mimeType": "text/csv", "buffer": PAIRS.encode()}
    )
    visible(ada.get_by_text("3 pairs in pairs.csv."))
    choose(ada.get_by_role("combobox", name="Order of reading"), "As they come")
    settled(ada)
    make(ada, "locks of Meren", "Ada", "Bren")
    bren = visit(f"{app.url}/review?r_name=locks+of+Meren", NARROW, "dark")
    whole(read_as(ada, "Ada"))
    whole(read_as(bren, "Bren"))

    press(ada, "3", "✓ Sure")
    ada.get_by_label("Note (optional").fill("an open clash")
    ada.keyboard.press("Tab")
    press(ada, "o", "Pair 2")
    assert "The model says" not in settled(ada).locator("[data-testid=stMain]").inner_text()
    press(bren, "a", "Pair 2")
    press(ada, "n", "Pair 3")
    press(ada, "u", "Pair 2")
    press(bren, "o", "Pair 3")
    press(ada, "o", "Pair 3")
    press(ada, "s", "Hand in my answers")

    mine = table_of(look(ada, "Files", "Download CSV"))
    assert [row["answer_1"] for row in mine] == ["oppose", "oppose", "skip"]
    assert {row["answer_2"] for row in mine} == {""}
    look(ada, "Read", "Hand in my answers")
    ada.get_by_role("button", name="Hand in my answers").click()
    visible(ada.get_by_text("Still reading: Bren."))
    look(ada, "Agreement", "Still reading: Bren.")
    assert "clash" not in settled(bren).locator("[data-testid=stMain]").inner_text()

    press(bren, "n", "Hand in my answers")
    bren.get_by_role("button", name="Hand in my answers").click()
    visible(bren.get_by_text("All answers are handed in"))
    look(bren, "Differences", "an open clash")
    visible(bren.get_by_text("0 of 2 differences decided"))
    bren.get_by_label("Who decides").fill("Cor")
    bren.get_by_label("Who decides").press("Enter")
    settled(bren)
    bren.get_by_label("Note (optional").focus()
    bren.keyboard.press("Tab")
    whole(press(bren, "o", "1 of 2 differences decided"))
    press(bren, "n", "All differences are decided.")
    whole(look(bren, "Agreement", "Agreement by topic"))
    rows = table_of(look(ada, "Files", "Download CSV"))
    assert [row["answer_1"] for row in rows] == ["oppose", "oppose", "skip"]
    assert [row["answer_2"] for row in rows] == ["agree", "oppose", "neither"]
    assert [row["final"] for row in rows] == ["oppose", "oppose", "neither"]
    assert (rows[0]["note_1"], rows[0]["decided_by"]) == ("an open clash", "Cor")


def test_what_was_found_is_reviewed_by_hand(app, visit):
    page = visit(f"{app.url}/?p=0", NARROW)
    page.get_by_role("button", name="Label these pairs yourself").click()
    visible(page.get_by_role("heading", name="A new review", exact=True))
    visible(page.get_by_label("Pairs to draw"))
    whole(page)
    make(page, "found by a search", "Ada")
    read_as(page, "Ada")
    whole(look(page, "Files", "drawn at random (seed 0)"))
