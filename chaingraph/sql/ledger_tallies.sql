-- SQLite: the sums that the ledger's board is read from, kept by triggers in the transaction of the event that moves them.
-- Whole numbers (dollars, millionths), so that adding a row and taking it off again leaves nothing behind.
CREATE TABLE stage_tally (
    landing TEXT NOT NULL, stage TEXT NOT NULL, projects INTEGER NOT NULL, usd INTEGER NOT NULL, sized INTEGER NOT NULL,
    unknown INTEGER NOT NULL, PRIMARY KEY (landing, stage)
) WITHOUT ROWID;

CREATE TABLE count_tally (
    of TEXT NOT NULL, indicator TEXT NOT NULL, name TEXT NOT NULL, month TEXT NOT NULL, known INTEGER NOT NULL,
    unknown INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (of, indicator, name, month)
) WITHOUT ROWID;

CREATE TRIGGER standing_comes AFTER INSERT ON standing WHEN NOT NEW.same BEGIN
    INSERT INTO stage_tally
    VALUES (NEW.landing, NEW.stage, 1, CAST(round(coalesce(NEW.usd_m, 0) * 1e6) AS INTEGER), NEW.usd_m IS NOT NULL,
            NEW.major IS NULL)
    ON CONFLICT (landing, stage) DO UPDATE SET
        projects = projects + excluded.projects, usd = usd + excluded.usd, sized = sized + excluded.sized,
        unknown = unknown + excluded.unknown;
END;

CREATE TRIGGER standing_goes AFTER DELETE ON standing WHEN NOT OLD.same BEGIN
    UPDATE stage_tally SET
        projects = projects - 1, usd = usd - CAST(round(coalesce(OLD.usd_m, 0) * 1e6) AS INTEGER),
        sized = sized - (OLD.usd_m IS NOT NULL), unknown = unknown - (OLD.major IS NULL)
    WHERE landing = OLD.landing AND stage = OLD.stage;
    DELETE FROM stage_tally WHERE landing = OLD.landing AND stage = OLD.stage AND projects = 0;
END;

CREATE TRIGGER counted_comes AFTER INSERT ON counted BEGIN
    INSERT INTO count_tally
    SELECT of, NEW.indicator, name, NEW.month, CAST(round(NEW.amount * NEW.known * 1e6) AS INTEGER),
           CAST(round(NEW.amount * (1 - NEW.known) * 1e6) AS INTEGER), 1
    FROM (SELECT 'all' AS of, '' AS name UNION ALL SELECT 'place', NEW.place UNION ALL SELECT 'owner', NEW.owner)
    WHERE true
    ON CONFLICT (of, indicator, name, month) DO UPDATE SET
        known = known + excluded.known, unknown = unknown + excluded.unknown, rows = rows + excluded.rows;
END;

CREATE TRIGGER counted_goes AFTER DELETE ON counted BEGIN
    UPDATE count_tally SET
        known = known - CAST(round(OLD.amount * OLD.known * 1e6) AS INTEGER),
        unknown = unknown - CAST(round(OLD.amount * (1 - OLD.known) * 1e6) AS INTEGER), rows = rows - 1
    WHERE indicator = OLD.indicator AND month = OLD.month
      AND (of, name) IN (VALUES ('all', ''), ('place', OLD.place), ('owner', OLD.owner));
    DELETE FROM count_tally WHERE indicator = OLD.indicator AND month = OLD.month AND rows = 0;
END;
