import { budgetTexts } from './budgets.ts';
import { catalogue } from './catalogue.ts';
import { costOverviewTexts } from './cost-overview.ts';

export const costTexts = catalogue({
  en: { ...costOverviewTexts.en, ...budgetTexts.en },
  de: { ...costOverviewTexts.de, ...budgetTexts.de },
});
