// The Worker of scripts/migrate.ts: applies the migrations of the request, `[{ name, sql }]`, that are not applied yet. Each is
// one transaction with its row in wrangler's table of applied migrations, so that wrangler's commands can be used too.
const table = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

export default {
  async fetch(request, { DB }) {
    const migrations = await request.json();
    const unfinished = await DB.prepare(
      "SELECT name FROM sqlite_master WHERE name = 'restore_progress'",
    ).first();
    if (unfinished !== null)
      return new Response(
        'A restore into this directory was interrupted. Run `npm run restore` with the same flags again to finish it.',
        { status: 500 },
      );
    await DB.prepare(table).run();
    const { results } = await DB.prepare('SELECT name FROM d1_migrations').all();
    const applied = new Set(results.map(({ name }) => name));
    const record = DB.prepare('INSERT INTO d1_migrations (name) VALUES (?)');
    for (const { name, sql } of migrations) {
      if (applied.has(name)) continue;
      try {
        await DB.batch([DB.prepare(sql), record.bind(name)]);
      } catch (error) {
        return new Response(`${name}: ${error.message}`, { status: 500 });
      }
    }
    return new Response();
  },
};
