import type { Feature } from '../http/feature.ts';
import { rewrapSecrets } from './rotate.ts';

export const secretsFeature = {
  tasks: { everyHour: [{ name: 'secrets', run: rewrapSecrets }] },
} satisfies Feature;
