import { spawnSync } from 'node:child_process';

// Tests that need one of these are skipped, and said to be, where it is missing. Skipping fails continuous
// integration, so that they do run somewhere.

const isLinux = process.platform === 'linux';

/** To make a small disk and fill it. */
export const CAN_MOUNT = isLinux && process.getuid?.() === 0;

/** To make a disk that fails. */
export const CAN_INJECT = isLinux && spawnSync('cc', ['--version']).status === 0;
