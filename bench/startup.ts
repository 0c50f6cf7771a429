// npm run bench:startup: size and composition of the deployed bundle, and its start time.
//
// Sizes are exact: the bundle is the one that `npm run deploy` uploads. Times are measured on this machine: the CPU profile
// of the global scope in local workerd, like `wrangler check startup`. Cloudflare's CPUs differ; its limit is 1 s.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const runs = 5;
const largestGzip = 2_300_000;
const maxStart_ms = 1000;
const out = mkdtempSync(join(tmpdir(), 'agentgrid-startup-'));

try {
  const bundle = build();
  const times = Array.from({ length: runs }, measureStart).sort((a, b) => a - b);
  const median = times[Math.floor(runs / 2)] ?? Number.NaN;
  console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model}\n`);
  console.log('| what | value | limit |\n| --- | ---: | ---: |');
  console.log(`| bundle, minified | ${kib(bundle.bytes)} | 64 MiB |`);
  console.log(`| bundle, minified, gzip | ${kib(bundle.gzip)} | ${kib(largestGzip)} |`);
  console.log(
    `| CPU time to start, median of ${runs} | ${median.toFixed(0)} ms | ${maxStart_ms} ms |`,
  );
  console.log(
    `| CPU time to start, all | ${times.map((time) => time.toFixed(0)).join(', ')} ms | |`,
  );
  console.log('\n| part of the bundle | before compression |\n| --- | ---: |');
  for (const [name, bytes] of bundle.parts.slice(0, 15)) console.log(`| ${name} | ${kib(bytes)} |`);
  if (bundle.gzip > largestGzip || median > maxStart_ms) process.exitCode = 1;
} finally {
  rmSync(out, { recursive: true });
}

function build() {
  const metafile = join(out, 'meta.json');
  wrangler(['deploy', '--dry-run', '--env', 'production', '--outdir', out, '--metafile', metafile]);
  // The Worker, the prices, the engine for code and what runs inside of it.
  const uploaded = readdirSync(out).filter((name) => /\.(js|wasm|txt)$/.test(name));
  const files = uploaded.map((name) => readFileSync(join(out, name)));
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as {
    outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
  };
  const parts = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs))
      parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput);
  }
  return {
    bytes: files.reduce((sum, file) => sum + file.byteLength, 0),
    gzip: files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).byteLength, 0),
    parts: [...parts].sort(([, a], [, b]) => b - a),
  };
}

/** Returns the package of a module, or AgentGrid for its own source. */
function partOf(path: string): string {
  return (
    path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ??
    (path.startsWith('src/') ? 'AgentGrid' : 'wrangler')
  );
}

/** Returns the CPU milliseconds of the global scope, without idle time of the profiler. */
function measureStart(): number {
  const profile = join(out, 'startup.cpuprofile');
  wrangler([
    'check',
    'startup',
    '--env',
    'production',
    '--args=--env production',
    '--outfile',
    profile,
  ]);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(profile, 'utf8')) as {
    nodes: { id: number; callFrame: { functionName: string } }[];
    samples: number[];
    timeDeltas: number[];
  };
  const idle = new Set(
    nodes
      .filter(({ callFrame }) => ['(idle)', '(root)'].includes(callFrame.functionName))
      .map(({ id }) => id),
  );
  return (
    samples.reduce((sum, id, index) => (idle.has(id) ? sum : sum + (timeDeltas[index] ?? 0)), 0) /
    1000
  );
}

function wrangler(args: readonly string[]): void {
  const env = {
    ...process.env,
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: join(out, 'logs'),
  };
  const { status, stdout, stderr } = spawnSync('wrangler', args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`wrangler ${args[0]} failed:\n${stdout}${stderr}`);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
