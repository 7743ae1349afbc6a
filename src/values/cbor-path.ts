/** One step into a value: a property, an array index, or an entry of a Map or Set by its position. */
export type PathStep =
  | string
  | number
  | { readonly index: number; readonly part: 'key' | 'value' | 'member' };

const KEY_CHARACTERS_MAX = 40;

/** Renders a path as `$.items[3].callback`, `$["two words"]` or `$.map{0}.key`; long keys are shortened. */
export function renderPath(steps: readonly PathStep[]): string {
  return `$${steps.map(renderStep).join('')}`;
}

function renderStep(step: PathStep): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'object')
    return step.part === 'member' ? `{${step.index}}` : `{${step.index}}.${step.part}`;
  const key = step.length > KEY_CHARACTERS_MAX ? `${step.slice(0, KEY_CHARACTERS_MAX)}…` : step;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
