import { CODE } from '../vfs/codes.js';
import type { Vfs } from '../vfs/vfs.js';
import type { SqliteModule } from './exports.js';
import type { Heap } from './heap.js';

export const VFS_NAME = 'actor-keyspace';

/** Longer names than any that there are do not exist. */
const NAME_BYTES_MAX = 64;
/** What was written is not torn by writing beside it. */
const POWERSAFE_OVERWRITE = 0x1000;
const UNIX_EPOCH_JULIAN_DAY = 2_440_587.5;

/** Tells SQLite's WebAssembly build of a file system. */
export function installVfs(module: SqliteModule, heap: Heap, vfs: Vfs, nowMs: () => number): void {
  const ok = () => CODE.ok;
  const io = {
    struct: new module.capi.sqlite3_io_methods(),
    methods: {
      xClose: (file: number) => vfs.close(file),
      xRead: (file: number, at: number, bytes: number, offset: bigint) =>
        vfs.read(file, heap.bytes.subarray(at, at + bytes), Number(offset)),
      xWrite: (file: number, at: number, bytes: number, offset: bigint) =>
        vfs.write(file, heap.bytes.subarray(at, at + bytes), Number(offset)),
      xTruncate: (file: number, fileBytes: bigint) => vfs.truncate(file, Number(fileBytes)),
      xSync: ok,
      xFileSize: (file: number, out: number) => {
        const fileBytes = vfs.fileBytes(file);
        if (fileBytes === undefined) return CODE.sizeFailed;
        heap.view.setBigInt64(out, BigInt(fileBytes), true);
        return CODE.ok;
      },
      // An actor has one owner, and the owner one connection.
      xLock: ok,
      xUnlock: ok,
      xCheckReservedLock: (_file: number, out: number) => {
        heap.view.setInt32(out, 0, true);
        return CODE.ok;
      },
      xFileControl: (file: number, operation: number) => vfs.control(file, operation),
      xSectorSize: () => 4_096,
      xDeviceCharacteristics: () => POWERSAFE_OVERWRITE,
    },
  };
  const methods = {
    xOpen: (_vfs: number, name: number, file: number, flags: number, outFlags: number) => {
      const code = vfs.open(file, heap.cString(name));
      heap.view.setUint32(file, code === CODE.ok ? io.struct.pointer : 0, true);
      if (code === CODE.ok && outFlags !== 0) heap.view.setInt32(outFlags, flags, true);
      return code;
    },
    // A journal ends with the commit that holds what was rolled back.
    xDelete: ok,
    xAccess: (_vfs: number, name: number, _flags: number, out: number) => {
      heap.view.setInt32(out, vfs.exists(heap.cString(name) ?? '') ? 1 : 0, true);
      return CODE.ok;
    },
    xFullPathname: (_vfs: number, name: number, outBytes: number, out: number) => {
      const text = heap.cString(name) ?? '';
      const bytes = Buffer.from(`${text}\0`);
      if (bytes.length > outBytes) return CODE.cannotOpen;
      heap.bytes.set(bytes, out);
      return CODE.ok;
    },
    xRandomness: (_vfs: number, bytes: number, out: number) => {
      crypto.getRandomValues(heap.bytes.subarray(out, out + bytes));
      return bytes;
    },
    xSleep: (_vfs: number, microseconds: number) => microseconds,
    xCurrentTime: (_vfs: number, out: number) => {
      heap.view.setFloat64(out, UNIX_EPOCH_JULIAN_DAY + nowMs() / 86_400_000, true);
      return CODE.ok;
    },
    xGetLastError: ok,
  };
  const struct = new module.capi.sqlite3_vfs();
  Object.assign(struct, {
    $iVersion: 1,
    $szOsFile: module.capi.sqlite3_file.structInfo.sizeof,
    $mxPathname: NAME_BYTES_MAX,
  });
  Object.assign(io.struct, { $iVersion: 1 });
  module.vfs.installVfs({ io, vfs: { struct, name: VFS_NAME, methods } });
}
