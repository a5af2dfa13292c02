-- about: which exports are loaded and what time they cover
-- grain: one row per format
-- unit: files and records; covers_from and covers_to are moments in UTC
-- reads: loads
SELECT
    format,
    count(*) AS files,
    CAST(sum(lines) AS BIGINT) AS rows,
    CAST(sum(quarantined) AS BIGINT) AS set_aside,
    min(covers_from) AS covers_from,
    max(covers_to) AS covers_to
FROM loads
GROUP BY format
ORDER BY format
