"""A review for other annotation programs, so that a team can go on there.

Only the shape of their files is followed; nothing of theirs is needed to write them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.export.rows import Record
from compare.results.result import Stance
from compare.review.values import SKIP

_LABELS = tuple(stance.value for stance in Stance)

LABEL_STUDIO_CONFIG = """\
<View>
  <Header value="How do the two statements relate?"/>
  <Text name="a" value="$a"/>
  <Text name="a_who" value="$a_who"/>
  <Text name="b" value="$b"/>
  <Text name="b_who" value="$b_who"/>
  <Choices name="stance" toName="a" choice="single" required="true">
    <Choice value="agree" hotkey="a"/>
    <Choice value="oppose" hotkey="o"/>
    <Choice value="neither" hotkey="n"/>
  </Choices>
  <Rating name="confidence" toName="a" maxRating="3"/>
  <TextArea name="note" toName="a" maxSubmissions="1"/>
</View>
"""
"""The labelling interface of the tasks that `label_studio` returns."""


def label_studio(rows: Iterable[Record], codebook: str = "") -> list[dict[str, Any]]:
    """Return tasks in the JSON that Label Studio 1.x imports (its "basic JSON format").

    A task's `data` holds both passages, who said them and all columns of the pair; the machine's
    label is a prediction, and each answer that may be seen an annotation, whose reader is named in
    `data` (`reader_1`, `reader_2`), in the order of the annotations, since Label Studio knows
    people by accounts of its own. A skipped pair is a cancelled annotation. Make the project with
    `LABEL_STUDIO_CONFIG` first.
    """
    return [_task(row, codebook) for row in rows]


def _task(row: Record, codebook: str) -> dict[str, Any]:
    task: dict[str, Any] = {
        "data": {
            **row,
            "a": row["a_passage"],
            "a_who": _who(row, "a"),
            "b": row["b_passage"],
            "b_who": _who(row, "b"),
            "codebook": codebook,
        },
        "annotations": [
            {
                "result": _regions(answer["answer"], answer["confidence"], answer["note"]),
                "was_cancelled": answer["answer"] == SKIP,
            }
            for answer in _answers(row)
        ],
    }
    for hidden in _HIDDEN:
        task["data"].pop(hidden, None)
    if row["machine"]:
        prediction: dict[str, Any] = {
            "model_version": row["label_source"],
            "result": _regions(row["machine"], "", ""),
        }
        if row[f"p_{row['machine']}"] != "":
            prediction["score"] = row[f"p_{row['machine']}"]
        task["predictions"] = [prediction]
    return task


_HIDDEN = tuple(
    f"{name}_{number}"
    for number in (1, 2)
    for name in ("answer", "confidence", "note", "answered", "first_answer")
)
"""Columns that stand in annotations instead of in `data`."""


def _regions(label: Any, confidence: Any, note: Any) -> list[dict[str, Any]]:
    found = []
    if label in _LABELS:
        found.append(_region("stance", "choices", {"choices": [label]}))
    if confidence != "":
        found.append(_region("confidence", "rating", {"rating": confidence}))
    if note:
        found.append(_region("note", "textarea", {"text": [note]}))
    return found


def _region(name: str, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "a", "type": kind, "value": dict(value)}


def argilla(rows: Iterable[Record]) -> list[dict[str, Any]]:
    """Return records in the JSON that `dataset.records.from_json` of Argilla 2.x (2.8) reads.

    The dataset has the text fields a, a_who, b and b_who, and the questions stance (a label of
    agree, oppose, neither), confidence (a rating of 1 to 3) and note (text, not required). The
    machine's label is a suggestion. Argilla knows people by UUIDs: that of a reader here is version
    5 of their name in the DNS namespace; put those of your accounts in their place.
    """
    return [_record(row) for row in rows]


def _record(row: Record) -> dict[str, Any]:
    suggestions: dict[str, Any] = {}
    if row["machine"]:
        odds = row[f"p_{row['machine']}"]
        suggestions["stance"] = {
            "value": row["machine"],
            "score": None if odds == "" else odds,
            "agent": row["label_source"],
        }
    responses: dict[str, list[dict[str, Any]]] = {}
    for answer in _answers(row):
        user = str(uuid.uuid5(uuid.NAMESPACE_DNS, str(answer["reader"])))
        given = {
            "stance": answer["answer"] if answer["answer"] in _LABELS else "",
            "confidence": answer["confidence"],
            "note": answer["note"],
        }
        for question, value in given.items():
            if value != "":
                responses.setdefault(question, []).append({"value": value, "user_id": user})
    return {
        "id": row["pair"],
        "fields": {
            "a": row["a_passage"],
            "a_who": _who(row, "a"),
            "b": row["b_passage"],
            "b_who": _who(row, "b"),
        },
        "metadata": {name: row[name] for name in _METADATA if row[name] != ""},
        "suggestions": suggestions,
        "responses": responses,
        "vectors": {},
    }


_METADATA = (
    "review",
    "place",
    "topic",
    "a_id",
    "b_id",
    "final",
    "chosen",
    "order",
    "machine_shown",
)


def _answers(row: Record) -> Sequence[Mapping[str, Any]]:
    """Return the answers that a row holds."""
    names = ("reader", "answer", "confidence", "note")
    found = [{name: row[f"{name}_{number}"] for name in names} for number in (1, 2)]
    return [answer for answer in found if answer["answer"]]


def _who(row: Record, side: str) -> str:
    """Return who said a side, when and where, and what completes its words."""
    names = ("speaker", "role", "country", "date", "venue", "title", "source")
    told = ", ".join(str(row[f"{side}_{name}"]) for name in names if row[f"{side}_{name}"])
    context = row[f"{side}_context"]
    return f"{told} (context: {context})" if context else told
