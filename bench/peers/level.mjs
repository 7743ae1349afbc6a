import { ClassicLevel } from 'classic-level';

/** LevelDB, every write flushed before its promise resolves. */
export async function openLevel(folder) {
  const level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.open();
  return {
    get: (key) => level.get(key),
    getSync: (key) => level.getSync(key),
    set: (key, value) => level.put(key, value, { sync: true }),
    setMany: (entries) =>
      level.batch(
        entries.map(({ key, value }) => ({ type: 'put', key, value })),
        { sync: true },
      ),
    close: () => level.close(),
  };
}
