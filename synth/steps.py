"""Every step of this room."""

from core.runs.steps import AnyStep


def every() -> list[AnyStep]:
    """Imported when asked for: their modules need the models."""
    from synth.cards.relabelling import Relabel
    from synth.cards.step import FigureCard, MakeCard
    from synth.generate.best_of import BestOf
    from synth.generate.improving import Improve
    from synth.generate.sampling import Generate
    from synth.judges.reference import ReferenceJudge
    from synth.judges.step import ModelJudge
    from synth.scorers.density import Density
    from synth.scorers.score import ScoreJudge

    return [
        ReferenceJudge(),
        ModelJudge(),
        Density(),
        ScoreJudge(),
        Generate(),
        Improve(),
        BestOf(),
        MakeCard(),
        FigureCard(),
        Relabel(),
    ]
