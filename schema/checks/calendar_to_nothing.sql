-- Promise: the calendar that an area or a party goes by exists.
SELECT 'area' AS of, a.code, a.calendar FROM areas a
WHERE a.calendar IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = a.calendar)
UNION ALL
SELECT 'party', p.code, p.calendar FROM parties p
WHERE p.calendar IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = p.calendar);
