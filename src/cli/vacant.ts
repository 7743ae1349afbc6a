import { readdir } from 'node:fs/promises';

/** Whether there is nothing at the path, or an empty folder. */
export async function isVacant(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
