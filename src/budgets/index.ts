export { holdStatements, isBudgetViolation, type Spender, settleStatements } from './hold.ts';
export { findKnownBudgets, forgetBudgets, rememberBudgets, selectKnownBudgets } from './known.ts';
export { type Downgrade, type Estimate, type Reserved, reserve } from './reserve.ts';
export { forgetOldHolds, returnLostHolds } from './sweep.ts';
