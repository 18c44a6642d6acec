//! The invariants that a statement can find out about.

/// Invariants that are one query each: what it gives, holds no more.
pub(super) const QUERIES: &[(&str, &str)] = &[
    (
        "ledger sum",
        "SELECT 'the accounts add up to ' || sum(balance) || ' ten-thousandths' FROM accounts HAVING sum(balance) <> 0",
    ),
    ("balance", "SELECT 'account ' || account || ' is below zero' FROM accounts WHERE account <> 0 AND balance < 0"),
    (
        "transfer",
        "SELECT 'transfer ' || id || ' moves nothing or stays where it is' FROM transfers \
         WHERE amount <= 0 OR from_account = to_account",
    ),
    (
        "user tree",
        "WITH RECURSIVE up (start, id, depth) AS (SELECT id, parent, 1 FROM users WHERE parent IS NOT NULL UNION ALL \
         SELECT up.start, u.parent, up.depth + 1 FROM up JOIN users u ON u.id = up.id \
         WHERE u.parent IS NOT NULL AND up.depth <= 5) \
         SELECT DISTINCT 'user ' || start || ' is in a cycle or too deep' FROM up WHERE depth > 5",
    ),
    (
        "user reach",
        "WITH RECURSIVE up (user, ancestor, depth) AS (SELECT id, id, 0 FROM users UNION ALL \
         SELECT up.user, u.parent, up.depth + 1 FROM up JOIN users u ON u.id = up.ancestor \
         WHERE u.parent IS NOT NULL AND up.depth < 5), \
         due AS (SELECT user, ancestor FROM up) \
         SELECT 'user ' || ancestor || ' does not reach ' || user FROM \
         (SELECT user, ancestor FROM due EXCEPT SELECT user, ancestor FROM user_reach) \
         UNION ALL SELECT 'user ' || ancestor || ' reaches ' || user || ', which is not below it' FROM \
         (SELECT user, ancestor FROM user_reach EXCEPT SELECT user, ancestor FROM due)",
    ),
    (
        "line reach",
        "SELECT 'user ' || r.ancestor || ' does not reach line ' || l.id FROM lines l JOIN user_reach r ON r.user = l.owner \
         WHERE NOT EXISTS (SELECT 1 FROM line_reach n WHERE n.ancestor = r.ancestor AND n.delivery = l.delivery AND n.line = l.id)",
    ),
    (
        "line reach",
        "SELECT 'user ' || n.ancestor || ' reaches line ' || n.line || ', which is not below it' FROM line_reach n \
         WHERE NOT EXISTS (SELECT 1 FROM lines l JOIN user_reach r ON r.user = l.owner \
         WHERE l.id = n.line AND l.delivery = n.delivery AND r.ancestor = n.ancestor)",
    ),
    ("line moves", "SELECT 'the lines of user ' || giver || ' are still about to move' FROM line_moves"),
    (
        "row count",
        "WITH lowest (list, ancestor, block, rows) AS ( \
         SELECT 'line ' || delivery, 0, id >> 9, count(*) FROM lines GROUP BY delivery, id >> 9 UNION ALL \
         SELECT 'user ' || role, 0, id >> 9, count(*) FROM users GROUP BY role, id >> 9 UNION ALL \
         SELECT 'stream ' || kind, 0, id >> 9, count(*) FROM streams GROUP BY kind, id >> 9 UNION ALL \
         SELECT 'line ' || delivery, ancestor, line >> 9, count(*) FROM line_reach \
         GROUP BY ancestor, delivery, line >> 9 UNION ALL \
         SELECT 'user below', ancestor, user >> 9, count(*) FROM user_reach WHERE user <> ancestor \
         GROUP BY ancestor, user >> 9), \
         due (list, ancestor, level, block, rows) AS (SELECT list, ancestor, 0, block, rows FROM lowest UNION ALL \
         SELECT list, ancestor, 1, block >> 6, sum(rows) FROM lowest GROUP BY list, ancestor, block >> 6 UNION ALL \
         SELECT list, ancestor, 2, 0, sum(rows) FROM lowest GROUP BY list, ancestor), \
         counted AS (SELECT list, ancestor, level, block, rows FROM row_blocks WHERE rows <> 0) \
         SELECT 'block ' || block || ' on level ' || level || ' of list ' || list || ' ' || ancestor || ' is not ' \
         || rows FROM (SELECT * FROM due EXCEPT SELECT * FROM counted UNION ALL SELECT * FROM \
         (SELECT * FROM counted EXCEPT SELECT * FROM due))",
    ),
    (
        "bouquet link",
        "WITH due (line, bouquet) AS (SELECT DISTINCT l.id, b.value FROM lines l, \
         json_each('[' || trim(l.bouquets, ',') || ']') b) \
         SELECT 'line ' || line || ' and bouquet ' || bouquet || ' are not linked as its list says' FROM \
         (SELECT * FROM due EXCEPT SELECT line, bouquet FROM line_bouquets UNION ALL SELECT * FROM \
         (SELECT line, bouquet FROM line_bouquets EXCEPT SELECT * FROM due))",
    ),
    (
        "bouquet link",
        "WITH due (line, bouquet) AS (SELECT DISTINCT l.id, b.value FROM packages l, \
         json_each('[' || trim(l.bouquets, ',') || ']') b) \
         SELECT 'package ' || line || ' and bouquet ' || bouquet || ' are not linked as its list says' FROM \
         (SELECT * FROM due EXCEPT SELECT package, bouquet FROM package_bouquets UNION ALL SELECT * FROM \
         (SELECT package, bouquet FROM package_bouquets EXCEPT SELECT * FROM due))",
    ),
    (
        "search index",
        "SELECT 'the search of ' || list || ' has ' || found || ' rows, there are ' || rows FROM ( \
         SELECT 'lines' AS list, (SELECT count(*) FROM lines_search_docsize) AS found, (SELECT count(*) FROM lines) AS rows \
         UNION ALL SELECT 'users', (SELECT count(*) FROM users_search_docsize), (SELECT count(*) FROM users) \
         UNION ALL SELECT 'streams', (SELECT count(*) FROM streams_search_docsize), (SELECT count(*) FROM streams) \
         UNION ALL SELECT 'series', (SELECT count(*) FROM series_search_docsize), (SELECT count(*) FROM series) \
         UNION ALL SELECT 'documents', (SELECT count(*) FROM documents_search_docsize), \
         (SELECT count(*) FROM documents)) WHERE found <> rows",
    ),
    (
        "collection count",
        "SELECT 'collection ' || name || ' has ' || count(d.id) || ' documents, counted are ' || documents \
         FROM collections LEFT JOIN documents d ON d.collection = collections.name GROUP BY name \
         HAVING count(d.id) <> documents",
    ),
    (
        "member position",
        "SELECT 'bouquet ' || bouquet || ' has position ' || position || ' ' || count(*) || ' times' \
         FROM bouquet_members NOT INDEXED GROUP BY bouquet, position HAVING count(*) > 1",
    ),
    (
        "member",
        "SELECT 'bouquet ' || bouquet || ' has a member twice' FROM bouquet_members \
         GROUP BY bouquet, stream, series HAVING count(*) > 1",
    ),
];
