// zh: 装载记录:何时、写了什么、是否完成
// en: The loads of a dataset: when, what, and whether it finished
// One row per load, newest first; counts is JSON by label or type.
:param dataset => "jiaxing";

MATCH (l:Load)
WHERE l.cg_uid STARTS WITH $dataset + '|load '
RETURN l.number AS number, l.state AS state, l.started AS started, l.finished AS finished, l.run_id AS run_id,
  l.content AS content, l.counts AS counts
ORDER BY number DESC
