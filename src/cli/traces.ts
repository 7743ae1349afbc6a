import { type Command, Option } from 'commander';
import { openKeyspace, type TraceSpan, toOtlp } from '../index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath, checkRoot, wholeNumber } from './context.js';
import { parseHex } from './hex.js';
import { jsonLine, quoted } from './output.js';

interface TracesFlags {
  readonly root: string;
  readonly json?: boolean;
  readonly trace?: string;
  readonly name?: string;
  readonly since?: number;
  readonly limit: number;
}

const BAR_COLUMNS = 40;
const NAME_COLUMNS = 40;

export function addTraces(program: Command, context: Context): void {
  program
    .command('traces')
    .description('show the latest spans of an actor, names of spans included')
    .argument('<store>', "the store's folder", checkPath)
    .argument('<actorId>', 'the actor')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--trace <id>', 'only of this trace, its id in hex')
    .option('--name <text>', 'only spans of this name')
    .addOption(new Option('--since <minutes>', 'only spans begun so long ago or less').argParser(wholeNumber))
    .addOption(new Option('--limit <count>', 'at most so many spans').argParser(wholeNumber).default(100))
    .option('--json', "OpenTelemetry's protocol as JSON, one object")
    .action((path: string, actorId: string, flags: TracesFlags) => traces(path, actorId, flags, context));
}

async function traces(path: string, actorId: string, flags: TracesFlags, { output }: Context): Promise<void> {
  const { root, json = false, trace, name, since, limit } = flags;
  const traceId = trace === undefined ? undefined : parseHex(trace);
  const fromMs = since === undefined ? undefined : Math.max(0, Date.now() - 60_000 * since);
  const keyspace = await openKeyspace({ store: await openLmdbStore({ path, readOnly: true }), root });
  try {
    const actor = await keyspace.openActor(actorId, { readOnly: true });
    const selection = { traceId, name, fromMs, limit: Math.min(Math.max(limit, 1), 10_000) };
    const { spans } = await actor.traces.page({ ...selection, newestFirst: true });
    if (spans.length === 0 && (await actor.usage()).keyCount === 0) {
      throw new Error(`there is no actor ${quoted(actorId, 60)}`);
    }
    const ordered = [...spans].sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
    if (json) return await output.line(jsonLine(toOtlp(ordered)));
    for (const line of waterfall(ordered)) await output.line(line);
  } finally {
    await keyspace.close();
  }
}

/** Traces one after the other: each span below its parent, with a bar where it was in its trace. */
export function* waterfall(spans: readonly TraceSpan[]): Generator<string, void, undefined> {
  const traces = new Map<string, TraceSpan[]>();
  for (const span of spans) {
    const id = hex(span.traceId);
    const found = traces.get(id);
    if (found === undefined) traces.set(id, [span]);
    else found.push(span);
  }
  for (const [id, members] of traces) {
    const begin = (members[0] as TraceSpan).startNs;
    let end = begin;
    for (const { startNs, endNs = startNs } of members) if (endNs > end) end = endNs;
    yield `trace ${id}  ${new Date(Number(begin / 1_000_000n)).toISOString()}  ${duration(end - begin)}`;
    const known = new Set(members.map(({ spanId }) => hex(spanId)));
    const isRoot = ({ parentSpanId }: TraceSpan) =>
      parentSpanId === undefined || !known.has(hex(parentSpanId));
    // Parents come once: a span that is its own ancestor is below nobody, and is not shown twice.
    const shown = new Set<TraceSpan>();
    const stack = members
      .filter(isRoot)
      .reverse()
      .map((span) => ({ span, depth: 0 }));
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { span, depth } = next;
      if (shown.has(span)) continue;
      shown.add(span);
      yield row(span, depth, begin, end);
      const spanId = hex(span.spanId);
      const children = members.filter(({ parentSpanId }) => parentSpanId && hex(parentSpanId) === spanId);
      for (const child of children.reverse()) stack.push({ span: child, depth: depth + 1 });
    }
  }
}

function row({ name, startNs, endNs, status }: TraceSpan, depth: number, begin: bigint, end: bigint): string {
  const scale = (ns: bigint) =>
    end === begin ? 0 : Number(((ns - begin) * BigInt(BAR_COLUMNS)) / (end - begin));
  const from = Math.min(scale(startNs), BAR_COLUMNS - 1);
  const width = Math.max(1, scale(endNs ?? end) - from);
  const bar = `${' '.repeat(from)}${(endNs === undefined ? '.' : '=').repeat(width)}`.padEnd(BAR_COLUMNS);
  const label = `${'  '.repeat(Math.min(depth, 10))}${quoted(name, 30)}`.padEnd(NAME_COLUMNS);
  const took = endNs === undefined ? 'active' : duration(endNs - startNs);
  return `  ${label} |${bar}| ${took}${status?.code === 'ERROR' ? '  error' : ''}`;
}

function duration(ns: bigint): string {
  return `${(Number(ns) / 1_000_000).toLocaleString('en-US', { maximumFractionDigits: 3 })} ms`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
