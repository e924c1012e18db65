"""The study in the docs: its plan, answers and page fit each other."""

from __future__ import annotations

import csv
from pathlib import Path

from compare.review import Plan

STUDY = Path(__file__).parents[2] / "docs" / "study"


def labels(name: str) -> dict[str, str]:
    with (STUDY / name).open(newline="", encoding="utf-8") as lines:
        return {row["pair"]: row["answer"] for row in csv.DictReader(lines)}


def test_every_pair_of_the_plan_has_the_same_label_twice() -> None:
    plan = Plan.load(STUDY / "plan.json")
    first, second = labels("reader-1.csv"), labels("reader-2.csv")
    assert first == second
    assert len(first) == plan.size == 150
    assert {*first.values()} == {"agree", "oppose", "neither"}


def test_the_page_says_what_was_drawn() -> None:
    page = (STUDY.parent / "study.md").read_text(encoding="utf-8")
    plan = Plan.load(STUDY / "plan.json")
    pool = plan.pool
    read = f"{sum(pool.values()):,} of the 2,903 speeches had a passage that was read"
    assert read in " ".join(page.split())
    assert f"called {pool['agree']} agreeing, {pool['oppose']} opposing" in " ".join(page.split())
    assert all(" ".join(one.split()) in " ".join(page.split()) for one in plan.hypotheses)
