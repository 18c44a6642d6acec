-- Each log is kept for days of its own; refusals no longer than they were, and a month unless that is set.
UPDATE settings SET document = json_remove(
    json_set(document,
        '$.activity_days', document -> '$.journal_days',
        '$.sign_in_days', document -> '$.journal_days',
        '$.refusal_days', min(document ->> '$.journal_days', 30)),
    '$.journal_days')
WHERE document ->> '$.journal_days' IS NOT NULL;
