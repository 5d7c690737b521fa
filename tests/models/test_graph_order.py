"""A step reads every weight before it writes it, whatever TensorFlow makes of the step's graph."""

import pytest
from case import Case, compiled
from cases import CASES
from graph_order import races

from zoo.backend import tf
from zoo.engine.compiled_steps import Execution


# Whose gradient penalty reads biases that no gradient of these biases needs.
@pytest.mark.sampled
@pytest.mark.parametrize("name", ["stargan", "stargan-sparing"])
def test_no_weight_is_updated_while_it_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the gradient penalty, or what is logged, is now of the old weights and now of the new."""
    case: Case = next(each for each in CASES if each.name == name)
    traced = []
    monkeypatch.setattr(tf, "function", lambda python: traced.append(python) or python)
    Execution(compiled(case, accumulate=2), tf.distribute.get_strategy())
    monkeypatch.undo()
    batches = iter(case.data(1, 8))
    function = tf.function(traced[0]).get_concrete_function(batches)
    assert races(function) == []
