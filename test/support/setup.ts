import { env } from 'cloudflare:workers';
import './migrated.ts';
import { mendModuleRunner } from './module-runner.ts';
import { hashCheaply } from './password-cost.ts';

mendModuleRunner();
hashCheaply();

// A line that a job logs while Vitest ends a file waits for the next message of the file, and the end of the file waits
// for the line: the run stands still (vitest 5.1.1 with @cloudflare/vitest-plugin 1.4.10). So nothing reaches Vitest.
if (env.SHOW_LOGS !== '1')
  for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const)
    console[level] = () => undefined;
