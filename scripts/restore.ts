// npm run restore: restores a backup into an empty deployment.
import { runCommand } from './backup/command.ts';

const help = `npm run restore -- --from DIR [flags]
  --from DIR         the backup
  --persist-to DIR   where a local deployment keeps its data (.wrangler/state)
  --env NAME         an environment of wrangler.toml on Cloudflare instead

The secrets of workspaces open only with the ENCRYPTION_KEYS of the deployment that the backup was made of. A local restore takes them
from .dev.vars or from agentgrid.json in the directory of the data, like \`npm start\`; with --env, from the environment.`;

await runCommand('restore', help, 'from');
