export { authorize, hasRoleFor, isCoveredBy, mayUse } from './access.ts';
export { actAsKey } from './act-as-key.ts';
export { makeKey } from './api-keys/make-key.ts';
export { NewApiKey, toApiKey } from './api-keys/schema.ts';
export { insertApiKey } from './api-keys/store.ts';
export { authenticate, invalidateKeysOf } from './authenticate.ts';
export { keyActor as keyOfActor } from './caller/service.ts';
export { identityFeature } from './feature.ts';
