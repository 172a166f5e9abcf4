/** SQL of a stored value as text with its class, which no driver can change. Versions of SQLite write reals differently. */
export const storedTextSql = (sql: string) =>
  `typeof(${sql}) || CASE typeof(${sql}) WHEN 'integer' THEN ' ' || ${sql} WHEN 'text' THEN ' ' || hex(${sql}) WHEN 'blob' THEN ' ' || hex(${sql}) ELSE '' END`;
