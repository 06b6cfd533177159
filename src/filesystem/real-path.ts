import fs from 'node:fs'
import { type ByteString, fsPathOf } from '../bytes/byte-string.js'

/** The absolute path without symbolic links, byte for byte. Throws where there is nothing. */
export const realPathOf = (path: ByteString): ByteString =>
  fs.realpathSync.native(fsPathOf(path), 'latin1') as ByteString
