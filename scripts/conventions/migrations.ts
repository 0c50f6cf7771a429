import { filesIn, readText } from './source.ts';

/** On D1 a rebuilt table loses its children, and a CASE … END in a trigger breaks the remote splitter. */
export const checkMigrations = (): string[] =>
  filesIn('migrations', /\.sql$/).flatMap((file) => {
    const sql = readText(file);
    return [
      ...(sql.includes('\r') ? [`${file} has carriage returns`] : []),
      ...(/\bDROP\s+TABLE\b/i.test(sql) ? [`${file} drops a table`] : []),
      ...(sql.includes('__new_') ? [`${file} rebuilds a table`] : []),
      ...statementsOf(sql).flatMap((statement) => checkStatement(file, statement)),
    ];
  });

const statementsOf = (sql: string) =>
  sql.split('--> statement-breakpoint').map((part) => part.replaceAll(/^\s*--.*$/gm, '').trim());

function checkStatement(file: string, statement: string): string[] {
  const head = statement.slice(0, 60).replaceAll('\n', ' ');
  const isStrict = /\)\s*(?:WITHOUT ROWID,\s*)?STRICT;?$/i.test(statement);
  if (/^CREATE\s+TABLE\b/i.test(statement) && !isStrict) return [`${file}: not STRICT: ${head}`];
  if (/^CREATE\s+TRIGGER\b/i.test(statement) && /\bCASE\b/i.test(statement))
    return [`${file}: CASE in a trigger: ${head}`];
  return [];
}
