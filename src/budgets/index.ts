export { raiseAlerts } from './alerts.ts';
export {
  cacheBudgets,
  findCachedBudgets,
  invalidateBudgets,
  selectCachedBudgets,
} from './cached-budgets.ts';
export { budgetsFeature } from './feature.ts';
export { selectLostHolds, settleStatements } from './hold.ts';
export { type Downgrade, reserve } from './reserve.ts';
export { deleteBudget, insertBudget, updateBudget as updateBudgetRow } from './store.ts';
export { deleteOldHolds, releaseLostHolds } from './sweep.ts';
export { hasTokenBudget } from './token-budget.ts';
export { moveToZone } from './zones.ts';
