export { raiseAlerts } from './alerts.ts';
export { selectLostHolds, settleStatements } from './hold.ts';
export { budgetJobs } from './jobs.ts';
export { findKnownBudgets, forgetBudgets, rememberBudgets, selectKnownBudgets } from './known.ts';
export { type Downgrade, reserve } from './reserve.ts';
export { budgetRoutes } from './routes.ts';
export { forgetOldHolds, returnLostHolds } from './sweep.ts';
export { rewrapBudgetSecrets } from './webhook.ts';
export { moveToZone } from './zones.ts';
