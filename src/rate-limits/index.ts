export { admission } from './admission.ts';
export { admitCall, admitRun, spendTokens } from './admit.ts';
export { openAiRateLimitHeaders, rateLimitHeaders } from './headers.ts';
export { RateLimiter } from './limiter.ts';
export { rateLimitRoutes } from './routes.ts';
