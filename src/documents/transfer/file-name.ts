import { Name } from '../../http/schema.ts';

export const FileName = Name(255).openapi({ example: 'leave.md' });
