-- Which lines and packages have a bouquet, as rows beside their lists: a bouquet is cut out of those that have it,
-- not looked for in a million. The lists say the order; the rows follow them.

CREATE TABLE line_bouquets (
    bouquet INTEGER NOT NULL,
    line    INTEGER NOT NULL,
    PRIMARY KEY (bouquet, line)
) STRICT, WITHOUT ROWID;
INSERT INTO line_bouquets (bouquet, line)
    SELECT DISTINCT b.value, o.id FROM lines o, json_each('[' || trim(o.bouquets, ',') || ']') b ORDER BY 1, 2;
CREATE TRIGGER a_line_has_bouquets AFTER INSERT ON lines BEGIN
    INSERT INTO line_bouquets (bouquet, line)
        SELECT DISTINCT value, NEW.id FROM json_each('[' || trim(NEW.bouquets, ',') || ']');
END;
CREATE TRIGGER a_line_has_other_bouquets AFTER UPDATE OF bouquets ON lines WHEN NEW.bouquets <> OLD.bouquets BEGIN
    DELETE FROM line_bouquets WHERE line = OLD.id
        AND bouquet IN (SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']') EXCEPT SELECT value FROM json_each('[' || trim(NEW.bouquets, ',') || ']'));
    INSERT INTO line_bouquets (bouquet, line) SELECT value, NEW.id FROM
        (SELECT value FROM json_each('[' || trim(NEW.bouquets, ',') || ']') EXCEPT SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']'));
END;
CREATE TRIGGER a_line_goes_from_its_bouquets AFTER DELETE ON lines BEGIN
    DELETE FROM line_bouquets WHERE line = OLD.id
        AND bouquet IN (SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']'));
END;

CREATE TABLE package_bouquets (
    bouquet INTEGER NOT NULL,
    package INTEGER NOT NULL,
    PRIMARY KEY (bouquet, package)
) STRICT, WITHOUT ROWID;
INSERT INTO package_bouquets (bouquet, package)
    SELECT DISTINCT b.value, o.id FROM packages o, json_each('[' || trim(o.bouquets, ',') || ']') b ORDER BY 1, 2;
CREATE TRIGGER a_package_has_bouquets AFTER INSERT ON packages BEGIN
    INSERT INTO package_bouquets (bouquet, package)
        SELECT DISTINCT value, NEW.id FROM json_each('[' || trim(NEW.bouquets, ',') || ']');
END;
CREATE TRIGGER a_package_has_other_bouquets AFTER UPDATE OF bouquets ON packages WHEN NEW.bouquets <> OLD.bouquets BEGIN
    DELETE FROM package_bouquets WHERE package = OLD.id
        AND bouquet IN (SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']') EXCEPT SELECT value FROM json_each('[' || trim(NEW.bouquets, ',') || ']'));
    INSERT INTO package_bouquets (bouquet, package) SELECT value, NEW.id FROM
        (SELECT value FROM json_each('[' || trim(NEW.bouquets, ',') || ']') EXCEPT SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']'));
END;
CREATE TRIGGER a_package_goes_from_its_bouquets AFTER DELETE ON packages BEGIN
    DELETE FROM package_bouquets WHERE package = OLD.id
        AND bouquet IN (SELECT value FROM json_each('[' || trim(OLD.bouquets, ',') || ']'));
END;
