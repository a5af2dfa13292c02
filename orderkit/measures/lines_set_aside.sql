-- about: lines of the files that could not be read, with the reason
-- grain: one row per file, reason
-- unit: records, each set aside once for the first thing found wrong
-- reads: rejects, loads
SELECT
    loads.file,
    rejects.reason,
    count(*) AS lines
FROM rejects
JOIN loads ON loads.file_id = rejects.file_id
GROUP BY loads.file, rejects.reason
ORDER BY loads.file, rejects.reason
