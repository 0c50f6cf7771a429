export { raiseAlerts } from './alerts.ts';
export {
  cacheBudgets,
  findCachedBudgets,
  invalidateBudgets,
  selectCachedBudgets,
} from './cached-budgets.ts';
export { budgetsFeature } from './feature.ts';
export { selectLostHolds, settleStatements } from './hold.ts';
export { type Downgrade, type Estimate, type Reserved, reserve } from './reserve.ts';
export { forgetOldHolds, returnLostHolds } from './sweep.ts';
export { rewrapBudgetSecrets } from './webhook.ts';
export { moveToZone } from './zones.ts';
