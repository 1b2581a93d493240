import { Refusal } from '../../source.js';

const MAX_LABELS = 128;
const MAX_NAME = 1000;
const MAX_VALUE = 4096;
const NAME = /^[^\p{Cc}\p{Cs}]+$/u;

/** The labels of a series, `__name__` among them. An empty value is the same as none. */
export function labelsOf(
  list: readonly { readonly name?: string; readonly value?: string }[],
): Readonly<Record<string, string>> | Refusal {
  if (list.length > MAX_LABELS) return new Refusal('rule', `labels: expected at most ${MAX_LABELS}`);
  const labels: Record<string, string> = {};
  for (const { name = '', value = '' } of list) {
    const fault = faultOf(name, value, labels);
    if (fault !== undefined) return new Refusal('rule', `labels.${name.slice(0, 80)}: ${fault}`);
    if (value !== '') labels[name] = value;
  }
  return labels;
}

function faultOf(name: string, value: string, before: Readonly<Record<string, string>>): string | undefined {
  if (!NAME.test(name) || name.length > MAX_NAME) return 'expected a name of 1 to 1000 characters';
  if (name === '__proto__') return 'a name that is not allowed';
  if (Object.hasOwn(before, name)) return 'expected each name once';
  if (value.length > (name === '__name__' ? MAX_NAME : MAX_VALUE)) return `expected at most ${MAX_VALUE} characters`;
  return value === '' || NAME.test(value) || !/[\u0000]|\p{Cs}/u.test(value) ? undefined : 'expected well-formed text';
}
