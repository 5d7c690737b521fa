"""Protects training, measuring and reporting from a program, without a recipe or an option."""

import json
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from zoo.data.images import save_png
from zoo.data.pipeline.sources import ImageSource
from zoo.data.sets.image_set import ImageSet
from zoo.errors import UserError
from zoo.evaluation import DrawnProtocol
from zoo.listener import Listener
from zoo.models.dcgan.model import DCGANConfig
from zoo.reports import write_report
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.job import Job, evaluate, train


@pytest.fixture
def job(tmp_path):
    """A tiny DCGAN of nine grey images, two of them held out."""
    names = [f"{i}.png" for i in range(9)]
    for i, name in enumerate(names):
        save_png(np.full((28, 28, 3), 20 * i, np.uint8), tmp_path / name)
    images = ImageSet("folder", tmp_path, names, np.zeros((9, 0), np.int32), (), "made for a test")
    config = DCGANConfig(size=(28, 28), noise=4, generator_width=4, discriminator_width=4)
    training = TrainingConfig(steps=2, batch_size=2, sample_every=1, checkpoint_every=1, best="diversity")
    learned, held_out = images.subset(range(7)), images.subset([7, 8])
    protocol = DrawnProtocol(learned, held_out, config.size, config.noise)
    return Job("dcgan", config, training, ImageSource(learned, (28, 28)), protocol)


def test_a_program_trains_measures_and_reports(job, tmp_path):
    run = train(job, tmp_path / "run")
    evaluation = json.loads((run.path / "evaluation.json").read_text())
    assert evaluation["step"] in (1, 2)
    assert set(evaluation["figures"]["model"]) == {"diversity"}
    assert evaluation == evaluate(run, job.protocol)
    assert sorted(path.name for path in run.samples.glob("step-*.png")) == [
        "step-00000001.png",
        "step-00000002.png",
    ]
    assert "Diversity" in write_report(run.path).read_text("utf-8")
    with pytest.raises(UserError, match="already exists"):
        train(job, run.path)


def test_ctrl_c_ends_a_program_and_not_only_its_training(job, tmp_path):
    """The steps are saved; what follows the training is not done as if it had ended."""

    class Interrupting(Listener):
        @contextmanager
        def counted(self, title):
            yield lambda done, total: signal.raise_signal(signal.SIGINT)

    training = TrainingConfig(steps=2, batch_size=2, log_every=1)
    job = Job("dcgan", job.config, training, job.source, job.protocol)
    with pytest.raises(KeyboardInterrupt, match="after step 1 of 2; it is saved"):
        train(job, tmp_path / "run", listener=Interrupting())
    run = RunDirectory.open(tmp_path / "run")
    assert [path.name for path in run.checkpoints.glob("step-*")] == ["step-00000001"]
    assert not (run.path / "evaluation.json").exists()


def test_the_best_checkpoint_needs_a_metric_that_is_measured(job, tmp_path):
    """It is refused before a run is made."""
    training = TrainingConfig(steps=2, best="categories_drawn")
    other = Job("dcgan", job.config, training, job.source, job.protocol)
    with pytest.raises(UserError, match="`best` categories_drawn: not measured on this data, because"):
        train(other, tmp_path / "run")
    assert not (tmp_path / "run").exists()
