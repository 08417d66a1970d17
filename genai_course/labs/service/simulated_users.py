"""Made-up users of a story service: what they ask, what they let slip, and how pleased they are."""

import re

import numpy as np

STARTS = ("Take", "Boil", "Chop", "Mix", "Bake", "Peel", "Stir", "Fry")
AMOUNTS = ("two", "three", "four", "half of the", "a few", "some")
FOODS = ("eggs", "onions", "carrots", "tomatoes", "noodles", "mushrooms", "lentils", "apricots")
ENDS = ("and add", "with a little", "until they are", "in a large pan with", "for ten minutes and")
NAMES = ("anna.berg", "jonas.wirth", "meera.patel", "li.wei", "tom.okafor", "ines.costa")
PLEASED = {"story": 0.8, "recipe": 0.25}  # how often a user who wanted this gives a thumb up: an assumption of ours


def story_prompts(stories, n, seed=0):
    """The first three to six words of sentences from stories.  list of texts, n -> list of n texts"""
    sentences = [each for story in stories for each in re.split(r"(?<=[.!?]) ", story.strip()) if each.count(" ") > 5]
    random = np.random.default_rng([seed, 1])
    chosen, lengths = random.integers(len(sentences), size=n), random.integers(3, 7, size=n)
    return [" ".join(sentences[place].split()[:length]) for place, length in zip(chosen, lengths, strict=True)]


def recipe_prompts(n, seed=0):
    """How a recipe begins, from four short lists.  n -> list of n texts"""
    random = np.random.default_rng([seed, 2])
    return [" ".join(str(random.choice(words)) for words in (STARTS, AMOUNTS, FOODS, ENDS)) for _ in range(n)]


def signed(prompts, share=0.1, seed=0):
    """Some prompts with an e-mail address or a telephone number, as people do.  Returns (prompts, what was planted)."""
    random = np.random.default_rng([seed, 3])
    texts, planted = [], []
    for prompt in prompts:
        if random.random() < share:
            mail = f"{random.choice(NAMES)}{random.integers(100)}@example.org"
            telephone = f"030 {random.integers(200, 999)} {random.integers(1000, 9999)}"
            secret = mail if random.random() < 0.5 else telephone
            prompt = f"Send it to {secret} please. {prompt}"
            planted.append(secret)
        texts.append(prompt)
    return texts, planted


def thumbs(kinds, share=0.2, seed=0):
    """Who rates, and how: 1 up, 0 down, -1 no thumb.  list of n "story" or "recipe" -> (n,) int"""
    random = np.random.default_rng([seed, 4])
    pleased = random.random(len(kinds)) < [PLEASED[kind] for kind in kinds]
    return np.where(random.random(len(kinds)) < share, pleased.astype(int), -1)
