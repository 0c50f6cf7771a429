export { openAiErrors, unknownUrl } from './errors.ts';
export { openAiRoutes } from './routes.ts';
