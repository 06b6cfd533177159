/** The same bytes as a Buffer, not copied: its methods are native where a Uint8Array's would be loops. */
export const bufferView = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
