export { uiStream } from './encoder.ts';
export { chatRoutes } from './routes.ts';
