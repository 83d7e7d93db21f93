-- Which firms are meant by these ids, codes or names? named: name.
SELECT firm_id
FROM firms
WHERE firm_id IN (SELECT name FROM named) OR firm IN (SELECT name FROM named)
   OR credit_code IN (SELECT name FROM named) OR stock_code IN (SELECT name FROM named)
ORDER BY firm_id
