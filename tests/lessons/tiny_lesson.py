# %% [markdown]
# # How do you average a list?
#
# A throwaway lesson for the tests of the authoring tools: it has all that a lesson must have, and runs in a second.
#
# | | |
# |---|---|
# | **You will** | average a list · choose a length · state a shape |

# %% [markdown] tags=["instructor"]
# A minute. Ask the room what the average of nothing is.

# %% tags=["parameters"]
PROFILE = "laptop"
SEED = 0

# %%
# Stand-ins, so that the tests of the tools need neither the engine nor TensorFlow.
# The course's own widgets.explore(…) is imported in real lessons.
import os


def check(exercise, answer):
    right = {
        "tiny-average": lambda f: f([1, 2, 6]) == 3,
        "tiny-length": lambda n: n == 4,
        "tiny-shape": lambda s: s == (2, 3),
    }
    try:
        passed = bool(right[exercise](answer))
    except TypeError:
        passed = False
    print(exercise, "passed" if passed else "not passed")
    if not passed and os.environ.get("NBGRADER_EXECUTION"):
        raise AssertionError(f"{exercise}: not passed")
    return answer


# %%
def claim(sentence, condition):
    if PROFILE != "smoke" and os.environ.get("GENAI_COURSE_STRICT") and not condition:
        raise AssertionError(sentence)
    print("claim:", sentence)


def predict(question, guess=...):
    print(question, guess)


quiz = predict

# %% [markdown]
# ## Exercise 1
# Stuck? Call `hint("tiny-average")`.


# %% tags=["exercise"] id="tiny-average" points=2
def average(numbers):
    """Average of a list of numbers."""
    ### BEGIN SOLUTION
    return sum(numbers) / len(numbers)
    ### END SOLUTION


# %% tags=["check"]
average = check("tiny-average", average)

# %% tags=["exercise"] solution="0.5"
my_guess = ...  # between 0 and 1

# %% tags=["check"]
predict("tiny-guess", my_guess)

# %% tags=["exercise"] id="tiny-length" points=1 solution="4"
length = ...  # a whole number

# %%
numbers = list(range(length)) if length is not ... else [0]
print("the numbers are", numbers)

# %% tags=["check"]
length = check("tiny-length", length)

# %% tags=["exercise"] id="tiny-shape" points=1 solution="(2, 3)"
shape = ...

# %% tags=["check"]
shape = check("tiny-shape", shape)

# %%
claim("One and one is two", 1 + 1 == 2)
claim("The list is not empty", len(numbers) > 0)
claim("The average of four numbers is 1.5", PROFILE == "smoke" or average(numbers) == 1.5)


# %% tags=["exercise", "make"] id="tiny-make" points=3
def my_average():
    """An average of your own."""
    ### BEGIN SOLUTION
    return sorted([1, 2, 6])[1]
    ### END SOLUTION


# %% tags=["exercise"] solution='"ab"'
my_answers = ...

# %% tags=["check"]
quiz("tiny", my_answers)

# %% [markdown]
# **Scale up.** Average more numbers.
