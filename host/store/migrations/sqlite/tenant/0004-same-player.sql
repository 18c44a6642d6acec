-- What happens to a start by a player that has a seat already, when all seats of its line are taken:
-- `take_over` or `refuse`; none goes by the package and the settings.
ALTER TABLE lines ADD COLUMN same_player TEXT;
