import type { Connection } from './connection.js';
import type { SqlFunction } from './functions.js';
import { authorize } from './guard.js';
import { giveResult, readArgument } from './values.js';
import type { Engine } from './wasm/engine.js';

/** What SQLite calls on behalf of a connection. One set for an instance, since places for functions are few. */
export class Callbacks {
  readonly authorizer: number;
  readonly progress: number;
  readonly call: number;
  readonly #engine: Engine;
  readonly #connections = new Map<number, Connection>();
  readonly #functions = new Map<
    number,
    { readonly connection: Connection; readonly definition: SqlFunction }
  >();
  #count = 0;

  private constructor(engine: Engine) {
    this.#engine = engine;
    const { heap } = engine;
    this.authorizer = engine.install('iiiiiii', (id, operation, first, second) => {
      const connection = this.#connections.get(id as number);
      if (connection === undefined) return 1;
      return authorize(
        connection,
        operation as number,
        heap.cString(first as number),
        heap.cString(second as number),
      );
    });
    this.progress = engine.install('ii', (id) => (this.#connections.get(id as number)?.countSteps() ? 1 : 0));
    this.call = engine.install('viii', (context, count, values) => {
      this.#call(context as number, count as number, values as number);
      return undefined;
    });
  }

  static of(engine: Engine): Callbacks {
    let callbacks = byEngine.get(engine);
    if (callbacks === undefined) {
      callbacks = new Callbacks(engine);
      byEngine.set(engine, callbacks);
    }
    return callbacks;
  }

  /** @returns What the callbacks know the connection by. */
  add(connection: Connection): number {
    this.#count++;
    this.#connections.set(this.#count, connection);
    return this.#count;
  }

  addFunction(connection: Connection, definition: SqlFunction): number {
    this.#count++;
    this.#functions.set(this.#count, { connection, definition });
    return this.#count;
  }

  remove(connection: Connection): void {
    for (const [id, added] of this.#connections) if (added === connection) this.#connections.delete(id);
    for (const [id, added] of this.#functions)
      if (added.connection === connection) this.#functions.delete(id);
  }

  #call(context: number, count: number, values: number): void {
    const { exports, heap } = this.#engine;
    const found = this.#functions.get(exports.sqlite3_user_data(context));
    try {
      if (found === undefined) throw new Error('there is no such function');
      const parameters = Array.from({ length: count }, (_, at) =>
        readArgument(this.#engine, heap.pointerAt(values + 4 * at)),
      );
      giveResult(this.#engine, context, found.definition.call(...parameters));
    } catch (error) {
      found?.connection.noteError(error);
      const { at, bytes } = heap.putText('the function failed');
      exports.sqlite3_result_error(context, at, bytes);
    }
  }
}

const byEngine = new WeakMap<Engine, Callbacks>();
