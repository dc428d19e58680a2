-- Promise: a report is taken out of the line in the statement that links it: never both.
SELECT a.report_id AS report, l.case_id
FROM arrivals a JOIN case_reports l ON l.report_id = a.report_id;
