import { parentPort } from 'node:worker_threads';
import { runTrial, type Trial } from './looks.ts';
import { populations } from './populations.ts';
import { findMismatch } from './sample-ratios.ts';

/** Repetitions with the seeds from `first` on. Populations are functions, so they are sent by name. */
export type Task = { readonly first: number; readonly count: number } & (
  | {
      readonly kind: 'trial';
      readonly population: keyof typeof populations;
      readonly trial: Omit<Trial, 'population'>;
    }
  | { readonly kind: 'sample-ratio'; readonly share: number; readonly exposures: number }
);

parentPort?.on('message', (task: Task) => {
  const seeds = Array.from({ length: task.count }, (_, index) => task.first + index);
  const run = (seed: number) =>
    task.kind === 'trial'
      ? runTrial({ ...task.trial, population: populations[task.population] }, seed)
      : { ended: findMismatch(task.share, task.exposures, seed), byTTest: null };
  parentPort?.postMessage(seeds.map(run));
});
