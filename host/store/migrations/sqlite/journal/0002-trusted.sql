-- Networks that lines have signed in from, with the last day: others' failures do not lock them out.
CREATE TABLE trusted (
    line    INTEGER NOT NULL,
    network TEXT    NOT NULL,
    day     INTEGER NOT NULL,                       -- since 1970-01-01
    PRIMARY KEY (line, network)
) STRICT, WITHOUT ROWID;
