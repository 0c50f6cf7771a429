export { secretsFeature } from './feature.ts';
export type { SecretRef } from './place.ts';
export { rewrapSecrets } from './rotate.ts';
export { lastFourOf, openSecret, sealSecret } from './service.ts';
export { putSecret, removeSecret, removeUnlessBound, sealedOf } from './store.ts';
