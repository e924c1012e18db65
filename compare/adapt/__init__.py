"""Adapt the stance model to one corpus, by labels that people gave its pairs.

    from compare import Library
    from compare.adapt.learning import adapt

    trial = adapt(Library.open("my-library"))
    for step in trial.steps:
        print(step.kind, step.change.log_loss, step.change.macro_f1, step.why_not or "kept")

`labels` gathers the labels and `enough` counts them, `fitting` learns a layer from them
(`models.calibration`) and cuts folds that share no statement, `measuring` has the figures before
and after, `learning` decides what is kept, and `trial` is what came of it. The file that is written
and what reads with it are in `compare.models.adapted`.
"""
