"""The table of experiments: a run's row is appended, or replaces its old row."""

from __future__ import annotations

from training import figures


def report(name: str, macro_f1: float) -> dict[str, object]:
    return {
        "name": name,
        "what": "an idea",
        "macro_f1": macro_f1,
        "macro_f1_interval_95": (macro_f1 - 0.02, macro_f1 + 0.02),
        "f1": {"oppose": 0.5},
        "typed_macro_f1": 0.6,
        "agree_p_at_5": 0.8,
        "oppose_p_at_5": 0.7,
        "plain_polarity_auc": 0.9,
        "minutes": 8,
    }


def test_rows_are_added_and_replaced(tmp_path, monkeypatch):
    file = tmp_path / "EXPERIMENTS.md"
    of_others = "| form | shipped |\n|---|---|\n"
    file.write_text(f"# Experiments\n\n| run | backbone |\n|---|---|\n\nBelow.\n\n{of_others}")
    monkeypatch.setattr(figures, "FILE", file)
    figures.write_row(report("first", 0.6), "minilm")
    figures.write_row(report("second", 0.7), "mpnet")
    figures.write_row(report("first", 0.65), "minilm")
    lines = file.read_text().splitlines()
    assert lines[2:4] == ["| run | backbone |", "|---|---|"]
    assert lines[4].startswith("| first | minilm | an idea | 0.650 (0.630 to 0.670) | 0.500 |")
    assert lines[5].startswith("| second | mpnet |")
    assert lines[6:] == ["", "Below.", "", *of_others.splitlines()]
