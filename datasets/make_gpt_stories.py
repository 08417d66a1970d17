"""Train the GPT that writes stories and write ``gpt_stories.npz``.

    python datasets/make_gpt_stories.py             goes on where an earlier run was interrupted
    python datasets/make_gpt_stories.py --judge     only measures what is there

No story is shown twice, and none is a story of ``data.stories`` with the seeds that lessons use.
"""

import sys

import numpy as np
from long_training import ship, train
from make_pictures import save, shaded

from genai_course import data, evaluation, session
from genai_course.data.tokens import BytePairEncoder
from genai_course.models import shipped_weights
from genai_course.models.language_model import pad

keras = session.quietly_import_keras()
session.pin_threads("laptop")

NAME = "gpt_stories"
FIRST_SEED = 920_000  # of the stories to learn from
DRAWS, STORIES, BATCH = 7, 6_400, 8
STEPS_PER_BATCH = 16  # of BATCH stories each, compiled into one graph


def encoder():
    """The tokens: learned from the first of the fresh stories."""
    stories = data.stories(1_500, 1, seed=FIRST_SEED)
    return BytePairEncoder.train(stories.train_text, size=shipped_weights.VOCABULARY)


def judge(model):
    """Bits per character beside the true entropy, and how often the friend is named at the end."""
    stories = data.stories(1, 400)

    def log_prob(texts):
        return model.log_prob(pad([model.encoder.encode(text) for text in texts]))

    characters = sum(map(len, stories.test))
    bits = evaluation.bits_per_character(log_prob(stories.test), characters)
    true_bits = evaluation.bits_per_character(stories.log_prob(stories.test_text), characters)
    questions = [stories.friend_cloze(story) for story in stories.test[:200]]
    named = np.mean([np.argmax(log_prob(beginnings)) == right for beginnings, right, _ in questions])
    print(
        f"{bits:.4f} bits per character; true probabilities {true_bits:.4f}, entropy {stories.entropy_per_character:.4f}"
    )
    print(f"the friend is named in {named:.1%}")
    story = model.encoder.decode(model.sample(1, seed=0)[0]).split("\n")[0]
    tokens = model.encoder.encode(story)
    lengths = [len(model.encoder.pieces[token]) for token in tokens]  # in characters, all of which are single bytes
    bits = -model.log_prob_of_tokens(pad([tokens]))[0] / np.log(2)
    save(NAME, shaded(story, np.repeat(bits / lengths, lengths)), enlarge=1, colours=32)


def main():
    tokens = encoder()

    def fresh_stories(draw):
        rows = pad([tokens.encode(text) for text in data.stories(STORIES, 1, seed=FIRST_SEED + draw).train])
        return (pad(rows.tolist(), shipped_weights.CONTEXT),)

    def prepare(model):
        model.steps_per_batch, model.encoder = STEPS_PER_BATCH, tokens

    if "--judge" not in sys.argv:
        options = {"weight_decay": 0.01, "beta_2": 0.99, "global_clipnorm": 1.0}
        compiled = {"jit_compile": True}
        optimizer = keras.optimizers.AdamW
        batch = STEPS_PER_BATCH * BATCH
        model, _ = train(NAME, fresh_stories, DRAWS, 4e-3, batch, optimizer, compiled, prepare, **options)
        ship(NAME, model)
    judge(shipped_weights.load(NAME))


if __name__ == "__main__":
    main()
