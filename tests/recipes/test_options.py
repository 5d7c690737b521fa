"""Every option of a recipe is declared once, and what its presets say are options."""

import importlib
import pkgutil
from dataclasses import fields

import pytest

import recipes
from recipes import select_model_shots
from recipes.options.recipe import Recipe
from zoo.engine.configuration import options
from zoo.training.configuration import TrainingConfig

RECIPES = [
    module.RECIPE
    for module in (
        importlib.import_module(f"recipes.{each.name}")
        for each in pkgutil.iter_modules(recipes.__path__)
        if not each.name.startswith("_") and not each.ispkg
    )
    if isinstance(getattr(module, "RECIPE", None), Recipe)
]


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe.name)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    return request.param


def test_seven_models_are_trained() -> None:
    assert len({recipe.model for recipe in RECIPES}) == 7


def test_every_field_says_what_it_means(recipe: Recipe) -> None:
    for kind in (recipe.configuration, TrainingConfig):
        declared = options(kind)
        assert {field.name for field in fields(kind)} - set(declared) <= {"schedule"}
        assert all(each.help for each in declared.values())


def test_every_offered_field_is_an_option_and_has_a_default_in_each_preset(recipe: Recipe) -> None:
    actions = {action.dest: action for action in recipe.parser()._actions}
    for sample in (True, False):
        presets = recipe.complete(sample)
        assert list(presets) == ["quick", "paper"]
        for kind in (recipe.configuration, TrainingConfig):
            for name, declared in options(kind).items():
                assert name in actions or not declared.offered
                assert all((name in values) == declared.offered for values in presets.values())
        for values in presets.values():
            assert set(values) <= set(actions)
            assert (values["steps"] is None) != (values["epochs"] is None)
            of_model = options(recipe.configuration)
            recipe.configuration(**{name: value for name, value in values.items() if name in of_model})


def test_help_shows_no_parameter_as_programs_know_it(recipe: Recipe) -> None:
    text = recipe.parser().format_help()
    assert "`" not in text
    assert "(default: " in text


def test_a_former_option_works_with_a_warning(capsys: pytest.CaptureFixture) -> None:
    stargan = next(recipe for recipe in RECIPES if recipe.model == "stargan")
    assert stargan.parser().parse_args(["--keep-rate", "0.25"]).unchanged_rate == 0.25
    assert stargan.parser().parse_args(["--keep-rate=0.75"]).unchanged_rate == 0.75
    assert capsys.readouterr().err.count("--keep-rate is called --unchanged-rate now") == 2


def test_a_former_option_of_another_command_works_too(capsys: pytest.CaptureFixture) -> None:
    assert select_model_shots.parser().parse_args(["--max-doubt", "0.5"]).max_uncertainty == 0.5
    assert "--max-doubt is called --max-uncertainty now" in capsys.readouterr().err
