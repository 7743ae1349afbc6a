import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Fault {
  /**
   * A write of the pages that end a commit, one of others that is cut short (on an error the engine writes its
   * message beyond the memory it has for it, and anything may follow), a flush of the file, or one of a folder.
   */
  readonly operation: 'meta' | 'data' | 'sync' | 'folder';
  /** The end of the path it happens to. */
  readonly path: string;
  readonly errno: number;
}

/**
 * Compiles what lets one call of the system fail. Takes Linux and a C compiler.
 *
 * @returns What makes the environment of a process in which the fault happens once the process has made the file
 * that FAULT_FILE names.
 */
export function faultyDisk(folder: string): (fault: Fault) => NodeJS.ProcessEnv {
  const library = join(folder, 'fault.so');
  const source = fileURLToPath(new URL('fault.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', '-o', library, source, '-ldl']);
  let count = 0;
  return ({ operation, path, errno }) => ({
    LD_PRELOAD: library,
    FAULT_FILE: join(folder, `fault-${count++}`),
    FAULT_OPERATION: operation,
    FAULT_PATH: path,
    FAULT_ERRNO: `${errno}`,
  });
}
