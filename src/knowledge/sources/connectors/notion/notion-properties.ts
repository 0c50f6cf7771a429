import { fieldOf, type NotionPage, type Property, plainText } from './notion-objects.ts';

/** Lines for the properties of a page in a database that have a value; the title is not among them. */
export function propertyLines({ properties }: NotionPage): string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const text =
      property.type === 'title' ? '' : textOfProperty(property).replaceAll(/\s+/g, ' ').trim();
    return text === '' ? [] : [`- **${name}:** ${text}`];
  });
}

/** Text of a property; empty for one without a value, and for relations, which are ids only. */
function textOfProperty(property: Property): string {
  const value = property[property.type];
  switch (property.type) {
    case 'rich_text':
    case 'title':
      return plainText(value);
    case 'checkbox':
      return value === true ? 'yes' : 'no';
    case 'select':
    case 'status':
    case 'created_by':
    case 'last_edited_by':
      return textOf(fieldOf(value, 'name'));
    case 'multi_select':
    case 'people':
    case 'files':
      return Array.isArray(value)
        ? value
            .map((one) => textOf(fieldOf(one, 'name')))
            .filter((name) => name !== '')
            .join(', ')
        : '';
    case 'date':
      return dateOf(value);
    case 'unique_id':
      return [fieldOf(value, 'prefix'), fieldOf(value, 'number')]
        .map(textOf)
        .filter((part) => part !== '')
        .join('-');
    case 'formula':
      return scalarOf(value);
    case 'rollup': {
      const items = fieldOf(value, 'array');
      return Array.isArray(items)
        ? items.map((one) => textOfProperty(one as Property)).join(', ')
        : scalarOf(value);
    }
    default:
      return textOf(value);
  }
}

/** A formula or rollup has its result below its type. */
function scalarOf(value: unknown): string {
  const type = fieldOf(value, 'type');
  const inner = typeof type === 'string' ? fieldOf(value, type) : null;
  return type === 'date' ? dateOf(inner) : textOf(inner);
}

const dateOf = (value: unknown): string =>
  [fieldOf(value, 'start'), fieldOf(value, 'end')]
    .map(textOf)
    .filter((part) => part !== '')
    .join(' – ');

const textOf = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
