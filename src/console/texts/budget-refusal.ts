import { catalogue } from './catalogue.ts';

export const budgetRefusalTexts = catalogue({
  en: {
    refusedUnpriced: (budget: string) =>
      `The model of this agent has no known price, and the budget “${budget}” refuses such models. Set the price, or allow models without one in the budget.`,
    refusedOver: (budget: string, left: string, limit: string, most: string) =>
      `The budget “${budget}” has ${left} of ${limit} left, and this answer may cost up to ${most}.`,
    startsAnew: (time: string) => `It starts anew on ${time}.`,
    setPrice: 'Set the price of the model',
    openBudget: 'Open the budget',
    raiseBudget: 'Open the budget to raise its limit',
    askForBudget: 'An admin of the workspace can raise the limit.',
  },
  de: {
    refusedUnpriced: (budget: string) =>
      `Das Modell dieses Agenten hat keinen bekannten Preis, und das Budget „${budget}“ lehnt solche Modelle ab. Setzen Sie den Preis, oder erlauben Sie Modelle ohne Preis im Budget.`,
    refusedOver: (budget: string, left: string, limit: string, most: string) =>
      `Das Budget „${budget}“ hat noch ${left} von ${limit}, und diese Antwort kann bis zu ${most} kosten.`,
    startsAnew: (time: string) => `Es beginnt neu am ${time}.`,
    setPrice: 'Preis des Modells setzen',
    openBudget: 'Budget öffnen',
    raiseBudget: 'Budget öffnen, um das Limit zu erhöhen',
    askForBudget: 'Ein Admin des Arbeitsbereichs kann das Limit erhöhen.',
  },
});
