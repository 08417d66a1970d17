# %% [markdown]
# # Where do prompts and answers live, and who may read them?
#
# A model that people use leaves a trail: what they asked, what it said, whether that helped. In this lesson you keep such a trail in one small database: nothing lost, nothing
# mixed up, found again by words and by meaning, and closed to those who may not read it.
#
# | | |
# |---|---|
# | **You will** | name a record by its content · fuse two searches so that they beat each alone · tune the fusion on planted questions · stop an injection · find what encryption leaves readable · read feedback over time |
# | **First** | [Text](02_text.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 55 minutes.** Linked records and versions 10 · masking 6 · search 16 · roles and injection 10 · encryption 6 · feedback and limits 7.
#
# The sentence to leave on the board: *the rule must stand where the reading happens.*
# Learners expect meaning to beat words. Ask before the table of kinds: *which question would you trust to which search?* (A code to words, a paraphrase to vectors.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import check, claim, hint, plots, predict, quiz, setup, show_source, widgets

run = setup(PROFILE, SEED)

# %%
import hashlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from genai_course.labs import storage
from genai_course.data.cleaning import mask_personal_data

folder = Path(tempfile.mkdtemp())  # everything this lesson stores; your own files stay alone
random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## The smallest version: two tables and a link
#
# One prompt can have many responses: from two models, or corrected later. So prompts and responses are two tables, and each response *points* to its prompt. SQLite, a database in
# one file, is part of Python, and refuses a response that points nowhere.

# %%
tiny = sqlite3.connect(":memory:")
tiny.execute("PRAGMA foreign_keys = ON")
tiny.execute("CREATE TABLE prompts (number INTEGER PRIMARY KEY, text)")
tiny.execute("CREATE TABLE responses (prompt INTEGER REFERENCES prompts, text, source)")
tiny.execute("INSERT INTO prompts VALUES (1, ?)", ["How do I renew a book?"])
answers = [(1, "In your account.", "real"), (1, "Renewals are easy!", "synthetic")]
tiny.executemany("INSERT INTO responses VALUES (?, ?, ?)", answers)
try:
    tiny.execute("INSERT INTO responses VALUES (?, ?, ?)", (2, "Yes.", "real"))
except sqlite3.IntegrityError as error:
    print("Refused:", error)
tiny.execute(
    "SELECT prompts.text, responses.text FROM responses JOIN prompts ON number = prompt"
    " WHERE source = ?", ["real"]
).fetchall()

# %% [markdown]
# The question marks are **parameters**: values travel beside the statement and never become part of it. Remember them for later.
#
# ## Exercise 1: a name that follows from the content
#
# Numbers tell records apart, and say nothing about what is in them. A **content hash** does: change a letter and the name changes; the same content has the same name on every
# machine. Hash the prompt, then a zero byte (`"\0"`, which the store allows in no text), then the response, all in UTF-8, with SHA-256.
#
# Stuck? Run `hint("storing_data-content_hash")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="storing_data-content_hash" points=2
def content_hash(prompt, response):
    """SHA-256 of prompt, zero byte and response.  Two texts -> 64 hexadecimal digits, a text"""
    ### BEGIN SOLUTION
    joined = f"{prompt}\0{response}"
    return hashlib.sha256(joined.encode()).hexdigest()
    ### END SOLUTION

# %% tags=["check"]
content_hash = check("storing_data-content_hash", content_hash)

# %% [markdown]
# ## A help desk
#
# The records of this lesson come from the help desk of an invented library: 160 issues, such as *renew a film*, with five records each. People have different words for
# the same thing. In four records of an issue a reader asked and the desk's model answered ("real"); the fifth was made up, question and answer ("synthetic").

# %%
n_issues = run.steps(smoke=30, laptop=160, gpu=160)
helpdesk = storage.helpdesk_data(
    n_issues, questions=run.steps(smoke=5, laptop=40, gpu=40), seed=SEED)
for entry in helpdesk.entries[:2]:
    print(entry["source"], "|", entry["prompt"], "|", entry["response"])

# %% [markdown]
# ## Personal data stops at the door
#
# People sign their questions. What is never stored cannot leak, so the store masks each text *before* it writes. Here it is known what was planted; does the masking from the
# lesson on text find it?

# %%
def kind_of(secret):
    """What a planted piece of personal data is."""
    if "@" in secret:
        return "e-mail"
    if secret.startswith("030"):
        return "telephone"
    return "library card" if secret.isdigit() else "name"

def masked_share(mask):
    """For each kind, the share of the planted pieces that are gone after masking."""
    gone = {}
    for entry, secret in zip(helpdesk.entries, helpdesk.planted, strict=True):
        if secret:
            gone.setdefault(kind_of(secret), []).append(secret not in mask(entry["prompt"]))
    return {kind: float(np.mean(each)) for kind, each in sorted(gone.items())}

pd.Series(masked_share(mask_personal_data), name="masked").round(2)

# %% [markdown]
# The general rules have never heard of this library's cards. Nothing went wrong; every house has identifiers of its own. So it needs a rule of its own.

# %%
def mask(text):
    """The course's masking, and this library's card numbers."""
    return re.sub(r"LC-\d{6}", "[card]", mask_personal_data(text))

claim("The general rules leave every library card",
      masked_share(mask_personal_data)["library card"] == 0)
claim("With the house's own rule, at least 99 % of each planted kind is masked",
      min(masked_share(mask).values()) >= 0.99)

# %% [markdown]
# ## The store
#
# `RecordStore` is the two tables from above, with tags, sources, audiences and a count of events. Here is how it adds a record.

# %%
show_source(storage.RecordStore.add)

# %% [markdown]
# `with self._file.transaction()` makes the record, its tags, its index entry and its event **one** change: all of it happens, or nothing. A key word without default, `source`, cannot be
# forgotten. Now fill the store; `together` writes everything as one change, which saves waiting for the disk 800 times.

# %%
store = storage.RecordStore(folder / "desk.db", mask=mask)
with store.together():
    numbers = [store.add(**entry) for entry in helpdesk.entries]  # numbers[i] belongs to entries[i]
ALL = "privacy officer"  # the role that may read everything
for source in ("real", "synthetic"):
    print(source, len(store.numbers(role=ALL, source=source)), store.snapshot(source)[:12])
record = store.read(numbers[0], role=ALL)
record.prompt, record.source, record.model, record.tags, record.version[:12]

# %%
claim("The version of a record is its content hash",
      record.version == content_hash(record.prompt, record.response))

# %% [markdown]
# A correction does not overwrite. It becomes the next **version**, searches find only the newest, and the old one stays readable. `snapshot` hashes the newest versions of a source: write it beside a trained
# model, and you can say later exactly what it saw.

# %%
before = {source: store.snapshot(source) for source in ("real", "synthetic")}
corrected = store.add(record.prompt, record.response + " It is free.", source="real",
                      audience=record.audience, tags=record.tags, replaces=record.number)
changed = {source: store.snapshot(source) != before[source] for source in before}
print(f"Versions: {len(store.versions(corrected, role=ALL))}. Snapshot changed: {changed}")

# %%
claim("A corrected real record changes the snapshot of the real ones, and only that",
      changed == {"real": True, "synthetic": False})
numbers[0] = corrected  # searches will find the newest version

# %% [markdown]
# ## What a killed process leaves behind
#
# Another process writes as fast as it can, says which records are done, and is killed in the middle, without a chance to clean up.

# %%
WRITER = """
import sys
from genai_course.labs.storage import RecordStore
store = RecordStore(sys.argv[1])
for turn in range(100_000):
    store.add(f"question {turn}", f"answer {turn} " + "x" * 500, source="synthetic")
    print(turn, flush=True)
"""
path = folder / "killed.db"
command = [sys.executable, "-c", WRITER, str(path)]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
    told = [writer.stdout.readline() for _ in range(25)]
    writer.kill()  # no farewell
    told += [line for line in writer.stdout if line.endswith("\n")]

survivors = storage.RecordStore(path)
found = [survivors.read(number, role=ALL) for number in survivors.numbers(role=ALL)]
whole = [record.response == f"answer {turn} " + "x" * 500 for turn, record in enumerate(found)]
survivors.close()

# %%
claim("Every record the killed process had confirmed is there", len(found) >= len(told) >= 25)
claim("No record is half written", all(whole))

# %% [markdown]
# ## Predict
#
# Now to finding things. We planted 200 questions of five kinds; each has between one and five records that answer it. **Recall@5** is the share of these among the first five found. What is the recall
# of a keyword search over all 200?

# %%
for question in helpdesk.questions[:: len(helpdesk.questions) // 5]:
    print(f"{question.kind:22s}", question.text)

# %% tags=["exercise"] solution="0.5"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("storing_data-keyword_recall", my_guess)

# %% [markdown]
# ## By words, and by meaning
#
# **Keyword search** is SQLite's full-text index FTS5: records that share words with the query, rare words first (a formula called bm25).
#
# **Vector search** turns every text into a few numbers and takes the nearest (the cosine). Ours learn from the records themselves, without a network: words in the same company get similar numbers, and so do words that
# share pieces. The vectors lie in a NumPy array. An extension, `sqlite-vec`, would keep them in the file; many Pythons cannot load extensions. Can yours?

# %% tags=["nbval-ignore-output"]
print("This Python's SQLite can load extensions:", hasattr(tiny, "enable_load_extension"))
show_source(storage.LatentSemanticEmbedding)

# %%
def ranked(kind):
    """For each question, up to 50 record numbers, best first."""
    return [
        [hit.number for hit in store.search(question.text, role=ALL, kind=kind, limit=50)]
        for question in helpdesk.questions
    ]

def recall(found, kind=None):
    """Mean recall@5 over the questions, or over those of one kind."""
    shares = []
    for question, first in zip(helpdesk.questions, found, strict=True):
        relevant = {numbers[place] for place in question.relevant}
        if kind in (None, question.kind):
            shares.append(len(relevant & set(first[:5])) / len(relevant))
    return float(np.mean(shares))

by_words, by_meaning = ranked("keyword"), ranked("vector")

# %% tags=["nbval-ignore-output"]
predict("storing_data-keyword_recall", outcome=recall(by_words))
table = {
    name: {kind: recall(found, kind) for kind in storage.KINDS}
    for name, found in (("by words", by_words), ("by meaning", by_meaning))
}
pd.DataFrame(table).round(2)

# %%
claim("Keywords find at least 95 % for a code, vectors less than 20 %",
      recall(by_words, "code") >= 0.95 and recall(by_meaning, "code") < 0.2)
claim("Vectors find at least half where the asker uses other words, keywords less than 10 %",
      recall(by_meaning, "other words") >= 0.5 and recall(by_words, "other words") < 0.1)

# %% [markdown]
# Each is nearly blind where the other sees. Even "same words" is hard for keywords: all five records of the issue count, and only about one in four uses both of the asker's words. You cannot know in advance which question comes, so ask both.
#
# ## Exercise 2: fuse them by rank
#
# A bm25 score and a cosine have nothing in common; a rank has no unit. In **reciprocal rank fusion** a record of rank r in a list earns share / (constant + r), and nothing from a list it is not in. The vector search has the
# share `weight`, the keyword search the rest; the sum is the record's score.

# %% tags=["exercise"] id="storing_data-reciprocal_rank_fusion" points=3
def reciprocal_rank_fusion(keyword, vector, weight, constant):
    """Two lists of record numbers, best first (rank 1)

    -> {number: score} for all of them, also where it is 0
    """
    ### BEGIN SOLUTION
    scores = {}
    for share, found in ((1 - weight, keyword), (weight, vector)):
        for rank, number in enumerate(found, 1):
            scores[number] = scores.get(number, 0.0) + share / (constant + rank)
    return scores
    ### END SOLUTION

# %% tags=["check"]
reciprocal_rank_fusion = check(
    "storing_data-reciprocal_rank_fusion", reciprocal_rank_fusion)

# %%
def fused(weight, constant):
    """For each question, record numbers by the fused score, best first."""
    found = []
    for keyword, vector in zip(by_words, by_meaning, strict=True):
        scores = reciprocal_rank_fusion(keyword, vector, weight, constant)
        found.append(sorted(scores, key=lambda number: (-scores[number], number)))
    return found

best_alone = max(recall(by_words), recall(by_meaning))

def judge(weight, constant):
    """What a fusion gains on the better search alone, and what it finds for codes."""
    found = fused(weight, constant)
    return {"weight": weight, "constant": constant,
            "gain": recall(found) - best_alone, "codes": recall(found, "code")}

# %% [markdown]
# ## Explore: who has how much say
#
# The paper that introduced the fusion used a constant of 60 and equal shares. Start there, then move both.

# %%
def draw(weight, constant):
    figure, axis = plots.new_figure(height=3.4)
    series = {"by words": by_words, "by meaning": by_meaning, "fused": fused(weight, constant)}
    places = np.arange(len(storage.KINDS))
    for shift, (name, found) in enumerate(series.items()):
        heights = [recall(found, kind) for kind in storage.KINDS]
        axis.bar(places + 0.27 * (shift - 1), heights, 0.27,
                 label=f"{name} ({recall(found):.2f} over all)")
    axis.set_xticks(places, [kind.replace(" ", "\n", 1) for kind in storage.KINDS])
    axis.set(title=f"Weight of the vectors {weight:g}, constant {constant}",
             xlabel="kind of question", ylabel="recall@5", ylim=(0, 1.4),
             yticks=np.linspace(0, 1, 6))
    axis.grid(visible=False, axis="x")
    axis.legend(loc="upper center", ncols=3, fontsize=8.5, columnspacing=1)
    return figure

# %% tags=["nbval-ignore-output"]
widgets.explore(
    draw,
    "Three bars for each kind of question. With the paper's setting the fusion keeps the codes "
    "and loses all that the vectors find for other words.",
    weight=(0.0, 1.0, 0.05, 0.5),
    constant=(1, 60, 1, 60),
)

# %% [markdown]
# With a constant of 60, rank 1 earns 1/61 and rank 50 still 1/110: two middling places beat a first one. That suits long lists and many searches; here it does not.
#
# ## Exercise 3: find the balance
#
# Choose a weight (0 to 1) and a constant (1 to 60) so that the fusion gains at least **0.06** on the better search alone and finds at least **0.9** for the codes.

# %% tags=["exercise"] id="storing_data-balance" points=2 solution="(0.6, 1)"
my_balance = ...  # (weight, constant)

# %%
attempt = {"weight": ..., "gain": ...} if my_balance is ... else judge(*my_balance)

# %% tags=["check"]
my_result = check("storing_data-balance", attempt)

# %% tags=["nbval-ignore-output"]
weight, constant = my_result["weight"], my_result["constant"]
weights = [round(0.1 * step, 1) for step in range(11)]
figure = plots.lines(
    {f"constant {each}": [recall(fused(w, each)) for w in weights] for each in (1, 10, 60)},
    x=weights,
    title="Together they find more, if first places count",
    x_label="weight of the vectors (0: keywords alone, 1: vectors alone)",
    y_label="recall@5 over all questions",
)
plots.show(
    figure,
    "With a constant of 1 the curve rises well above both ends, with its top at a weight of 0.6 "
    "or 0.7; with larger constants it rises less and falls below the right end.",
)

# %%
hybrid = [[hit.number for hit in store.search(q.text, role=ALL)] for q in helpdesk.questions]
claim("The store's hybrid search finds at least 0.06 more than the better of the two alone",
      recall(hybrid) >= best_alone + 0.06)
claim("With the paper's constant of 60 and equal shares it gains less than 0.02",
      judge(0.5, 60)["gain"] < 0.02)

# %% [markdown]
# Honestly: it need not win for every kind of question. It wins over all because it is never blind.
#
# ## Who may read what
#
# Every record has an **audience**, every role a list of audiences. A role that is not on the list may read nothing. The rule stands in the code that reads, inside the query, before the best five are chosen; otherwise
# forbidden records would take up places, and the gaps would tell.

# %%
roles = [*storage.ROLES, "stranger"]
pairs = zip(helpdesk.entries, helpdesk.planted, strict=True)
signed = next(entry for entry, secret in pairs if secret)
private = numbers[helpdesk.entries.index(signed)]
for role in roles:
    readable = len(store.numbers(role=role))
    print(f"{role:16s} {readable:4d} records, finds {len(store.search('printer', role=role))}")
for number in (private, 99_999):
    try:
        store.read(number, role="visitor")
    except LookupError as error:
        print(error)

# %%
claim("A reader without a role gets nothing: no record and no hit",
      not store.numbers(role="stranger") and not store.search("printer", role="stranger"))

# %% [markdown]
# What is forbidden and what does not exist are answered alike: the difference would be an answer too.
#
# ## Break it: a query that becomes a command
#
# A colleague writes a quick page for visitors: public prompts with a tag. The tag comes from a text field.

# %%
def page(tag):
    """Public prompts with a tag.  The tag becomes part of the statement."""
    reader = sqlite3.connect(folder / "desk.db")
    try:
        return reader.execute(
            "SELECT DISTINCT records.number FROM records JOIN tags ON record = number"
            f" WHERE audience = 'public' AND tag = '{tag}'"
        ).fetchall()
    finally:
        reader.close()

asked = "' OR 'a' = 'a"  # typed into the field
not_public = set(store.numbers(role=ALL)) - set(store.numbers(role="visitor"))
leaked = {number for (number,) in page(asked)} & not_public

# %% tags=["nbval-ignore-output"]
print(f"Through the page: {len(leaked)} of {len(not_public)} records that are not public.")

# %%
claim("The page gives away every record that is not public", leaked == not_public)
claim("The store takes the same text as a tag that nobody has",
      store.numbers(role="visitor", tag=asked) == [])

# %% [markdown]
# The quote in the tag ended the text, and the rest was read as a condition. **Repair: parameters**, as everywhere in the store. And read through the code that knows the roles, not past it.
#
# One place has no parameters *inside*: the full-text index has a little language of its own. To it the minus in `E-23` means "not in the column called 23", and there is no
# such column; a stray quote is an error.

# %%
index = sqlite3.connect(folder / "desk.db")

def fails(expression):
    """Whether the full-text index cannot read an expression."""
    try:
        find = "SELECT rowid FROM words WHERE words MATCH ? LIMIT 1"
        index.execute(find, [expression]).fetchall()
        return False
    except sqlite3.OperationalError:
        return True

nasty = ["E-23 printer", 'say "hello', "NOT", "book*s (new)", "prompt: film", "a AND"]
print(sum(fails(query) for query in nasty), "of", len(nasty), "queries fail as they are")

# %% [markdown]
# ## Exercise 4: words, not commands
#
# Repair it. Split the query into words (`query.split()`), put each word into double quotes (a double quote inside a word is doubled), and join them with ` OR `: `E-23 printer` becomes `"E-23" OR "printer"`, and a query without words an empty text. A word that comes twice stays twice.

# %% tags=["exercise"] id="storing_data-match_expression" points=2
def match_expression(query):
    """A text -> an expression that the full-text index reads as words only, a text"""
    ### BEGIN SOLUTION
    quoted = ['"' + word.replace('"', '""') + '"' for word in query.split()]
    return " OR ".join(quoted)
    ### END SOLUTION

# %% tags=["check"]
match_expression = check("storing_data-match_expression", match_expression)

# %%
questions = [question.text for question in helpdesk.questions]
raw = sum(fails(question) for question in questions) / len(questions)
repaired = sum(fails(match_expression(question)) for question in [*nasty, *questions])
index.close()
print(f"Of the planted questions, {raw:.0%} fail as they are; repaired, {repaired} fail.")

# %%
claim("As they are, more than a quarter of the planted questions fail", raw > 0.25)
claim("Repaired, none fails", repaired == 0)

# %% [markdown]
# ## Closed with a key
#
# Roles hold inside the program. Whoever copies the *file* reads everything, unless it is encrypted. With a key, the store encrypts prompts and responses (AES-GCM) before SQLite sees them. But a full-text index
# in the file would list every word in the clear, so then it lives in memory, and the first search decrypts everything.

# %%
def fill(name, key):
    """A filled store, and everything that a thief would find on the disk."""
    closed = storage.RecordStore(folder / name / "desk.db", key, mask=mask)
    with closed.together():
        for entry in helpdesk.entries:
            closed.add(**entry)
    return closed, b"".join(file.read_bytes() for file in (folder / name).iterdir())

probes = ("printer", "audiobook", "shelf mark", "due date", "desk-1", "media", "private")
rows = {}
for name, key in (("open", None), ("encrypted", "correct horse battery staple")):
    opened, disk = fill(name, key)
    opened.close()
    rows[name] = {probe: probe.encode() in disk for probe in probes}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(rows)

# %%
texts_closed = not any(rows["encrypted"][probe] for probe in probes[:4])
claim("With a key, no word of the texts stands on the disk", texts_closed)
claim("Tags, models and audiences still do", all(rows["encrypted"][probe] for probe in probes[4:]))
try:
    storage.RecordStore(folder / "encrypted" / "desk.db", "wrong horse")
except ValueError as error:
    print(str(error).replace(str(folder), "…"))

# %% [markdown]
# Read the lower half of the table too: what the database must sort and count by stays readable. So no tag should say what a text must not.
#
# Users are kept as **pseudonyms**, hashes made with a secret. That hides the name and still links one person's records, so it is not anonymity.
#
# ## Did it help? Feedback over time
#
# Readers rate answers from 1 to 5. Halfway through the ten weeks the desk changed its model. Was that wise?

# %%
with store.together():
    for number, entry, rating in zip(numbers, helpdesk.entries, helpdesk.ratings, strict=True):
        if rating:
            store.feedback(number, rating, moment=entry["moment"])
columns = ["day", "source", "model", "added", "read", "rated", "rating"]
usage = pd.DataFrame(store.usage(), columns=columns)
usage = usage[usage["rated"] > 0].assign(points=lambda rows: rows["rated"] * rows["rating"])
days = pd.to_datetime(usage["day"]) - pd.Timestamp("2026-01-05")
weekly = usage.groupby(days.dt.days // 7 + 1)[["rated", "points"]].sum()
mean = usage.groupby("model")[["rated", "points"]].sum().eval("points / rated")

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"mean rating": (weekly["points"] / weekly["rated"]).tolist()},
    x=weekly.index.tolist(),
    title="The new model came in week 6",
    x_label="week",
    y_label="mean rating, 1 to 5",
)
plots.show(figure, "The mean rating moves around 3 for five weeks "
           "and around 3.8 from the sixth week on.")
print(mean.round(2).to_dict(), "from", int(usage["rated"].sum()), "ratings")

# %%
claim("Answers of the new model are rated at least 0.4 higher",
      mean["desk-2"] - mean["desk-1"] >= 0.4)

# %% [markdown]
# About half of the readers rated, and those who rate are not everyone: a difference between two models asked at *different times* may also be a difference between the weeks. To be sure, answer at random with both in the same week.
#
# ## Where one file ends
#
# Our vector search compares the query with *every* vector. How long may that go well?

# %%
largest = run.steps(smoke=1_000, laptop=100_000, gpu=1_000_000)
sizes = [largest // 100, largest // 10, largest]
milliseconds = {}
for size in sizes:
    vectors = random_numbers.standard_normal((size, 64), dtype=np.float32)
    tries = []
    for _ in range(7):
        begin = time.perf_counter()
        np.argpartition(-(vectors @ vectors[0]), 5)[:5]
        tries.append(1_000 * (time.perf_counter() - begin))
    milliseconds[size] = min(tries)

# %% tags=["nbval-ignore-output"]
for size, value in milliseconds.items():
    print(f"{size:>9,} vectors of 64 numbers: {value:.2f} ms a question")

# %%
claim("A hundred times as many vectors take at least ten times as long",
      milliseconds[largest] >= 10 * milliseconds[largest // 100])

# %% [markdown]
# It grows with the number of records. Milliseconds for a hundred thousand are nothing; a billion would be tens of seconds and would not fit into memory. When that hurts:
#
# - **Too many vectors:** a vector database keeps a graph or cells of neighbours and looks at few of them: quick, and now and then a true neighbour is missed. Measure its recall as you did here.
# - **Too many writers:** SQLite lets one write at a time. A database server (PostgreSQL) lets many.
# - **Too much for one machine:** *sharding* deals the records to many, by a hash of the user or the tenant. A search across shards waits for the slowest.

# %% [markdown]
# **With what people use.** `faiss` keeps such a graph (HNSW, Malkov and Yashunin 2018). The course does not install it, so this is text to copy, not a cell (tried with `faiss-cpu` 1.15). It prints the recall of the graph beside the search through all.
#
# ```python
# import faiss
#
# faiss.normalize_L2(vectors)  # in place: now the nearest is the one with the largest cosine
# everything, graph = faiss.IndexFlatL2(64), faiss.IndexHNSWFlat(64, 32)  # up to 32 links a vector
# for each in (everything, graph):
#     each.add(vectors[:20_000])
# graph.hnsw.efSearch = 64  # candidates in view: more of them find more and take longer
# true, near = (each.search(vectors[-200:], 5)[1] for each in (everything, graph))  # (200, 5)
# print("recall@5:", np.mean([len({*a} & {*b}) / 5 for a, b in zip(true, near)]))
# ```

# %% [markdown]
# ## Make: a sixth kind of question
#
# Plant a kind of question of your own (at least five, with the records that answer them): abbreviations, plurals, negation, codes written another way. Say first which search will win. Then measure all three and show one figure.
#
# **With your own text**, a file or a folder: each paragraph becomes a record, found by words and by meaning. Run this, then `[hit.number for hit in notes.search("holiday", role=ALL)]`:
#
# ```python
# from genai_course import data
# own, notes = data.text_from("letters.txt"), storage.RecordStore(folder / "notes.db", mask=mask)
# for paragraph in filter(str.strip, own.train_text.split("\n\n")):
#     notes.add(paragraph[:60], paragraph, source="real")
# ```

# %% tags=["exercise", "make"] id="storing_data-make" points=4
def my_kind():
    """A figure of recall@5 by words, by meaning and hybrid, for a kind of question of my own."""
    ### BEGIN SOLUTION
    # Expected: codes written without their hyphen ("E342") are codes, so the keywords win.
    shares = {}
    for name, kind in (("by words", "keyword"), ("by meaning", "vector"), ("hybrid", "hybrid"),
                       ("by words, hyphen put back", "keyword")):
        hits = []
        for question in (each for each in helpdesk.questions if each.kind == "code"):
            text = question.text.replace("E-", "E")
            if "back" in name:
                text = re.sub(r"\bE(\d)", r"E-\1", text)
            found = {hit.number for hit in store.search(text, role=ALL, kind=kind)}
            relevant = {numbers[place] for place in question.relevant}
            hits.append(len(found & relevant) / len(relevant))
        shares[name] = float(np.mean(hits))
    # Nobody finds them: to the index, E342 is another word. Write codes one way, then search.
    return plots.bars(shares, title="Codes without their hyphen", x_label="recall@5")
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_kind()) is not ...:
    plots.show(figure, "The figure of my own kind of question.")
store.close()

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · the relevant records are fixed before searching, not picked from what was found (1) · all three searches on the same questions,
# in a figure with title and labels (1) · one sentence on why the winner won (1).
# In the worked example the expectation was wrong, and the repair is not a better search but one way of writing: worth showing to those who expected a winner.

# %% [markdown]
# ## Recap
#
# 1. Prompts and responses are linked records; a content hash names a version, a snapshot names a whole set.
# 2. Personal data is masked before it is stored, and every house has identifiers of its own.
# 3. Words find codes, vectors find meaning, ranks fuse them; tune the fusion on planted questions.
# 4. Roles stand in the query that reads; values travel as parameters.
# 5. Encryption ends where the index begins: know what stays readable.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcdab"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("storing_data", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Cormack, Clarke and Büttcher (2009), *Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods*.
# - Deerwester et al. (1990), *Indexing by Latent Semantic Analysis*.
# - Morris et al. (2023), *Text Embeddings Reveal (Almost) As Much As Text*: why vectors deserve the same protection as the texts.
#
# **Scale up.** Give `RecordStore` an `embedding` of your own, with a pretrained sentence model that you have on disk, and measure the five kinds again. Then fill the store with a hundred thousand records and see which part becomes slow first:
# adding, the first search, or the tenth.
