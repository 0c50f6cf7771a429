export { endUsersFeature } from './feature.ts';
