/** @returns `undefined` where the package has no binary for this platform. */
export async function openDenoKv(file) {
  let openKv;
  try {
    ({ openKv } = await import('@deno/kv'));
  } catch {
    console.error('  @deno/kv is not available here and is left out.');
    return undefined;
  }
  const kv = await openKv(file);
  return {
    /** Larger commits of 4 KiB values are refused. */
    loadSize: 100,
    get: (key) => kv.get([key]),
    set: (key, value) => kv.set([key], value),
    setMany: (entries) => {
      const atomic = kv.atomic();
      for (const { key, value } of entries) atomic.set([key], value);
      return atomic.commit();
    },
    queueCycle: queueCycle(kv),
    close: () => kv.close(),
  };
}

/** Enqueues a message, and waits until its own listener has had it and it is gone. */
function queueCycle(kv) {
  let isListening = false;
  let arrived = () => {};
  return async (body) => {
    if (!isListening) {
      isListening = true;
      kv.listenQueue(() => arrived()).catch(() => {});
    }
    const handled = new Promise((resolve) => {
      arrived = resolve;
    });
    await kv.enqueue(body);
    await handled;
  };
}
