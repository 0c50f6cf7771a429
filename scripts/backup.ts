// npm run backup: copies the database and the files of a deployment to a directory.
import { join } from 'node:path';
import { runCommand } from './backup/command.ts';

const help = `npm run backup -- [flags]
  --to DIR           write the backup there (backups/<time>); an earlier backup there is brought up to date
  --persist-to DIR   the data of a local deployment, which must not run (.wrangler/state)
  --env NAME         an environment of wrangler.toml on Cloudflare instead`;

const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
await runCommand('backup', help, 'to', join('backups', stamp));
