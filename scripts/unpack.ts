// npm run unpack: turns the archive of a workspace into a backup, which `npm run restore` puts into an empty deployment.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { unpackArchive } from './backup/unpack-archive.ts';

const help = `npm run unpack -- --from FILE --to DIR
  --from FILE   the archive of a workspace, as downloaded
  --to DIR      a new directory for the backup

Prints a new admin key of the workspace, which is in the backup only as a hash.`;

try {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const { from, to } = values;
  if (values.help === true) console.log(help);
  else if (from === undefined || to === undefined) throw new Error(help);
  else {
    const key = await unpackArchive(resolve(from), resolve(to), (text) => console.log(text));
    console.log(`Unpacked to ${to}. The key of the workspace: ${key}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
