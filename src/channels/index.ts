export { channelsFeature } from './feature.ts';
export { receiveEmail } from './incoming/receive-email.ts';
