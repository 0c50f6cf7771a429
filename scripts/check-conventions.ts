// Holds what no linter rule can say (docs/architecture.md, "Conventions"): which doors lead out of the
// worker, where the clock is read, how migrations are written, how long a file may be.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const problems: string[] = [];

const filesIn = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('node_modules'))
    .map((file) => `${folder}/${file}`);

/** Code without comments and strings, so that only code can break a rule; lines keep their numbers. */
const codeOf = (text: string) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<![:\\])\/\/.*$/gm, (comment) =>
      comment.replaceAll(/[^\n]/g, ' '),
    )
    .replaceAll(
      /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g,
      (text) => text[0] + ' '.repeat(text.length - 2) + text[0],
    );

interface Rule {
  readonly pattern: RegExp;
  readonly except: RegExp;
  readonly why: string;
}

const rules: readonly Rule[] = [
  {
    pattern: /(?<![.\w])fetch\(|globalThis\.fetch/,
    except: /^src\/platform\/egress\.ts$/,
    why: 'outbound HTTP has one door, platform/egress.ts',
  },
  {
    pattern: /\.transaction\(/,
    except: /^$/,
    why: 'D1 has no transactions; put what belongs together into one batch',
  },
  {
    pattern: /\bDate\.now\(|new Date\(\)/,
    except: /^src\/(?:platform\/.+|db\/client|app)\.ts$/,
    why: 'the clock is ctx.now()',
  },
  {
    pattern: /\beval\(|new Function\(/,
    except: /^$/,
    why: 'nothing is compiled at run time (R81)',
  },
  {
    pattern: /\bprocess\.env\b/,
    except: /^$/,
    why: 'settings come from Env, through platform/config.ts',
  },
];

for (const file of filesIn('src', /(?<!\.d)\.ts$/)) {
  const lines = codeOf(readFileSync(join(root, file), 'utf8')).split('\n');
  for (const { pattern, why } of rules.filter((rule) => !rule.except.test(file))) {
    for (const [index, line] of lines.entries())
      if (pattern.test(line)) problems.push(`${file}:${index + 1} ${why}`);
  }
}

/** Longer is two things. */
const longest = 560;
for (const file of ['src', 'test', 'scripts'].flatMap((folder) =>
  filesIn(folder, /(?<!\.d)\.(?:ts|js)$/),
)) {
  const count = readFileSync(join(root, file), 'utf8').split('\n').length - 1;
  if (count > longest) problems.push(`${file} has ${count} lines; ${longest} is the most`);
}

const allMigrations = filesIn('migrations', /\.sql$/)
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');
const isReferenced = (table: string) =>
  new RegExp(`REFERENCES\\s+[\`"]?${table}\\b`, 'i').test(allMigrations);

/** On D1 a rebuilt table loses its children, and a CASE … END in a trigger breaks the remote splitter. */
for (const file of filesIn('migrations', /\.sql$/)) {
  const sql = readFileSync(join(root, file), 'utf8');
  if (sql.includes('\r')) problems.push(`${file} has carriage returns`);
  for (const [, table = ''] of sql.matchAll(/\bDROP\s+TABLE\s+[`"]?(\w+)/gi))
    if (isReferenced(table)) problems.push(`${file} drops ${table}, which other tables refer to`);
  if (sql.includes('__new_')) problems.push(`${file} rebuilds a table`);
  for (const statement of sql
    .split('--> statement-breakpoint')
    .map((part) => part.replaceAll(/^\s*--.*$/gm, '').trim())) {
    const head = statement.slice(0, 60).replaceAll('\n', ' ');
    if (
      /^CREATE\s+TABLE\b/i.test(statement) &&
      !/\)\s*(?:WITHOUT ROWID,\s*)?STRICT;?$/i.test(statement)
    )
      problems.push(`${file}: not STRICT: ${head}`);
    if (/^CREATE\s+TRIGGER\b/i.test(statement) && /\bCASE\b/i.test(statement))
      problems.push(`${file}: CASE in a trigger: ${head}`);
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('conventions hold');
