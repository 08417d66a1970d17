"""How long a training lasts, in epochs or in steps, what it cost, and how its learning rate falls until then.

A recipe makes the model and says how it learns; its budget says for how long: ``recipe(pictures, Epochs(6, options))``.
"""

import time

from genai_course.training.fine_tuning import build_optimizer, order

FIRST_STEPS = 16  # of Steps, in which TensorFlow traces the training step: their seconds are told apart


class Epochs:
    """So many passes over the rows, each in a new order.

    count: of passes. options: of ``compile``, such as ``run.compile_options``. callbacks, fit_options: of ``fit``.
    seconds: after the training, its CPU seconds, and those without compiling (the first epoch counted as a later one).
    """

    def __init__(self, count, options, callbacks=(), **fit_options):
        self.count, self.options, self.callbacks, self.fit_options = count, options, callbacks, fit_options
        self.seconds = {}

    def steps(self, rows, batch):
        """How many steps there will be."""
        return self.count * -(-rows // batch)

    def fit(self, model, *columns, batch, after=None):
        """Train a compiled model on columns of the same rows, None left out; ``after`` is done at the end and counted."""
        import keras

        ends = []
        note_time = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.process_time()))
        callbacks = [*self.callbacks, note_time]
        started = time.process_time()
        build_optimizer(model)
        columns = [column for column in columns if column is not None]
        model.fit(*columns, batch_size=batch, epochs=self.count, verbose=0, callbacks=callbacks, **self.fit_options)
        trained = time.process_time()
        if after:
            after()
        afterwards = time.process_time() - trained
        self.seconds = {"seconds": trained - started + afterwards}
        if len(ends) > 1:
            an_epoch = (ends[-1] - ends[0]) / (len(ends) - 1)
            self.seconds["seconds_without_compiling"] = an_epoch * self.count + afterwards


class Steps:
    """So many steps, over all rows in a new order again and again, or over the rows as they stand.

    count: of steps. options: of ``compile``. seed: of the orders. shuffle: False if the rows, one for each place of each batch,
    stand in the order in which they are to be seen.
    seconds: after the training, its CPU seconds without those of the first steps.
    """

    def __init__(self, count, options, seed=0, shuffle=True):
        self.count, self.options, self.seed, self.shuffle = count, options, seed, shuffle
        self.seconds = {}

    def steps(self, rows, batch):
        """How many steps there will be."""
        return self.count

    def order(self, n, batch):
        """Which of n rows the steps see.  -> (steps * batch,)"""
        return order(n, self.count * batch, self.seed)

    def fit(self, model, *columns, batch, after=None):
        """Train a compiled model on columns of the same rows, None left out; ``after`` is done at the end and counted."""
        columns = [column for column in columns if column is not None]
        if self.shuffle:
            order = self.order(len(columns[0]), batch)
            columns = [column[order] for column in columns]
        cut = min(FIRST_STEPS, self.count) * batch
        first, rest = ([column[part] for column in columns] for part in (slice(cut), slice(cut, None)))
        options = {"batch_size": batch, "shuffle": False, "verbose": 0}
        self.fit_in_two(model, lambda part: model.fit(*part, **options), first, rest, after)

    def fit_in_two(self, model, fit, first, rest, after=None):
        """``fit`` on what the first steps see, in which TensorFlow traces, then on the rest if there are more steps."""
        build_optimizer(model)
        fit(first)
        traced = time.process_time()
        if self.count > FIRST_STEPS:
            fit(rest)
        if after:
            after()
        self.seconds = {"trained_seconds": time.process_time() - traced}


def cosine_adam(rate, steps, **options):
    """Adam whose learning rate falls along a cosine, to 0 at the last step."""
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps), **options)


def warm_up_adam(rate, first, falling):
    """Adam for texts: the learning rate rises over the ``first`` steps and falls along a cosine over ``falling`` more."""
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(0.0, falling, warmup_target=rate, warmup_steps=first)
    return keras.optimizers.Adam(schedule, beta_2=0.99, global_clipnorm=1.0)
