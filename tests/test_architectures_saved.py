"""A network that was saved loads the next day, in a new process, after `import utils.layers`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from utils import architectures
from utils.pretrained import efficientnet_lite0

import numpy as np
import pytest

COURSE = Path(__file__).resolve().parents[1]
# Up to half a gigabyte each, and made of nothing that the others do not have.
LARGE = {"alexnet", "inception_v3", "resnet50", "vgg16", "vgg19", "xception"}
BUILDERS = {
    name: getattr(architectures, name) for name in architectures.__all__ if name not in LARGE | {"build"}
} | {
    "zfnet_of_the_paper": lambda: architectures.zfnet_cifar10(contrast_normalization=True, max_rms=0.1),
    "speedrun_learned": lambda: architectures.speedrun(whitening=False, normalization=False),
    "efficientnet_lite0": lambda: efficientnet_lite0(weights=None, input_shape=(64, 64, 3)),
}
ANSWER = """
import sys
{imports}
import keras, numpy
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("*.keras")):
    try:
        model = keras.models.load_model(path)
    except Exception as error:
        print(f"{{path.stem}}: {{error}}".replace("\\n", " "))
        continue
    numpy.savez(path.with_suffix(".npz"), *model.get_weights())
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    for name, builder in BUILDERS.items():
        model = builder()
        model.save(folder / f"{name}.keras")
        np.savez(folder / f"{name}.expected", *model.get_weights())
    return folder


def load_in_a_new_process(folder: Path, imports: str) -> list[str]:
    """Load all files; return a line for each that fails."""
    process = subprocess.run(
        [sys.executable, "-c", ANSWER.format(imports=imports), str(folder)],
        cwd=COURSE,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


def test_all_load_with_their_weights(saved):
    assert load_in_a_new_process(saved, "import utils.layers") == []
    for name in BUILDERS:
        found, expected = np.load(saved / f"{name}.npz"), np.load(saved / f"{name}.expected.npz")
        assert found.files == expected.files
        for weights in expected.files:
            np.testing.assert_array_equal(found[weights], expected[weights], err_msg=name)


def test_without_the_import_the_message_names_it(saved, tmp_path):
    names = ("lenet1", "small_alexnet", "speedrun", "zfnet_of_the_paper")
    for name in names:
        shutil.copy(saved / f"{name}.keras", tmp_path)
    failures = load_in_a_new_process(tmp_path, "import utils")
    assert [line.partition(":")[0] for line in failures] == list(names)
    assert all("utils.layers>" in line for line in failures)


def test_large_networks_have_no_other_layers():
    """Each class in their configurations is Keras's, or one that the test above has loaded."""
    inputs = {"input_shape": (96, 96, 3)}
    for name in ("inception_v3", "xception", "resnet50"):
        model = getattr(architectures, name)(include_top=False, weights=None, **inputs)
        assert '"registered_name": "' not in json.dumps(json.loads(model.to_json())["config"]["layers"])
