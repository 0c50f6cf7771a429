export { raiseAlerts } from './alerts.ts';
export { selectLostHolds, settleStatements } from './hold.ts';
export { budgetJobs } from './jobs.ts';
export { findKnownBudgets, forgetBudgets, rememberBudgets, selectKnownBudgets } from './known.ts';
export { type Downgrade, type Estimate, type Reserved, reserve } from './reserve.ts';
export { budgetRoutes } from './routes.ts';
export { forgetOldHolds, returnLostHolds } from './sweep.ts';
export { moveToZone } from './zones.ts';
