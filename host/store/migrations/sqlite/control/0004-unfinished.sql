-- The tenants in which a process may have left work when it ended: effects that wait, imports that ran. A start looks
-- into no other tenant's database. A row is there before such work is, and goes when none is left.
CREATE TABLE unfinished (tenant INTEGER PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE) STRICT;

-- What an earlier version left is not noted anywhere: each tenant is looked into once.
INSERT INTO unfinished (tenant) SELECT id FROM tenants;
