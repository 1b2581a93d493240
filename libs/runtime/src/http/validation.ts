import { ValidationPipe } from '@nestjs/common';
import { type ValidationError } from 'class-validator';
import { type Problem, problem } from './problem.js';

/** Checks DTOs: unknown fields are named and refused, and the whole body is judged at once. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: invalid,
  });
}

function invalid(errors: ValidationError[]): Problem {
  return problem(400, 'Invalid request', { fields: fieldsOf(errors) });
}

/**
 * Dotted path to complaint, whole tree, at most 50. Decorators are asked from the bottom up: of several complaints the last
 * is that of the topmost decorator, which says what kind of value is expected.
 */
export function fieldsOf(errors: readonly ValidationError[], prefix = ''): Record<string, string> {
  const entries = errors.flatMap((error): [string, string][] => {
    const path = prefix === '' ? error.property : `${prefix}.${error.property}`;
    const own = Object.values(error.constraints ?? {}).at(-1);
    const inner = Object.entries(fieldsOf(error.children ?? [], path));
    return own === undefined ? inner : [[path, complaint(own, error.property)], ...inner];
  });
  return Object.fromEntries(entries.slice(0, 50));
}

/** class-validator begins with the property's name; the map has it already. */
function complaint(message: string, property: string): string {
  if (/^property .* should not exist$/.test(message)) return 'this field does not exist';
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
