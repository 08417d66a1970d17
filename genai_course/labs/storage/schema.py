"""Every SQL statement of the store. Values travel as parameters (`?`, `:name`), never as part of a statement."""

TABLES = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE prompts (number INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, text NOT NULL)",
    """CREATE TABLE records (
        number INTEGER PRIMARY KEY, prompt INTEGER NOT NULL REFERENCES prompts, response NOT NULL, version TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('real', 'synthetic')), model TEXT NOT NULL, audience TEXT NOT NULL,
        author TEXT NOT NULL, moment TEXT NOT NULL, replaces INTEGER UNIQUE REFERENCES records,
        UNIQUE (version, source, model, audience))""",
    "CREATE TABLE tags (record INTEGER NOT NULL REFERENCES records, tag TEXT NOT NULL, PRIMARY KEY (record, tag)) WITHOUT ROWID",
    """CREATE TABLE events (
        record INTEGER NOT NULL REFERENCES records, moment TEXT NOT NULL, role TEXT,
        kind TEXT NOT NULL CHECK (kind IN ('added', 'read', 'rated')), rating INTEGER CHECK (rating BETWEEN 1 AND 5))""",
)
RECORD = """SELECT records.number, text, response, source, model, audience, author, moment,
    records.version, replaces, prompts.version FROM records JOIN prompts ON prompts.number = prompt
    WHERE records.number = :number AND audience IN (SELECT value FROM json_each(:audiences))"""
CHAIN = """WITH RECURSIVE
    older(n) AS (SELECT :number UNION SELECT replaces FROM records JOIN older ON number = n WHERE replaces IS NOT NULL),
    newer(n) AS (SELECT :number UNION SELECT number FROM records JOIN newer ON replaces = n)
    SELECT number FROM records WHERE number IN (SELECT n FROM older UNION SELECT n FROM newer)
    AND audience IN (SELECT value FROM json_each(:audiences)) ORDER BY number"""
USAGE = """SELECT substr(events.moment, 1, 10) AS day, source, model,
    sum(kind = 'added') AS added, sum(kind = 'read') AS read, sum(kind = 'rated') AS rated, avg(rating) AS rating
    FROM events JOIN records ON number = record GROUP BY day, source, model ORDER BY day, source, model"""

WORDS_ON_DISK = "CREATE VIRTUAL TABLE words USING fts5(prompt, response, tokenize='porter unicode61')"
WORDS_IN_MEMORY = WORDS_ON_DISK.replace("TABLE words", "TABLE temp.words")
INSERT_PROMPT = "INSERT OR IGNORE INTO prompts (version, text) VALUES (?, ?)"
INSERT_RECORD = """INSERT INTO records (prompt, response, version, source, model, audience, author, moment, replaces)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number"""
INSERT_WORDS = "INSERT INTO words (rowid, prompt, response) VALUES (?, ?, ?)"
NEW_TEXTS = """SELECT records.number, prompts.version, prompts.text, records.version, response
    FROM records JOIN prompts ON prompts.number = prompt WHERE records.number > ? ORDER BY records.number"""
# What a role may not read is left out before ranking.
READABLE = """SELECT number FROM records WHERE audience IN (SELECT value FROM json_each(:audiences))
    AND (:source IS NULL OR source = :source) AND (:tag IS NULL OR number IN (SELECT record FROM tags WHERE tag = :tag))
    AND number NOT IN (SELECT replaces FROM records WHERE replaces IS NOT NULL)"""
# The plus keeps SQLite from asking the full-text index once for every row that may be read.
BY_WORDS = f"""SELECT rowid, -bm25(words) FROM words WHERE words MATCH :match AND +rowid IN ({READABLE})
    ORDER BY bm25(words), rowid LIMIT :limit"""
