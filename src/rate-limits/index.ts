export { admission } from './admission.ts';
export { admitCall, admitRun, type RateCaller, spendTokens } from './admit.ts';
export { rateLimitsFeature } from './feature.ts';
export { openAiRateLimitHeaders, rateLimitHeaders } from './headers.ts';
export { RateLimiter } from './limiter.ts';
