/** Result codes that a file system answers SQLite with. */
export const CODE = {
  ok: 0,
  notFound: 12,
  cannotOpen: 14,
  readFailed: 266,
  shortRead: 522,
  writeFailed: 778,
  syncFailed: 1034,
  truncateFailed: 1546,
  sizeFailed: 1802,
  deleteFailed: 2570,
  accessFailed: 3338,
} as const;
