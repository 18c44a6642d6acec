-- Members of a bouquet are put in, taken out and moved one by one: between two positions there is
-- room for more. What each is stands beside it, and how many of each kind a bouquet has is counted
-- as they come and go.

CREATE TABLE spaced_members (
    bouquet  INTEGER NOT NULL REFERENCES bouquets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    stream   INTEGER REFERENCES streams (id) ON DELETE CASCADE,
    series   INTEGER REFERENCES series (id) ON DELETE CASCADE,
    kind     TEXT    NOT NULL,                      -- of a stream its kind, else `series`
    PRIMARY KEY (bouquet, position),
    UNIQUE (stream, bouquet),
    UNIQUE (series, bouquet),
    CHECK ((stream IS NULL) <> (series IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO spaced_members (bouquet, position, stream, series, kind)
    SELECT m.bouquet, m.position * 65536, m.stream, m.series, coalesce(s.kind, 'series')
    FROM bouquet_members m LEFT JOIN streams s ON s.id = m.stream;
DROP TABLE bouquet_members;
ALTER TABLE spaced_members RENAME TO bouquet_members;

CREATE TABLE bouquet_counts (
    bouquet INTEGER NOT NULL REFERENCES bouquets (id) ON DELETE CASCADE,
    kind    TEXT    NOT NULL,
    members INTEGER NOT NULL CHECK (members >= 0),
    PRIMARY KEY (bouquet, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO bouquet_counts (bouquet, kind, members)
    SELECT bouquet, kind, count(*) FROM bouquet_members GROUP BY bouquet, kind;

CREATE TRIGGER a_member_comes AFTER INSERT ON bouquet_members BEGIN
    INSERT INTO bouquet_counts (bouquet, kind, members) VALUES (NEW.bouquet, NEW.kind, 1)
        ON CONFLICT (bouquet, kind) DO UPDATE SET members = members + 1;
END;
CREATE TRIGGER a_member_goes AFTER DELETE ON bouquet_members BEGIN
    UPDATE bouquet_counts SET members = members - 1 WHERE bouquet = OLD.bouquet AND kind = OLD.kind;
END;
CREATE TRIGGER a_member_is_another_kind AFTER UPDATE OF kind ON streams WHEN OLD.kind <> NEW.kind BEGIN
    UPDATE bouquet_counts SET members = members - 1
        WHERE kind = OLD.kind AND bouquet IN (SELECT bouquet FROM bouquet_members WHERE stream = NEW.id);
    INSERT INTO bouquet_counts (bouquet, kind, members)
        SELECT bouquet, NEW.kind, 1 FROM bouquet_members WHERE stream = NEW.id
        ON CONFLICT (bouquet, kind) DO UPDATE SET members = members + 1;
    UPDATE bouquet_members SET kind = NEW.kind WHERE stream = NEW.id;
END;
